// Package experiment turns one file into many comparable runs.
//
// A grid (TOML) names data sets, models, protocols and seeds. Load checks it,
// Prepare opens its data and lays out its cells, each a run directory whose name
// is its identity, and Sweep.Run trains and evaluates what is not finished. A cell is
// a Spec, which says all that a Worker needs to run it; the workers claim cells from a
// Queue. Local is the queue of one process. Every
// model of a data set meets the same frozen test masks, which the grid's seed
// draws and not the run's. A sweep that is stopped or killed goes on when it is
// started again, and ends with the same numbers.
//
// A Record is what evaluation leaves in a run directory; package report reads
// them back. The same record is what a single evaluation prints.
//
// Start reading at Grid, then Prepare, Spec, Queue and Worker.
package experiment

import (
	"fmt"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/missing"
	"gsdnet/rundir"
)

// Identity says which point of a grid a cell is.
type Identity struct {
	Dataset  string `json:"dataset"`
	Protocol string `json:"protocol"` // its rules' kind: random, random-batch, fixed, …
	Variant  string `json:"variant"`  // what tables call the model with its settings
	Model    string `json:"model"`
	Training string `json:"training"` // mixed, complete, or a point such as 0.3 or ta
	Seed     uint64 `json:"seed"`
	// Blank is the rate of the training values that are deleted, such as 0.5; empty if
	// none are.
	Blank string `json:"blank,omitempty"`
	// Labels is the share of the training conversations that keep their labels, such as
	// 0.1; empty if all do.
	Labels string `json:"labels,omitempty"`
	// Fold is the fold that is tested, from 1 to Folds; both are 0 without
	// cross-validation.
	Fold  int `json:"fold,omitempty"`
	Folds int `json:"folds,omitempty"`
}

// String is the name of the cell's run directory.
func (id Identity) String() string {
	name := fmt.Sprintf("%s--%s--%s--%s--seed%d", id.Dataset, id.Protocol, id.Variant, id.Training, id.Seed)
	if id.Blank != "" {
		name += "--blank" + id.Blank
	}
	if id.Labels != "" {
		name += "--labels" + id.Labels
	}
	if id.Folds != 0 {
		name += "--" + id.foldName()
	}
	return name
}

// foldName names the fold in files, such as fold2of5; it is empty without
// cross-validation.
func (id Identity) foldName() string {
	if id.Folds == 0 {
		return ""
	}
	return fmt.Sprintf("fold%dof%d", id.Fold, id.Folds)
}

// cell is one run of a grid: what to train, and which masks to evaluate it under. Grid.spec
// turns it into a Spec, when its data are open.
type cell struct {
	Identity
	Config *rundir.Config
	Rules  []missing.Rule // of the masks it is evaluated under
	data   *Dataset
	corpus *erc.Corpus // with the splits of its fold; set by Prepare
}

// Dataset is a corpus of a grid.
type Dataset struct {
	Name   string         `toml:"name"` // in run directories and tables
	Path   string         `toml:"path"` // relative to the data directory, or synthetic:…
	Fields dataset.Fields `toml:"data"` // which array plays which part
	// Printed names the data set of the paper whose printed figures stand beside the
	// results in a report, such as "CMU-MOSI"; empty for none.
	Printed string `toml:"printed"`

	corpus *erc.Corpus              // as the file has it
	folds  map[int]*erc.Corpus      // with the splits of each fold; 0 without cross-validation
	masks  map[maskKey]missing.Mask // frozen
}

// maskKey tells the frozen masks of a data set apart.
type maskKey struct {
	fold  int
	split erc.Split
	rule  string
}

// variant is a model with its settings under a name of its own.
type variant struct {
	name  string
	model string

	tables map[string]any // [train] and the models' own, over the grid's
}
