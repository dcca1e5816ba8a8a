package gsdnet

import (
	"context"
	"math"

	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/fault"
)

// Imputed is an utterance with its holes filled, in the units of the input.
type Imputed struct {
	Utterance
	Present erc.Present // what was observed
	// Features [m][D_m] holds observed features as they were, and the point estimate of the
	// missing ones: the model's own, or the mean over the completions. It is nil for a
	// modality that the run does not have and the utterance lacks.
	Features [erc.NumModalities][]float32
	// Deviation [m][D_m] is the standard deviation of what the point estimate misses: the
	// model's own, or the root mean squared error of the channel on the validation masks. It
	// is nil for what was observed, and where Features is.
	Deviation [erc.NumModalities][]float32
	// Draws [K][m][D_m] holds Options.Draws completions of the utterance. Observed features
	// are those of the input, and missing ones are drawn. To analyse an incomplete corpus,
	// compute an estimate on each completion and combine the results with
	// metric/draws.Pool.
	Draws [][erc.NumModalities][]float32
}

// Impute completes every conversation of a corpus and returns the point estimate of what is
// missing, its deviation, and Options.Draws completions. A model with a point estimate of
// its own makes Draws completions and does not read Samples. The others average Samples
// completions, or Draws if that is more. The same seed gives the same completions. The
// result is in the order of conversations and turns. Its errors are those of Predict, a
// negative number of draws, and draws that do not fit into memory.
func (r *Run) Impute(ctx context.Context, c *erc.Corpus, o Options) ([]Imputed, error) {
	all, err := r.ImputeEach(ctx, []*erc.Corpus{c}, o)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// checkImpute returns an error for options with which nothing can be imputed.
func (o Options) checkImpute() error {
	if o.Draws < 0 {
		return fault.Input("use 1 or more, or 0 for none", "%d draws", o.Draws)
	}
	return nil
}

// checkDraws returns an error if a number of draws needs more than available bytes. A draw
// holds what is missing as float32, and the garbage collector lets memory grow to twice of
// what is held.
func (r *Run) checkDraws(c *erc.Corpus, number int, available float64) error {
	var missing float64
	for i := range c.Conversations {
		for u := range c.Conversations[i].Utterances {
			for _, m := range erc.Modalities {
				if !c.Conversations[i].Utterances[u].Present.Has(m) {
					missing += float64(r.trained.Setup.Dims[m])
				}
			}
		}
	}
	const bytesPerFeature, gibi = 2 * 4, 1 << 30
	if need := bytesPerFeature * missing * float64(number); need > available {
		return fault.Input("ask for fewer draws, or divide the data into files of whole conversations",
			"%s: %d draws would take about %.1f GiB of memory, and %.1f GiB is all there is", c.Name, number, need/gibi, available/gibi)
	}
	return nil
}

// filling is an imputation under way.
type filling struct {
	run   *Run
	convs []erc.Conversation
	start []int // index in out of the first utterance of each conversation
	out   []Imputed
	err   error // the first value that is not finite
}

// newFilling returns the utterances of a corpus with what was observed, and room for draws.
func newFilling(r *Run, c *erc.Corpus, draws int) *filling {
	f := &filling{run: r, convs: c.Conversations}
	for i := range c.Conversations {
		conv := &c.Conversations[i]
		f.start = append(f.start, len(f.out))
		for u := range conv.Utterances {
			from := &conv.Utterances[u]
			to := Imputed{Utterance: utterance(conv, u), Present: from.Present}
			for _, m := range erc.Modalities {
				if from.Present.Has(m) {
					to.Features[m] = from.Features[m]
				}
			}
			if draws > 0 {
				to.Draws = make([][erc.NumModalities][]float32, draws)
			}
			for k := range to.Draws {
				to.Draws[k] = to.Features
			}
			f.out = append(f.out, to)
		}
	}
	return f
}

// draw keeps draw k of the utterances of conversation i that begin with utterance from.
func (f *filling) draw(i, from, k int, d infer.Draw) {
	for _, m := range erc.Modalities {
		for u := range d.Sampled[m] {
			to := &f.out[f.start[i]+from+u]
			if k < len(to.Draws) && !to.Present.Has(m) {
				to.Draws[k][m] = f.run.trained.Scaler.Raw(m, d.Sampled[m][u])
				f.check(i, from+u, m, to.Draws[k][m])
			}
		}
	}
}

// piece keeps the point estimate of these utterances and its deviation.
func (f *filling) piece(i, from int, p infer.Prediction) {
	for _, m := range erc.Modalities {
		for u := range p.Recovered[m] {
			to := &f.out[f.start[i]+from+u]
			if to.Present.Has(m) {
				continue
			}
			to.Features[m] = f.run.trained.Scaler.Raw(m, narrow(p.Recovered[m][u]))
			to.Deviation[m] = narrow(p.Deviation[m][u])
			for j := range to.Deviation[m] {
				to.Deviation[m][j] *= f.run.trained.Scaler.Deviation[m][j]
			}
			f.check(i, from+u, m, to.Features[m])
			f.check(i, from+u, m, to.Deviation[m])
		}
	}
}

// check keeps the error of a value that is NaN or infinite, if it is the first.
func (f *filling) check(i, u int, m erc.Modality, values []float32) {
	for _, v := range values {
		if x := float64(v); f.err == nil && (math.IsNaN(x) || math.IsInf(x, 0)) {
			f.err = infer.NotFinite(f.run.trained.Name, &f.convs[i], u, "value of a recovered "+m.String()+" feature")
		}
	}
}

func narrow(x []float64) []float32 {
	out := make([]float32, len(x))
	for i := range x {
		out[i] = float32(x[i])
	}
	return out
}
