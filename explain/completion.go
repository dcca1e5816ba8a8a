package explain

import (
	"context"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/missing"
	"gsdnet/model"
	"gsdnet/model/prior"
	"gsdnet/spectral"
)

// Borrowed says where along the conversation the estimate of a missing cell comes from.
type Borrowed struct {
	Utterance int    `json:"utterance"`
	Modality  string `json:"modality"`
	// Weights [N] are those of the exact conditional mean: by how much the estimate moves
	// when the residual of another utterance, which has the modality, moves by 1. A residual
	// is what an utterance's other modalities leave unexplained.
	Weights []float64 `json:"weights"`
	// Explained is the share of the variance of the residual that the other utterances
	// explain, from 0 to 1.
	Explained float64 `json:"explained"`
}

// Spectrum holds the graph of a modality before and after completion in the eigenvectors U
// of the observed reference graph, by falling size of the reference eigenvalue.
type Spectrum struct {
	Modality  string    `json:"modality"`
	Reference []float64 `json:"reference"` // [N] eigenvalues of the reference graph
	Before    []float64 `json:"before"`    // [N] diag(UᵀAU) of the observed graph A
	After     []float64 `json:"after"`     // [N] the same of the graph of the point estimate
	Change    float64   `json:"change"`    // ‖A−A'‖_F/‖A‖_F between both graphs
}

// Information says what knowing a missing cell would do, by the mean over draws of the cell
// that are supplied as though they had been observed.
type Information struct {
	Utterance int    `json:"utterance"`
	Modality  string `json:"modality"`
	// Change is the root mean square change of the utterance's own prediction, and Elsewhere
	// that of the predictions of the other utterances.
	Change    float64 `json:"change"`
	Elsewhere float64 `json:"elsewhere"`
	// Deviation is the standard deviation of the utterance's prediction over what the cell
	// may hold: the uncertainty that knowing it removes.
	Deviation float64 `json:"deviation"`
	// Narrowing is by how much UtteranceShares.Spread falls.
	Narrowing float64 `json:"narrowing"`
}

// conditioned is a model whose completion begins with the distribution of package prior.
type conditioned interface {
	Condition(c *model.Conversation) (*prior.Posterior, error)
}

// filter fills in Borrowed.
func (e *explainer) filter(context.Context) error {
	m, ok := e.trained.Model().(conditioned)
	if !ok {
		return nil
	}
	posterior, err := m.Condition(&e.base.Conversation)
	if err != nil {
		return err
	}
	for _, m := range erc.Modalities {
		weights := posterior.Weights(m)
		explained, err := posterior.Explained(m)
		if err != nil {
			return err
		}
		for u := range weights {
			if !e.base.Present[u].Has(m) {
				e.out.Borrowed = append(e.out.Borrowed, Borrowed{u, m.String(), weights[u], explained[u]})
			}
		}
	}
	slices.SortStableFunc(e.out.Borrowed, func(a, b Borrowed) int { return a.Utterance - b.Utterance })
	return nil
}

// completed returns the conversation with the point estimates of what is missing.
func (e *explainer) completed(ctx context.Context) (*model.Conversation, error) {
	r := e.request()
	r.Recovered = true
	predictions, err := infer.Predict(ctx, e.trained.Predictor, []infer.Observed{e.base}, r)
	if err != nil {
		return nil, err
	}
	out := e.base.Conversation
	out.Present = slices.Clone(out.Present)
	for _, m := range erc.Modalities {
		out.Features[m] = slices.Clone(out.Features[m])
		for u, row := range predictions[0].Recovered[m] {
			if !out.Present[u].Has(m) {
				out.Present[u], out.Features[m][u] = out.Present[u].With(m), narrow(row)
			}
		}
	}
	return &out, nil
}

func narrow(x []float64) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(v)
	}
	return out
}

