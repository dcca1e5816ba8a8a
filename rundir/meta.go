package rundir

import (
	"gsdnet/model"
)

// Meta is the metadata of a checkpoint.
type Meta struct {
	Format      string          `json:"format"`
	Config      string          `json:"config"` // the resolved TOML
	Setup       model.Setup     `json:"setup"`
	DataHash    string          `json:"data_sha256"`
	MaskHash    string          `json:"masks_sha256"`
	Fingerprint *Fingerprint    `json:"seen,omitempty"` // fingerprint of the training data
	Epoch       int             `json:"epoch"`          // of the weights
	Validation  float64         `json:"validation"`     // error that selected the epoch
	ScaleFactor float64         `json:"stretch"`        // factor on the head's scales, from Calibrate
	Shrinkage   model.Shrinkage `json:"recovery"`       // of recovered features
	Finished    bool            `json:"finished"`       // training has ended and recovered features were measured
	Progress    *Progress       `json:"progress,omitempty"`
}

// Progress is the state of training in a state file.
type Progress struct {
	Epoch    int     `json:"epoch"` // next to run
	Step     uint64  `json:"step"`
	Best     float64 `json:"best"`
	Since    int     `json:"since"` // epochs since the best
	LogBytes int64   `json:"log_bytes"`
	DataPath string  `json:"data_path,omitempty"` // of the conversations, for resuming
}

// EMAScope begins the path of a weight's moving average; the path of the weight follows.
const EMAScope = "/ema"
