package gsdnet

import (
	"gsdnet/diffusion"
	"gsdnet/internal/hint"
	"gsdnet/model/readout"
)

// What is diffused beside the features (the ablation switch), the basis of the
// spectrum, and the condition of Eqs. 8-9.
const (
	GraphSpectral  = "spectral"  // the eigenvalues, as the paper proposes
	GraphAdjacency = "adjacency" // symmetric Gaussian noise on the adjacency matrix itself
	GraphNone      = "none"      // nothing: the graph stays as observed

	BasisShared = "shared" // diag(UᵀA_mU) in the eigenvectors U of A_ref
	BasisOwn    = "own"    // the sorted eigenvalues of A_m, as printed in the paper
	BasisOracle = "oracle" // the true eigenvectors of A_m; evaluation only

	MeanNone       = "none"       // X' itself is diffused
	MeanRegression = "regression" // what is left of X' after a ridge regression on the present modalities

	ConditionClean = "clean" // X_o
	ConditionNoisy = "noisy" // X_o(t), noised independently at the same t
)

// Config holds the settings of MATHS.md by section. Default returns the
// defaults, Paper the paper's preset.
type Config struct {
	Width  int `toml:"width" limit:"2..4096 even"` // d, width of the encoded features
	Kernel int `toml:"kernel" limit:"1..99 odd"`   // taps of the encoder's convolution, odd

	Graph  string `toml:"graph"`                 // spectral, adjacency or none
	Window int    `toml:"window" limit:"0..256"` // utterances an edge spans; 0: the whole conversation
	Rank   int    `toml:"rank" limit:"0..256"`   // eigenvalues diffused; 0: all
	Basis  string `toml:"basis"`                 // shared, own or oracle

	SDEX       diffusion.Spec `toml:"sde_x"`                      // of the features
	SDELambda  diffusion.Spec `toml:"sde_lambda"`                 // of the spectrum
	Sampler    string         `toml:"sampler"`                    // name in docs/samplers.md
	Schedule   string         `toml:"schedule"`                   // name in docs/samplers.md, of the sampler's times
	Steps      int            `toml:"steps" limit:"1..1000"`      // of the sampler
	Prediction string         `toml:"prediction"`                 // x0, eps or score
	Through    bool           `toml:"through"`                    // let the gradient of L_rec and L_pred through the sampler
	Condition  string         `toml:"condition"`                  // clean or noisy
	Mean       string         `toml:"mean"`                       // none or regression: what the features' diffusion starts out from
	Ridge      float64        `toml:"ridge" limit:">0..1000000"`  // of the regression, in units of the number of rows
	RidgeRank  int            `toml:"ridge_rank" limit:"1..1024"` // of its maps
	Folds      int            `toml:"folds" limit:"0|2..20"`      // of its cross-fitting in training
	Around     bool           `toml:"around"`                     // it starts out from what the rest of the conversation shows
	Blocks     int            `toml:"blocks" limit:"1..64"`       // residual blocks of the features' score network

	Rows         string `toml:"rows"`                        // of the fused graph: embedded, or encoded as printed
	FusionLayers int    `toml:"fusion_layers" limit:"0..32"` // L of Eq. 19; 0: no graph
	Context      int    `toml:"context" limit:"0..32"`       // recurrent layers between fusion and head; 0: none, as printed
	Hidden       int    `toml:"hidden" limit:"1..4096"`      // width of the prediction head
	Head         string `toml:"head"`                        // laplace or point

	Beta         float64 `toml:"beta" limit:"0..1000"`        // weight of L_miss in Eq. 20
	FreeWeight   float64 `toml:"free_weight" limit:"0..1000"` // weight of observed cells in the score matching
	InputDropout float64 `toml:"input_dropout" limit:"0..<1"` // share of input channels dropped in training
	Dropout      float64 `toml:"dropout" limit:"0..<1"`       // share of fused channels dropped in training
}

// Default returns the default settings.
func Default() Config {
	return Config{
		Width: 128, Kernel: 1,
		Graph: GraphSpectral, Window: 6, Rank: 32, Basis: BasisShared,
		SDEX:      diffusion.Spec{Kind: "vp", BetaMin: 0.1, BetaMax: 20},
		SDELambda: diffusion.Spec{Kind: "vp", BetaMin: 0.1, BetaMax: 20},
		Sampler:   "ddim", Schedule: "uniform", Steps: 4, Prediction: "x0", Through: true,
		Condition: ConditionClean, Mean: MeanRegression, Ridge: 0.3, RidgeRank: 32, Folds: 5, Blocks: 3,
		Rows: readout.RowsEmbedded, FusionLayers: 2, Context: 2, Hidden: 128, Head: readout.HeadLaplace,
		Beta: 0.1, FreeWeight: 0.1, InputDropout: 0.2, Dropout: 0.4,
	}
}

// Paper returns the preset that follows the paper and its lineage to the letter.
func Paper() Config {
	c := Default()
	c.SDEX.Kind, c.SDEX.Sigma = "ve", 25
	c.SDELambda.BetaMax = 1 // as the paper's lineage has it
	c.Sampler, c.Steps, c.Prediction = "euler", 100, "score"
	c.Through, c.Condition = false, ConditionNoisy
	c.Mean, c.Kernel, c.Rows, c.Context = MeanNone, 3, readout.RowsEncoded, 0
	return c
}

// body returns the settings that the shared predictor reads.
func (c Config) body() readout.Body {
	return readout.Body{Width: c.Width, Hidden: c.Hidden, Head: c.Head, InputDropout: c.InputDropout, Dropout: c.Dropout}
}

// check refuses settings that do not go together.
func (c Config) check() error {
	if c.Basis == BasisOracle {
		return hint.Input(`use "shared" or "own"`, "gsdnet.basis = \"oracle\": the true eigenvectors are not there to be trained with")
	}
	if c.Graph == GraphAdjacency && c.Basis != BasisShared {
		return hint.Input(`leave basis = "shared"`, "gsdnet.basis = %q has no meaning when the adjacency itself is diffused", c.Basis)
	}
	return c.checkNames()
}

func (c Config) checkNames() error {
	for _, choice := range []struct {
		key, value string
		known      []string
	}{
		{"graph", c.Graph, []string{GraphSpectral, GraphAdjacency, GraphNone}},
		{"basis", c.Basis, []string{BasisShared, BasisOwn, BasisOracle}},
		{"mean", c.Mean, []string{MeanNone, MeanRegression}},
		{"rows", c.Rows, []string{readout.RowsEmbedded, readout.RowsEncoded}},
		{"condition", c.Condition, []string{ConditionClean, ConditionNoisy}},
	} {
		if err := hint.OneOf("gsdnet."+choice.key, choice.value, choice.known...); err != nil {
			return err
		}
	}
	return c.checkSampler()
}

func (c Config) checkSampler() error {
	const where = "docs/samplers.md describes them"
	if _, err := diffusion.ParseSampler(c.Sampler); err != nil {
		return hint.Input(where, "gsdnet.sampler: %w", err)
	}
	if _, err := diffusion.ParseSchedule(c.Schedule); err != nil {
		return hint.Input(where, "gsdnet.schedule: %w", err)
	}
	if _, err := diffusion.ParsePrediction(c.Prediction); err != nil {
		return hint.Input(where, "gsdnet.prediction: %w", err)
	}
	return nil
}
