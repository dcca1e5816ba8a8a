package rundir

import (
	"gsdnet/erc"
	"gsdnet/model"
)

// Meta holds the metadata of a checkpoint. The keys "stretch", "recovery" and "seen" are older
// names, which the format keeps.
type Meta struct {
	Format      string                       `json:"format"`             // name and version of the file format; Save sets it
	Config      string                       `json:"config"`             // the resolved TOML
	Setup       model.Setup                  `json:"setup"`              // widths of the features, and the task
	DataHash    string                       `json:"data_sha256"`        // erc.Corpus.Hash of the training data
	MaskHash    string                       `json:"masks_sha256"`       // of the frozen masks
	Fingerprint *Fingerprint                 `json:"seen,omitempty"`     // of the training data; nil in older checkpoints
	Classes     []string                     `json:"classes,omitempty"`  // names of the classes in the training data; nil without names, and in older checkpoints
	Epoch       int                          `json:"epoch"`              // the number of epochs after which the weights were saved
	Validation  float64                      `json:"validation"`         // error that selected the epoch
	ScaleFactor float64                      `json:"stretch"`            // factor on the head's Laplace scales; 1 leaves them unchanged
	Residual    [erc.NumModalities][]float64 `json:"residual"`           // [m][D_m] root mean squared error of recovered features in validation, standardised
	Network     *Network                     `json:"network,omitempty"`  // whether the run uses its network; nil of a model that has no choice
	Finished    bool                         `json:"finished"`           // training has ended, and Residual and Network are set
	Progress    *Progress                    `json:"progress,omitempty"` // set in state files only
}

// Network says which network validation chose, and whether it kept the network of a model
// that can do without it.
type Network struct {
	Epoch   int     `json:"epoch"`   // of the weights: where the loss of validation is lowest
	Loss    float64 `json:"loss"`    // the network's own loss there
	Kept    bool    `json:"kept"`    // whether With is better than Without
	With    Energy  `json:"with"`    // scores of draws on the validation masks with the network
	Without Energy  `json:"without"` // and without it
}

// Energy holds energy scores of draws, lower is better.
type Energy struct {
	Cells         float64 `json:"cells"`         // of single cells
	Conversations float64 `json:"conversations"` // of the means of conversations
}

// Progress is the state of training in a state file.
type Progress struct {
	Epoch    int     `json:"epoch"`               // number of finished epochs
	Step     uint64  `json:"step"`                // number of finished steps
	Best     float64 `json:"best"`                // lowest validation error
	Since    int     `json:"since"`               // epochs since the lowest validation error
	LogBytes int64   `json:"log_bytes"`           // length of the log
	DataPath string  `json:"data_path,omitempty"` // path of the file of conversations; empty if not known
}

// EMAScope begins the path of a weight's moving average; the path of the weight follows.
const EMAScope = "/ema"
