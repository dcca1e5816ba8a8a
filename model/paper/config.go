package paper

import (
	"gsdnet/diffusion"
	"gsdnet/internal/fault"
	"gsdnet/model/readout"
	"gsdnet/spectral"
)

// Name is the name of the model.
const Name = "paper"

// What is diffused beside the features (the ablation switch), the basis of the
// spectrum, and the condition of Eqs. 8-9.
const (
	GraphSpectral  = "spectral"  // the eigenvalues, as the paper proposes
	GraphAdjacency = "adjacency" // symmetric Gaussian noise on the adjacency matrix itself
	GraphNone      = "none"      // nothing: the graph stays as observed

	BasisShared = "shared" // diag(UᵀA_mU) in the eigenvectors U of A_ref
	BasisOwn    = "own"    // the sorted eigenvalues of A_m, as printed in the paper

	ConditionClean = "clean" // X_o
	ConditionNoisy = "noisy" // X_o(t), noised independently at the same t

	// Rows of the fused graph, which represent a modality of an utterance in Eq. 19.
	RowsEmbedded = "embedded" // before the layer norm, which removes the strength of a signal
	RowsEncoded  = "encoded"  // X'_m of Eq. 14, as printed in the paper
)

// Config holds the settings, the table [paper] of a config.
type Config struct {
	readout.Body
	Kernel int `toml:"kernel" limit:"1..99 odd"` // utterances that the encoder's convolution reads

	Graph     string `toml:"graph"`                 // what is diffused beside the features: spectral, adjacency or none
	Window    int    `toml:"window" limit:"0..256"` // largest distance between two linked utterances; 0 links the whole conversation
	Rank      int    `toml:"rank" limit:"0..256"`   // number of eigenvalues that are diffused; 0 diffuses all
	Basis     string `toml:"basis"`                 // eigenvectors that the spectrum belongs to: shared (of the reference graph) or own (as printed in the paper)
	Condition string `toml:"condition"`             // observed features that the score network reads: clean or noisy (Eqs. 8-9)
	Blocks    int    `toml:"blocks" limit:"1..64"`  // residual blocks of the features' score network

	Rows         string `toml:"rows"`                        // rows of the fused graph: embedded (before the norm) or encoded (as printed in the paper)
	FusionLayers int    `toml:"fusion_layers" limit:"0..32"` // layers of graph fusion, L of Eq. 19; 0 uses no graph
	Context      int    `toml:"context" limit:"0..32"`       // recurrent layers between fusion and head; 0, as printed in the paper, has none

	Beta       float64 `toml:"beta" limit:"0..1000"`        // weight of L_miss in Eq. 20
	FreeWeight float64 `toml:"free_weight" limit:"0..1000"` // weight of observed cells in score matching

	Sampler   Sampler        `toml:"sampler"`    // how the reverse SDEs are solved
	SDEX      diffusion.Spec `toml:"sde_x"`      // SDE of the features
	SDELambda diffusion.Spec `toml:"sde_lambda"` // SDE of the spectrum
}

// Sampler says how the reverse SDEs are solved: the table [paper.sampler].
type Sampler struct {
	Method     string `toml:"method"`                // ddim, euler, heun, pc or dpm++2m
	Schedule   string `toml:"schedule"`              // how the times are spaced: uniform or logsnr
	Steps      int    `toml:"steps" limit:"1..1000"` // number of steps
	Prediction string `toml:"prediction"`            // what the score network predicts: x0, eps or score
	Through    bool   `toml:"through"`               // whether the gradients of L_rec and L_pred pass through the sampler
}

// Default returns the settings of the paper and its lineage, but for the preconditioning.
func Default() Config {
	return Config{
		Body: readout.DefaultBody(), Kernel: 3,
		Graph: GraphSpectral, Window: spectral.DefaultWindow, Rank: spectral.DefaultRank, Basis: BasisShared,
		Condition: ConditionNoisy, Blocks: 3,
		Rows: RowsEncoded, FusionLayers: 2, Context: 0,
		Beta: 0.1, FreeWeight: 0.1,
		Sampler:   Sampler{Method: "euler", Schedule: "uniform", Steps: 100, Prediction: "edm"},
		SDEX:      diffusion.Spec{Kind: "ve", BetaMin: 0.1, BetaMax: 20, Sigma: 25},
		SDELambda: diffusion.Spec{Kind: "vp", BetaMin: 0.1, BetaMax: 1},
	}
}

// check refuses settings that do not go together.
func (c Config) check() error {
	if c.Graph == GraphAdjacency && c.Basis != BasisShared {
		return fault.Input(`leave basis = "shared"`, "paper.basis = %q has no meaning when the adjacency itself is diffused", c.Basis)
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
		{"rows", c.Rows, []string{RowsEmbedded, RowsEncoded}},
		{"condition", c.Condition, []string{ConditionClean, ConditionNoisy}},
	} {
		if err := fault.OneOf("paper."+choice.key, choice.value, choice.known...); err != nil {
			return err
		}
	}
	return c.checkSampler()
}

func (c Config) checkSampler() error {
	const where = "docs/samplers.md describes them"
	if _, err := diffusion.ParseSampler(c.Sampler.Method); err != nil {
		return fault.Input(where, "paper.sampler.method: %w", err)
	}
	if _, err := diffusion.ParseSchedule(c.Sampler.Schedule); err != nil {
		return fault.Input(where, "paper.sampler.schedule: %w", err)
	}
	if _, err := diffusion.ParsePrediction(c.Sampler.Prediction); err != nil {
		return fault.Input(where, "paper.sampler.prediction: %w", err)
	}
	return nil
}
