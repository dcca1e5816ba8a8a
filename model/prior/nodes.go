package prior

import (
	"errors"
	"math/rand/v2"
	"sync"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
)

// Names of the inputs of a graph, with d = Width.
const (
	inMean  = "prior_mean"  // [M,B,N,d] coordinates: the observed ones, and the mean of the missing ones
	inNoise = "prior_noise" // [M,B,N,d] components of a draw less the mean, 0 where observed
	inTruth = "prior_truth" // [M,B,N,d] components of the truth less the mean where it is withheld; training
	inRest  = "prior_rest_" // + modality, [B,N,D_m] noise outside the axes
)

// Prepare conditions the conversations of a batch, adds the means to the feed and leaves
// the posteriors in the batch for Draw. With the truth it adds that too.
func (g *Gaussian) Prepare(feed engine.Feed, b *model.Batch, truth []model.Truth) error {
	posteriors := make([]*Posterior, b.Size())
	means, missed := make([][erc.NumModalities][][]float64, b.Size()), make([][erc.NumModalities][][]float64, b.Size())
	errs := make([]error, b.Size())
	var wg sync.WaitGroup
	for i := range b.Conversations {
		if b.First(i) < i {
			continue
		}
		wg.Go(func() {
			c := &b.Conversations[i]
			if truth == nil {
				posteriors[i], errs[i] = g.Condition(c, false)
			} else {
				posteriors[i], missed[i], errs[i] = g.reveal(c, &truth[i])
			}
			for _, m := range erc.Modalities {
				if errs[i] == nil {
					means[i][m] = posteriors[i].Mean(m)
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for i := range posteriors {
		first := b.First(i)
		posteriors[i], means[i], missed[i] = posteriors[first], means[first], missed[first]
	}
	b.Prepared = posteriors
	feed[inMean] = g.stack(b, func(i int, m erc.Modality) [][]float64 { return means[i][m] })
	if truth != nil {
		feed[inTruth] = g.stack(b, func(i int, m erc.Modality) [][]float64 {
			return g.components(missed[i][m], means[i][m], m)
		})
	}
	return nil
}

// reveal conditions a conversation whose truth is known. It returns the coordinates of what
// is withheld too, nil where nothing is.
func (g *Gaussian) reveal(c *model.Conversation, truth *model.Truth) (p *Posterior, missed [erc.NumModalities][][]float64, err error) {
	var known [erc.NumModalities][][]float64
	whole := g.whole(truth)
	for _, m := range erc.Modalities {
		known[m], missed[m] = make([][]float64, c.Len()), make([][]float64, c.Len())
		for u, z := range whole[m] {
			if c.Present[u].Has(m) {
				known[m][u] = z
			} else {
				missed[m][u] = z
			}
		}
	}
	p, err = g.conditionOn(known, c, true)
	return p, missed, err
}

// components returns the components of coordinates less their mean, nil where there are
// none.
func (g *Gaussian) components(coordinates, mean [][]float64, m erc.Modality) [][]float64 {
	out := make([][]float64, len(coordinates))
	for u, z := range coordinates {
		if z != nil {
			out[u] = g.parts[m].components(difference(z, mean[u]))
		}
	}
	return out
}

// Draw adds the noise of one draw, and where features are asked for the noise outside the
// axes and the conditional variances.
func (g *Gaussian) Draw(feed engine.Feed, b *model.Batch, pass model.Pass) {
	z := model.Noise{Batch: b, Pass: pass}
	posteriors := b.Prepared.([]*Posterior)
	streams := func(i int, m erc.Modality) *rand.Rand { return z.Stream(inNoise, i, uint64(m)) }
	noise := make([][erc.NumModalities][][]float64, b.Size())
	var wg sync.WaitGroup
	for i := range noise {
		wg.Go(func() {
			for _, m := range erc.Modalities {
				noise[i][m] = posteriors[i].Noise(m, streams(i, m))
			}
		})
	}
	wg.Wait()
	feed[inNoise] = g.stack(b, func(i int, m erc.Modality) [][]float64 { return noise[i][m] })
	if pass.Features {
		feed[inVariance] = g.stack(b, func(i int, m erc.Modality) [][]float64 { return posteriors[i].Variance(m) })
		for _, m := range erc.Modalities {
			feed[inRest+m.String()] = g.rest(z, m)
		}
	}
}

// More returns further draws of the noise, [S,M,B,N,d].
func (g *Gaussian) More(b *model.Batch, pass model.Pass, draws int) *tensors.Tensor {
	z := model.Noise{Batch: b, Pass: pass}
	posteriors := b.Prepared.([]*Posterior)
	d, size := g.Width(), b.Size()
	out := make([]float32, 0, draws*erc.NumModalities*size*b.N*d)
	for draw := range draws {
		one := make([]float32, erc.NumModalities*size*b.N*d)
		g.fill(one, b, func(i int, m erc.Modality) [][]float64 {
			return posteriors[i].Noise(m, z.Stream(inNoise, i, uint64(m), uint64(draw)+1))
		})
		out = append(out, one...)
	}
	return tensors.FromFlatDataAndDimensions(out, draws, erc.NumModalities, size, b.N, d)
}

// rest returns noise for what the axes leave out of a modality, 0 where it is observed.
func (g *Gaussian) rest(z model.Noise, m erc.Modality) *tensors.Tensor {
	b, width := z.Batch, z.Batch.Dims[m]
	out := make([]float32, b.Size()*b.N*width)
	for i := range b.Conversations {
		rng := z.Stream(inRest, i, uint64(m))
		for u, has := range b.Conversations[i].Present {
			if g.parts[m] == nil || has.Has(m) {
				continue
			}
			row := out[(i*b.N+u)*width:][:width]
			for j, s := range g.parts[m].rest {
				row[j] = float32(s * rng.NormFloat64())
			}
		}
	}
	return tensors.FromFlatDataAndDimensions(out, b.Size(), b.N, width)
}

// stack lays rows out as [M,B,N,d]; rows that are nil are zeros.
func (g *Gaussian) stack(b *model.Batch, of func(i int, m erc.Modality) [][]float64) *tensors.Tensor {
	d, size := g.Width(), b.Size()
	out := make([]float32, erc.NumModalities*size*b.N*d)
	g.fill(out, b, of)
	return tensors.FromFlatDataAndDimensions(out, erc.NumModalities, size, b.N, d)
}

// fill writes rows into [M,B,N,d].
func (g *Gaussian) fill(out []float32, b *model.Batch, of func(i int, m erc.Modality) [][]float64) {
	d, size := g.Width(), b.Size()
	for _, m := range erc.Modalities {
		for i := range size {
			for u, row := range of(i, m) {
				to := out[((int(m)*size+i)*b.N+u)*d:]
				for j, v := range row {
					to[j] = float32(v)
				}
			}
		}
	}
}

// Mean returns the coordinates of the observed features and the conditional mean of the
// missing ones, [M,B,N,d].
func Mean(in engine.Nodes) *graph.Node { return in.Get(inMean) }

// Noise returns the components of a draw less the mean, [M,B,N,d].
func Noise(in engine.Nodes) *graph.Node { return in.Get(inNoise) }

// Drawn reports whether the feed has the noise of a draw.
func Drawn(in engine.Nodes) bool { return in.Optional(inNoise) != nil }

// Revealed reports whether the feed has the truth.
func Revealed(in engine.Nodes) bool { return in.Optional(inTruth) != nil }

// Truth returns the components of the withheld truth less the mean, [M,B,N,d]. It is for
// training graphs only.
func Truth(in engine.Nodes) *graph.Node { return in.Get(inTruth) }

// Place maps components [M,B,N,d] to the coordinates that they stand for.
func Place(p *model.Params, components *graph.Node) *graph.Node {
	place := p.In("prior").Constant(components.Graph(), constPlace)
	return graph.Dot(components, place).General([]int{3}, []int{0}, []int{1}, []int{0})
}

// Take maps coordinates [M,B,N,d] to components, the inverse of Place.
func Take(p *model.Params, coordinates *graph.Node) *graph.Node {
	take := p.In("prior").Constant(coordinates.Graph(), constTake)
	return graph.Dot(coordinates, take).General([]int{3}, []int{0}, []int{1}, []int{0})
}

// Importance returns the variance of each component in the features over the mean of its
// modality's, [M,1,1,d].
func Importance(p *model.Params, g *graph.Graph) *graph.Node {
	place := p.In("prior").Constant(g, constPlace)
	variance := graph.ReduceSum(graph.Square(place), -1) // [M,d]
	mean := graph.MaxScalar(graph.ReduceAndKeep(variance, graph.ReduceMean, -1), 1e-12)
	return graph.InsertAxes(graph.Div(variance, mean), 1, 1)
}

// Features returns the standardised features [B,N,D_m] at coordinates [M,B,N,d], the
// observed ones as they are. Where the feed has noise outside the axes, it is added if
// noisy.
func (g *Gaussian) Features(p *model.Params, in engine.Nodes, coordinates *graph.Node, noisy bool) [erc.NumModalities]*graph.Node {
	var out [erc.NumModalities]*graph.Node
	for _, m := range erc.Modalities {
		if g.parts[m] == nil {
			out[m] = in.Get(m.String())
			continue
		}
		z := graph.Slice(layer.Pick(coordinates, m), graph.AxisRange(), graph.AxisRange(), graph.AxisRange(0, g.parts[m].width()))
		axes := scope(p, m).Constant(z.Graph(), constAxes)
		dims := z.Shape().Dimensions
		x := graph.Reshape(graph.Dot(graph.Reshape(z, -1, dims[2]), axes).General([]int{1}, nil, []int{1}, nil), dims[0], dims[1], -1)
		if rest := in.Optional(inRest + m.String()); noisy && rest != nil {
			x = graph.Add(x, rest)
		}
		out[m] = layer.Fill(in, m, x)
	}
	return out
}