// spectrum fills in Spectra.
func (e *explainer) spectrum(ctx context.Context) error {
	complete, err := e.completed(ctx)
	if err != nil {
		return err
	}
	before, err := spectral.Analyse(spectral.RowsOf(e.base.Features, e.base.Present), spectral.DefaultWindow, 0)
	if err != nil {
		return err
	}
	after := spectral.Graphs(spectral.RowsOf(complete.Features, complete.Present), spectral.DefaultWindow)
	for _, m := range erc.Modalities {
		if e.trained.Setup.Dims[m] == 0 {
			continue
		}
		project := func(a *mat.SymDense) []float64 { return before.Basis.Project(a) }
		e.out.Spectra = append(e.out.Spectra, Spectrum{
			Modality: m.String(), Reference: before.Basis.Ref, Before: project(before.Graphs[m]), After: project(after[m]),
			Change: spectral.RelativeError(before.Graphs[m], after[m]),
		})
	}
	return nil
}

// sampler fills in Trajectory, with the point estimates in the place of the truth, if
// something is missing.
func (e *explainer) sampler(ctx context.Context) error {
	if !e.base.Lacks() {
		return nil
	}
	complete, err := e.completed(ctx)
	if err != nil {
		return err
	}
	conv := *e.sample.Source
	conv.Split, conv.Utterances = erc.Test, slices.Clone(conv.Utterances)
	for u := range conv.Utterances {
		to := &conv.Utterances[u]
		to.Present = complete.Present[u]
		for _, m := range erc.Modalities {
			if to.Present.Has(m) {
				to.Features[m] = e.trained.Scaler.Raw(m, complete.Features[m][u])
			}
		}
	}
	corpus := &erc.Corpus{Task: erc.NoLabels, Dims: e.trained.Setup.Dims, Conversations: []erc.Conversation{conv}}
	e.out.Trajectory, err = e.trained.Trajectory(ctx, corpus, erc.Test, missing.Mask{Split: erc.Test, Present: e.base.Present})
	return err
}

// information fills in Information.
func (e *explainer) information(ctx context.Context) error {
	drawn := e.request()
	drawn.Samples, drawn.Recovered = e.options.Draws, true
	var draws []infer.Draw
	err := e.trained.Run(ctx, []infer.Observed{e.base}, drawn, func(_ int, d infer.Draw) { draws = append(draws, d) })
	if err != nil {
		return err
	}
	var cells []Information
	var ends []int // of the variants of each cell
	var variants []infer.Observed
	for u := range e.base.Present {
		for _, m := range erc.Modalities {
			if e.base.Present[u].Has(m) || e.trained.Setup.Dims[m] == 0 {
				continue
			}
			variants = append(variants, e.supplied(u, m, draws)...)
			cells, ends = append(cells, Information{Utterance: u, Modality: m.String()}), append(ends, len(variants))
		}
	}
	outcomes, err := e.predict(ctx, variants)
	if err != nil {
		return err
	}
	from := 0
	for i := range cells {
		e.weigh(&cells[i], outcomes[from:ends[i]])
		from = ends[i]
	}
	e.out.Information = cells
	return nil
}

// supplied returns the conversation with each draw of a cell in turn. Draws that are the
// same are supplied once.
func (e *explainer) supplied(u int, m erc.Modality, draws []infer.Draw) []infer.Observed {
	var variants []infer.Observed
	for k := range draws {
		if k == 0 || !slices.Equal(draws[k].Sampled[m][u], draws[0].Sampled[m][u]) {
			variants = append(variants, e.supply(u, m, draws[k].Sampled[m][u]))
		}
	}
	return variants
}

// weigh summarises the predictions with the draws of a cell.
func (e *explainer) weigh(out *Information, outcomes []outcome) {
	u := out.Utterance
	k, n := float64(len(outcomes)), float64(max(e.sample.Len()-1, 1))
	average := 0.0
	for _, o := range outcomes {
		average += o.value[u] / k
		out.Narrowing += (e.full.spread[u] - o.spread[u]) / k
		for v, value := range o.value {
			square := (value - e.full.value[v]) * (value - e.full.value[v]) / k
			if v == u {
				out.Change += square
			} else {
				out.Elsewhere += square / n
			}
		}
	}
	for _, o := range outcomes {
		out.Deviation += (o.value[u] - average) * (o.value[u] - average) / max(k-1, 1)
	}
	out.Change, out.Elsewhere, out.Deviation = math.Sqrt(out.Change), math.Sqrt(out.Elsewhere), math.Sqrt(out.Deviation)
}
