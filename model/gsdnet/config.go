package gsdnet

import (
	"gsdnet/diffusion"
	"gsdnet/internal/fault"
	"gsdnet/model/readout"
	"gsdnet/spectral"
)

// What is diffused beside the features (the ablation switch), the basis of the
// spectrum, and the condition of Eqs. 8-9.
const (
	GraphSpectral  = "spectral"  // the eigenvalues, as the paper proposes
	GraphAdjacency = "adjacency" // symmetric Gaussian noise on the adjacency matrix itself
	GraphNone      = "none"      // nothing: the graph stays as observed

	BasisShared = "shared" // diag(UᵀA_mU) in the eigenvectors U of A_ref
	BasisOwn    = "own"    // the sorted eigenvalues of A_m, as printed in the paper

	MeanNone       = "none"       // X' itself is diffused
	MeanRegression = "regression" // what is left of X' after a ridge regression on the present modalities

	ConditionClean = "clean" // X_o
	ConditionNoisy = "noisy" // X_o(t), noised independently at the same t
)

// Config holds the settings, the table [gsdnet] of a config. Default returns the
// defaults, Paper the paper's preset.
type Config struct {
	readout.Body
	Kernel int `toml:"kernel" limit:"1..99 odd"` // utterances that the encoder's convolution reads

	Graph     string `toml:"graph"`                 // what is diffused beside the features: spectral, adjacency or none
	Window    int    `toml:"window" limit:"0..256"` // largest distance between two linked utterances; 0 links the whole conversation
	Rank      int    `toml:"rank" limit:"0..256"`   // number of eigenvalues that are diffused; 0 diffuses all
	Basis     string `toml:"basis"`                 // eigenvectors that the spectrum belongs to: shared (of the reference graph) or own (as printed in the paper)
	Condition string `toml:"condition"`             // observed features that the score network reads: clean or noisy (Eqs. 8-9)
	Mean      string `toml:"mean"`                  // what the diffusion of the features starts from: regression or none
	Blocks    int    `toml:"blocks" limit:"1..64"`  // residual blocks of the features' score network

	Rows         string `toml:"rows"`                        // rows of the fused graph: embedded (before the norm) or encoded (as printed in the paper)
	FusionLayers int    `toml:"fusion_layers" limit:"0..32"` // layers of graph fusion, L of Eq. 19; 0 uses no graph
	Context      int    `toml:"context" limit:"0..32"`       // recurrent layers between fusion and head; 0, as printed in the paper, has none

	Beta       float64 `toml:"beta" limit:"0..1000"`        // weight of L_miss in Eq. 20
	FreeWeight float64 `toml:"free_weight" limit:"0..1000"` // weight of observed cells in score matching

	Sampler    Sampler        `toml:"sampler"`    // how the reverse SDEs are solved
	Regression Regression     `toml:"regression"` // read if mean = "regression"
	SDEX       diffusion.Spec `toml:"sde_x"`      // SDE of the features
	SDELambda  diffusion.Spec `toml:"sde_lambda"` // SDE of the spectrum
}

// Sampler says how the reverse SDEs are solved: the table [gsdnet.sampler].
type Sampler struct {
	Method     string `toml:"method" was:"sampler"`              // ddim, euler, heun, pc or dpm++2m
	Schedule   string `toml:"schedule" was:"schedule"`           // how the times are spaced: uniform or logsnr
	Steps      int    `toml:"steps" limit:"1..1000" was:"steps"` // number of steps
	Prediction string `toml:"prediction" was:"prediction"`       // what the score network predicts: x0, eps or score
	Through    bool   `toml:"through" was:"through"`             // whether the gradients of L_rec and L_pred pass through the sampler
}

// Regression describes the ridge regression on the present modalities: the table
// [gsdnet.regression].
type Regression struct {
	Ridge  float64 `toml:"ridge" limit:">0..1000000" was:"ridge"` // penalty, in units of the number of rows
	Rank   int     `toml:"rank" limit:"1..1024" was:"ridge_rank"` // rank of the regression's matrices
	Folds  int     `toml:"folds" limit:"0|2..20" was:"folds"`     // folds of cross-fitting in training; 0 fits on all conversations at once
	Around bool    `toml:"around" was:"around"`                   // whether it reads the other utterances of the conversation too
}

// Default returns the default settings.
func Default() Config {
	return Config{
		Body: readout.DefaultBody(), Kernel: 1,
		Graph: GraphSpectral, Window: spectral.DefaultWindow, Rank: spectral.DefaultRank, Basis: BasisShared,
		Condition: ConditionClean, Mean: MeanRegression, Blocks: 3,
		Rows: readout.RowsEmbedded, FusionLayers: 2, Context: readout.Layers,
		Beta: 0.1, FreeWeight: 0.1,
		Sampler:    Sampler{Method: "ddim", Schedule: "uniform", Steps: 4, Prediction: "x0", Through: true},
		Regression: Regression{Ridge: 0.3, Rank: 32, Folds: 5},
		SDEX:       diffusion.Spec{Kind: "vp", BetaMin: 0.1, BetaMax: 20},
		SDELambda:  diffusion.Spec{Kind: "vp", BetaMin: 0.1, BetaMax: 20},
	}
}

// Paper returns the preset that follows the paper and its lineage to the letter.
func Paper() Config {
	c := Default()
	c.SDEX.Kind, c.SDEX.Sigma = "ve", 25
	c.SDELambda.BetaMax = 1 // as the paper's lineage has it
	c.Sampler = Sampler{Method: "euler", Schedule: "uniform", Steps: 100, Prediction: "score"}
	c.Condition = ConditionNoisy
	c.Mean, c.Kernel, c.Rows, c.Context = MeanNone, 3, readout.RowsEncoded, 0
	return c
}

// check refuses settings that do not go together.
func (c Config) check() error {
	if c.Graph == GraphAdjacency && c.Basis != BasisShared {
		return fault.Input(`leave basis = "shared"`, "gsdnet.basis = %q has no meaning when the adjacency itself is diffused", c.Basis)
	}
	return c.checkNames()
}

func (c Config) checkNames() error {
	for _, choice := range []struct {
		key, value string
		known      []string
	}{
		{"graph", c.Graph, []string{GraphSpectral, GraphAdjacency, GraphNone}},
		{"basis", c.Basis, []string{BasisShared, BasisOwn}},
		{"mean", c.Mean, []string{MeanNone, MeanRegression}},
		{"rows", c.Rows, []string{readout.RowsEmbedded, readout.RowsEncoded}},
		{"condition", c.Condition, []string{ConditionClean, ConditionNoisy}},
	} {
		if err := fault.OneOf("gsdnet."+choice.key, choice.value, choice.known...); err != nil {
			return err
		}
	}
	return c.checkSampler()
}

func (c Config) checkSampler() error {
	const where = "docs/samplers.md describes them"
	if _, err := diffusion.ParseSampler(c.Sampler.Method); err != nil {
		return fault.Input(where, "gsdnet.sampler.method: %w", err)
	}
	if _, err := diffusion.ParseSchedule(c.Sampler.Schedule); err != nil {
		return fault.Input(where, "gsdnet.sampler.schedule: %w", err)
	}
	if _, err := diffusion.ParsePrediction(c.Sampler.Prediction); err != nil {
		return fault.Input(where, "gsdnet.sampler.prediction: %w", err)
	}
	return nil
}
