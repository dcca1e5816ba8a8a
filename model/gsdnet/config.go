package gsdnet

import (
	"gsdnet/diffusion"
	"gsdnet/internal/fault"
	"gsdnet/model/fill"
)

// The colour of the diffusion's noise and prior: the ablation of the paper's Table 3.
const (
	GraphSpectral = "spectral" // the graph filter along the conversation and along each speaker
	// GraphAdjacency is white noise for the features and, beside it, symmetric noise on the
	// adjacency matrix, which is diffused too (adjacency.go).
	GraphAdjacency = "adjacency"
	GraphNone      = "none" // white: utterances are independent
)

// Config holds the settings, the table [gsdnet] of a config.
type Config struct {
	fill.GaussianConfig
	Graph   string  `toml:"graph"`                // colour of the noise: spectral (the graph filter's), adjacency (white, with noise on the adjacency matrix) or none (white)
	Blocks  int     `toml:"blocks" limit:"0..64"` // residual blocks of the score network; 0 has no network
	Beta    float64 `toml:"beta" limit:"0..1000"` // weight of the score matching beside the loss of the prediction
	Sampler Sampler `toml:"sampler"`              // how the reverse equation is solved
}

// Sampler says how the reverse equation is solved: the table [gsdnet.sampler].
type Sampler struct {
	Method   string `toml:"method" was:"sampler"`              // angle, ddim, euler, heun, pc or dpm++2m
	Schedule string `toml:"schedule" was:"schedule"`           // how the times are spaced: rotation, uniform or logsnr
	Steps    int    `toml:"steps" limit:"1..1000" was:"steps"` // number of steps
}

// Default returns the default settings.
func Default() Config {
	base := fill.DefaultGaussian()
	base.Prior.Tails = true
	return Config{
		GaussianConfig: base,
		Graph:          GraphSpectral, Blocks: 2, Beta: 0.1,
		Sampler: Sampler{Method: "angle", Schedule: "rotation", Steps: 4},
	}
}

// checkNoise returns an error for a sampler that draws noise of its own where it would not
// be noise of the same distribution: Gaussian, and of the features alone.
func (c Config) checkNoise(s diffusion.Sampler) error {
	if s.Step.Draws == 0 {
		return nil
	}
	const hint = "choose a deterministic sampler such as angle"
	if c.Graph == GraphAdjacency {
		return fault.Input(hint, "gsdnet.sampler.method = %q draws noise, which gsdnet.graph = %q does not have for its edges", c.Sampler.Method, c.Graph)
	}
	if c.Prior.Tails {
		return fault.Input(hint+", or gsdnet.prior.tails = false",
			"gsdnet.sampler.method = %q adds Gaussian noise, and gsdnet.prior.tails makes the noise another one", c.Sampler.Method)
	}
	return nil
}

// sde turns residual components, which have unit variance, into noise of unit variance.
var sde = diffusion.VP{BetaMin: 0.1, BetaMax: 20}
