// Package modeltest is the suite of tests that every model passes. It checks the shapes of
// the outputs, the gradients, that the model learns, and that it does not read withheld
// features. The test of a model calls Run with a small configuration. Start reading there.
package modeltest

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
)

// Run checks the model that build makes from a configuration, once for each task. The
// model should be small: the suite trains it.
func Run[C any, M model.Model](t *testing.T, config C, build func(C, model.Setup) (M, error)) {
	for _, setup := range setups {
		t.Run(setup.Task.String(), func(t *testing.T) {
			m, err := build(config, setup)
			if err != nil {
				t.Fatal(err)
			}
			suite(t, m, setup)
		})
	}
}

// suite runs all checks, each on a model with new parameters.
func suite(t *testing.T, m model.Model, s model.Setup) {
	for _, check := range []struct {
		name string
		run  func(*fixture)
	}{
		{"shapes", shapes},
		{"finite losses", finite},
		{"every parameter receives gradient", gradients},
		{"no leak of absent values", leak},
		{"observed cells are kept", kept},
		{"padding changes nothing", padding},
		{"permuting conversations permutes outputs", permutation},
		{"the same draw gives the same bits", repeated},
		{"draws vary as the model says", varies},
		{"a trajectory ends at the completion", trajectory},
		{"overfits four conversations", overfits},
	} {
		t.Run(check.name, func(t *testing.T) { check.run(newFixture(t, m, s)) })
	}
}

// shapes checks the shapes of the outputs.
func shapes(f *fixture) {
	b, _ := f.batch(16, 0, 1, 2, 3)
	f.run(f.feed(b, nil, 0), func(in engine.Nodes) []*graph.Node {
		out := f.model.Forecast(f.params, in)
		check := func(what string, node *graph.Node, want ...int) {
			if got := node.Shape().Dimensions; !slices.Equal(got, want) {
				f.t.Errorf("%s: got shape %v, want %v", what, got, want)
			}
		}
		if f.setup.Task == erc.Classes {
			check("Logits", out.Logits, 4, 16, f.setup.NumClasses)
		} else {
			check("Location", out.Location, 4, 16)
			check("Scale", out.Scale, 4, 16)
		}
		recovered := out.Recover()
		for _, m := range erc.Modalities {
			check("Recover "+m.String(), recovered[m], 4, 16, dims[m])
		}
		if dims := out.Encoded.Shape().Dimensions; len(dims) != 4 || !slices.Equal(dims[:3], []int{erc.NumModalities, 4, 16}) {
			f.t.Errorf("Encoded: got shape %v, want [3 4 16 d]", dims)
		}
		return f.predicted(out)
	})
}

// finite checks that the losses are finite numbers.
func finite(f *fixture) {
	b, truth := f.batch(16, 0, 1, 2, 3)
	var names []string
	out := f.run(f.feed(b, truth, 1), func(in engine.Nodes) []*graph.Node {
		losses := f.model.Losses(f.params, in)
		nodes := []*graph.Node{losses.Total}
		names = []string{"total"}
		for _, term := range losses.Terms {
			nodes, names = append(nodes, term.Value), append(names, term.Name)
		}
		return nodes
	})
	for i, t := range out {
		if got := float64(t[0]); math.IsNaN(got) || math.IsInf(got, 0) {
			f.t.Errorf("loss %s: got %v, want a finite number", names[i], got)
		}
	}
}

// trajectory checks the trajectory of a model with a sampler. Other models have none.
func trajectory(f *fixture) {
	b, truth := f.batch(16, 0, 1, 2, 3)
	var states []model.State
	flat := f.run(f.prepare(b, truth, model.Pass{Seed: 3, Features: true}), func(in engine.Nodes) []*graph.Node {
		out := f.model.Forecast(f.params, in)
		nodes := []*graph.Node{out.Encoded}
		if out.Trajectory == nil {
			return nodes
		}
		path := out.Trajectory()
		states = path.States
		for _, s := range states {
			nodes = append(nodes, s.Encoded)
		}
		return append(nodes, path.Truth.Encoded)
	})
	if states == nil {
		return
	}
	end := flat[len(states)]
	if !slices.Equal(end, flat[0]) {
		f.t.Error("the last state is not Encoded")
	}
	if len(flat[0]) != len(flat[len(flat)-1]) || slices.Equal(flat[1], end) {
		f.t.Error("the truth has another shape, or the first state is the last already")
	}
	for i := 1; i < len(states); i++ {
		if states[i].Time > states[i-1].Time {
			f.t.Errorf("state %d: time %v after %v, want falling", i, states[i].Time, states[i-1].Time)
		}
	}
}

// gradients checks that every parameter has a gradient in at least one of several steps. In
// a single step a gradient may be 0 because of dropout, because the conversations of the
// step lack a pattern of missing modalities, or because the signs of a few errors cancel.
func gradients(f *fixture) {
	alive := map[string]bool{}
	// The gradient of some weights is 0 at first, because another weight starts at 0. It is
	// not after a few steps.
	f.descend(3, func(step int) engine.Feed {
		b, truth := f.batch(16, 0, 1, 2, 3)
		return f.feed(b, truth, uint64(step+1))
	})
	for step := range uint64(3) {
		b, truth := f.batch(16, []int{0, 1, 2, 3}[step:]...)
		var names []string
		out := f.run(f.feed(b, truth, step+10), func(in engine.Nodes) []*graph.Node {
			loss := f.model.Losses(f.params, in).Total
			var weights []*graph.Node
			names = nil
			for v := range f.store.IterVariables() {
				if v.Trainable && v.InUseByGraph(loss.Graph()) {
					names, weights = append(names, v.Path()), append(weights, v.NodeValue(loss))
				}
			}
			norms := graph.Gradient(loss, weights...)
			for i := range norms {
				norms[i] = graph.ReduceAllSum(graph.Abs(norms[i]))
			}
			return norms
		})
		for i, t := range out {
			got := float64(t[0])
			if math.IsNaN(got) {
				f.t.Errorf("gradient of %s is not a number", names[i])
			}
			alive[names[i]] = alive[names[i]] || got > 0
		}
	}
	if len(alive) == 0 {
		f.t.Error("the model has no parameters")
	}
	for name, ok := range alive {
		if !ok {
			f.t.Errorf("%s receives no gradient", name)
		}
	}
}

