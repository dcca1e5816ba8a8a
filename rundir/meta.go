package rundir

import (
	"gsdnet/model"
)

// Meta travels in a checkpoint's metadata.
type Meta struct {
	Format     string          `json:"format"`
	Config     string          `json:"config"` // the resolved TOML
	Setup      model.Setup     `json:"setup"`
	DataHash   string          `json:"data_sha256"`
	MaskHash   string          `json:"masks_sha256"`
	Seen       *Seen           `json:"seen,omitempty"` // of the data it was trained on
	Epoch      int             `json:"epoch"`          // that the weights are from
	Validation float64         `json:"validation"`     // what selected them
	Stretch    float64         `json:"stretch"`        // on the head's scales, calibrated on validation
	Shrinkage  model.Shrinkage `json:"recovery"`       // of recovered features, likewise
	Finished   bool            `json:"finished"`       // training has ended and recovered features were measured
	Progress   *Progress       `json:"progress,omitempty"`
}

// Progress is where training stood, in a state file.
type Progress struct {
	Epoch    int     `json:"epoch"` // next to run
	Step     uint64  `json:"step"`
	Best     float64 `json:"best"`
	Since    int     `json:"since"` // epochs since the best
	LogBytes int64   `json:"log_bytes"`
	DataPath string  `json:"data_path,omitempty"` // of the conversations, for resuming
}

// EMAScope is where the averaged weights live, under the path of each weight.
const EMAScope = "/ema"
