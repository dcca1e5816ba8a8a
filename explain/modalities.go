package explain

import (
	"context"
	"math"

	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/spectral"
)

// modalities fills in Own, Whole and Influence. Withholding all of an utterance is one of
// the coalitions of its modalities, so that the influence of neighbours costs nothing.
func (e *explainer) modalities(ctx context.Context) error {
	n := e.sample.Len()
	var variants []infer.Observed
	at := map[coalition]int{} // index in variants
	add := func(c coalition, o infer.Observed) {
		at[c] = len(variants)
		variants = append(variants, o)
	}
	var observed erc.Present
	for u, has := range e.base.Present {
		observed |= has
		for left := erc.None; left < has; left++ {
			if left&has == left {
				add(coalition{u, left}, e.withhold(u, left))
			}
		}
	}
	for left := erc.None; left < observed; left++ {
		if left&observed == left {
			add(coalition{everyone, left}, e.withholdAll(left))
		}
	}
	outcomes, err := e.predict(ctx, variants)
	if err != nil {
		return err
	}
	values := func(c coalition) []float64 {
		if i, ok := at[c]; ok {
			return outcomes[i].value
		}
		return e.full.value // nothing is withheld
	}
	for u := range n {
		to := &e.out.Utterances[u]
		to.Own = sharesOf(e.base.Present[u], func(left erc.Present) float64 { return values(coalition{u, left})[u] })
		to.Whole = sharesOf(observed, func(left erc.Present) float64 { return values(coalition{everyone, left})[u] })
		e.out.Influence = append(e.out.Influence, make([]float64, n))
		for v, without := range values(coalition{u, erc.None}) {
			e.out.Influence[u][v] = e.full.value[v] - without
		}
	}
	e.out.Whole = sharesOf(observed, func(left erc.Present) float64 { return mean(values(coalition{everyone, left})) })
	return nil
}

// coalition is what is left of an utterance, or of all.
type coalition struct {
	utterance int
	left      erc.Present
}

// everyone stands for all utterances.
const everyone = -1

// sharesOf divides a value among players.
func sharesOf(players erc.Present, value func(left erc.Present) float64) *Shares {
	return &Shares{Base: value(erc.None), Full: value(players), Values: Shapley(players, value)}
}

// edges fills in Edges: of every two utterances that the graph may link. They stay nil if
// the model does not read the graph.
func (e *explainer) edges(ctx context.Context) error {
	n := e.sample.Len()
	var pairs [][2]int
	none := e.base
	for u := range n {
		for v := u + 1; v < n && v-u <= spectral.DefaultWindow; v++ {
			pairs = append(pairs, [2]int{u, v})
			none = none.Cut(u, v)
		}
	}
	without, err := e.predict(ctx, []infer.Observed{none})
	if err != nil || change(e.full.value, without[0].value) == 0 {
		return err
	}
	variants := make([]infer.Observed, len(pairs))
	for i, pair := range pairs {
		variants[i] = e.base.Cut(pair[0], pair[1])
	}
	outcomes, err := e.predict(ctx, variants)
	if err != nil {
		return err
	}
	graphs := spectral.Graphs(spectral.RowsOf(e.base.Features, e.base.Present), spectral.DefaultWindow)
	for i, pair := range pairs {
		u, v := pair[0], pair[1]
		edge := Edge{From: u, To: v, Change: change(e.full.value, outcomes[i].value)}
		edge.Changes = [2]float64{e.full.value[u] - outcomes[i].value[u], e.full.value[v] - outcomes[i].value[v]}
		for m := range graphs {
			edge.Weights[m] = graphs[m].At(u, v)
		}
		e.out.Edges = append(e.out.Edges, edge)
	}
	return nil
}

// change returns the root mean square difference.
func change(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += (a[i] - b[i]) * (a[i] - b[i])
	}
	return math.Sqrt(sum / float64(max(len(a), 1)))
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(max(len(x), 1))
}
