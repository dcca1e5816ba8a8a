package paper

import (
	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/diffusion"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
)

// Names of the noise inputs; S is the noise draws of the sampler. The last axes are [M,B,N,d] for features, [M,B,K]
// for spectra and [M,B,N,N] for graphs; "g" stands for whichever of the latter two
// is diffused.
const (
	inStartX = "start_x"     // where the sampler starts, unit normal
	inStartG = "start_g"     //
	inNoiseX = "noise_x"     // [S,…] the sampler's own noise
	inNoiseG = "noise_g"     //
	inCondX  = "condition_x" // [S+1,…] noise of the condition, one a network evaluation
	inCondG  = "condition_g" // the observed spectra's, [S+1,M,B,K]
	inTime   = "time"        // [B] noise level of the score matching; training
	inMargX  = "marginal_x"  // [B,2] its α and s for the features
	inMargG  = "marginal_g"  // [B,2] and for the spectra
	inEpsX   = "eps_x"       // the noise to be matched; training
	inEpsG   = "eps_g"       //
)

// leastTime is where score matching stops: below it the noise is smaller than
// the features' rounding.
const leastTime = 1e-3

// spectralNoise returns unit normals [times,M,B,K].
func spectralNoise(z model.Noise, purpose string, times, k int) *tensors.Tensor {
	size := z.Batch.Size()
	out := make([]float32, max(times, 1)*erc.NumModalities*size*k)
	z.Each(times, func(at, conversation int, lead []uint64) {
		rng := z.Stream(purpose, conversation, lead...)
		row := out[at*k:]
		for i := range min(k, z.Batch.Conversations[conversation].Len()) {
			row[i] = float32(rng.NormFloat64())
		}
	})
	return z.Tensor(out, times, size, k)
}

// edgeNoise returns symmetric unit normals [times,M,B,N,N].
func edgeNoise(z model.Noise, purpose string, times int) *tensors.Tensor {
	n, size := z.Batch.N, z.Batch.Size()
	out := make([]float32, max(times, 1)*erc.NumModalities*size*n*n)
	z.Each(times, func(at, conversation int, lead []uint64) {
		rng := z.Stream(purpose, conversation, lead...)
		square := out[at*n*n:]
		for i := range z.Batch.Conversations[conversation].Len() {
			for j := range i + 1 {
				x := float32(rng.NormFloat64())
				square[i*n+j], square[j*n+i] = x, x
			}
		}
	})
	return z.Tensor(out, times, size, n, n)
}

// Varies reports whether what is drawn reaches the completion or the prediction: missing
// features, and the fused graph, which is diffused whether something is missing or not.
func (n *Net) Varies(c *model.Conversation, _ bool) bool {
	return c.Lacks() || n.cfg.Graph != GraphNone && n.cfg.FusionLayers > 0
}

// feedNoise adds everything random that the graphs need.
func (n *Net) feedNoise(feed engine.Feed, b *model.Batch, pass model.Pass) {
	z := model.Noise{Batch: b, Pass: pass}
	draws, evaluations := n.sampler.Draws(n.cfg.Sampler.Steps), n.sampler.Evaluations(n.cfg.Sampler.Steps)
	feed[inStartX] = z.Features(inStartX, 0, n.cfg.Width)
	if draws > 0 {
		feed[inNoiseX] = z.Features(inNoiseX, draws, n.cfg.Width)
	}
	if n.cfg.Condition == ConditionNoisy {
		feed[inCondX] = z.Features(inCondX, evaluations+1, n.cfg.Width)
		if n.cfg.Graph == GraphSpectral {
			feed[inCondG] = spectralNoise(z, inCondG, evaluations+1, n.rank(b.N))
		}
	}
	if n.cfg.Graph != GraphNone {
		feed[inStartG] = n.graphNoise(z, inStartG, 0)
		if draws > 0 {
			feed[inNoiseG] = n.graphNoise(z, inNoiseG, draws)
		}
	}
	if pass.Train {
		n.feedTraining(feed, z)
	}
}

func (n *Net) graphNoise(z model.Noise, purpose string, times int) *tensors.Tensor {
	if n.cfg.Graph == GraphAdjacency {
		return edgeNoise(z, purpose, times)
	}
	return spectralNoise(z, purpose, times, n.rank(z.Batch.N))
}

// feedTraining adds noise levels, the noise to be matched, and dropout.
func (n *Net) feedTraining(feed engine.Feed, z model.Noise) {
	size := z.Batch.Size()
	times := make([]float32, size)
	marginal := func(sde diffusion.SDE) *tensors.Tensor {
		out := make([]float32, 2*size)
		for i, t := range times {
			alpha, std := sde.Marginal(float64(t))
			out[2*i], out[2*i+1] = float32(alpha), float32(std)
		}
		return tensors.FromFlatDataAndDimensions(out, size, 2)
	}
	for i := range times {
		times[i] = float32(leastTime + (1-leastTime)*z.Stream(inTime, i).Float64())
	}
	feed[inTime] = tensors.FromFlatDataAndDimensions(times, size)
	feed[inMargX] = marginal(n.sdeX)
	feed[inEpsX] = z.Features(inEpsX, 0, n.cfg.Width)
	if n.cfg.Graph != GraphNone {
		feed[inMargG] = marginal(n.sdeG)
		feed[inEpsG] = n.graphNoise(z, inEpsG, 0)
	}
	n.out.Draw(feed, z.Batch, z.Pass, n.fusedWidth())
}