// leak compares the forecast with that of conversations whose absent cells hold NaN. The
// output of a model that reads such a cell is NaN or differs, even if the model multiplies
// the value by 0.
func leak(f *fixture) {
	for _, output := range leaks(f) {
		f.t.Errorf("output %d depends on what is stored in absent cells", output)
	}
}

// leaks returns the outputs that depend on absent cells.
func leaks(f *fixture) []int {
	clean, _ := f.batch(16, 0, 1, 2, 3)
	want := f.forecast(clean)
	for i := range f.convs {
		c := &f.convs[i]
		for _, m := range erc.Modalities {
			c.Features[m] = slices.Clone(c.Features[m])
			for u, p := range c.Present {
				if !p.Has(m) {
					c.Features[m][u] = slices.Repeat([]float32{float32(math.NaN())}, dims[m])
				}
			}
		}
	}
	poisoned, _ := f.batch(16, 0, 1, 2, 3)
	var changed []int
	for i, got := range f.forecast(poisoned) {
		if !slices.Equal(got, want[i]) {
			changed = append(changed, i)
		}
	}
	return changed
}

// kept checks that the recovered features of observed cells are the observed ones.
func kept(f *fixture) {
	b, _ := f.batch(16, 0, 1, 2, 3)
	out := f.forecast(b)
	for _, m := range erc.Modalities {
		width := dims[m]
		recovered := out[len(out)-erc.NumModalities+int(m)]
		for i := range f.convs {
			for u, p := range f.convs[i].Present {
				got := recovered[(i*16+u)*width:][:width]
				if want := f.convs[i].Features[m][u]; p.Has(m) && !slices.Equal(got, want) {
					f.t.Fatalf("%s of utterance %d.%d: got %v, want the observed %v", m, i, u, got, want)
				}
			}
		}
	}
}

// padding checks that the padded length does not change the predictions.
func padding(f *fixture) {
	short, _ := f.batch(12, 3)
	long, _ := f.batch(32, 3)
	n := f.convs[3].Len() * f.width()
	want, got := f.forecast(short)[0][:n], f.forecast(long)[0][:n]
	near(f.t, got, want)
}

// permutation checks that the order of conversations in a batch does not change their
// predictions.
func permutation(f *fixture) {
	forward, _ := f.batch(16, 0, 1, 2, 3)
	back, _ := f.batch(16, 3, 2, 1, 0)
	want, got := f.forecast(forward)[0], f.forecast(back)[0]
	for i := range 4 {
		n := f.convs[i].Len() * f.width()
		near(f.t, got[(3-i)*16*f.width():][:n], want[i*16*f.width():][:n])
	}
}

// near compares with a tolerance, because the order of sums depends on the shapes.
func near(t *testing.T, got, want []float32) {
	t.Helper()
	for u := range want {
		if d := math.Abs(float64(got[u] - want[u])); d > 1e-4*(1+math.Abs(float64(want[u]))) {
			t.Fatalf("prediction %d: got %v, want %v", u, got[u], want[u])
		}
	}
}

// repeated checks that two runs of the same draw give the same bits.
func repeated(f *fixture) {
	b, _ := f.batch(16, 0, 1, 2, 3)
	want := f.forecast(b)
	for i, got := range f.forecast(b) {
		if !slices.Equal(got, want[i]) {
			f.t.Errorf("output %d differs between two runs of the same draw", i)
		}
	}
}

// varies compares two draws of conversations with missing cells, and of complete ones, with
// what the model says of them.
func varies(f *fixture) {
	holes, truth := f.batch(16, 0, 1, 2, 3)
	complete := &model.Batch{N: holes.N, Dims: holes.Dims}
	for i, c := range holes.Conversations {
		c.Present, c.Features = truth[i].Present, truth[i].Features
		complete.Conversations = append(complete.Conversations, c)
	}
	for _, b := range []*model.Batch{holes, complete} {
		for _, features := range []bool{false, true} {
			want := false
			for i := range b.Conversations {
				want = want || f.model.Varies(&b.Conversations[i], features)
			}
			got := !slices.EqualFunc(f.draw(b, 0, features), f.draw(b, 1, features), slices.Equal)
			if got != want {
				f.t.Errorf("draws differ: %v, and the model says %v (everything present: %v, features: %v)", got, want, b == complete, features)
			}
		}
	}
}

// overfits checks that training on the same four conversations reduces the loss.
func overfits(f *fixture) {
	first, last := f.descend(Steps, func(step int) engine.Feed {
		b, truth := f.batch(16, 0, 1, 2, 3)
		return f.feed(b, truth, uint64(step+1))
	})
	if last > first-0.8 && last > first/4 {
		f.t.Errorf("prediction loss after %d steps: got %.3f from %.3f, want a drop of 0.8 or by three quarters", Steps, last, first)
	}
}

// Steps is the number of steps for which the suite trains a model on its four conversations.
const Steps = 150
