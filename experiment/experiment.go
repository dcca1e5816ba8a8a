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
	Training string `json:"training"` // mixed, or a point such as 0.3 or ta
	Seed     uint64 `json:"seed"`
}

// String is the name of the cell's run directory.
func (id Identity) String() string {
	return fmt.Sprintf("%s--%s--%s--%s--seed%d", id.Dataset, id.Protocol, id.Variant, id.Training, id.Seed)
}

// cell is one run of a grid: what to train, and which masks to evaluate it under. Grid.spec
// turns it into a Spec, when its data are open.
type cell struct {
	Identity
	Config *rundir.Config
	Rules  []missing.Rule // of the masks it is evaluated under
	data   *Dataset
}

// Dataset is a corpus of a grid.
type Dataset struct {
	Name   string         `toml:"name"` // in run directories and tables
	Path   string         `toml:"path"` // relative to the data directory, or synthetic:…
	Fields dataset.Fields `toml:"data"` // which array plays which part
	// Printed names the data set of the paper whose printed figures stand beside the
	// results in a report, such as "CMU-MOSI"; empty for none.
	Printed string `toml:"printed"`

	corpus *erc.Corpus
	masks  map[string]missing.Mask // frozen, of the split that is evaluated, by rule
}

// Variant is a model with its settings under a name of its own.
type Variant struct {
	Name  string
	Model string

	tables map[string]any // [train] and the models' own, over the grid's
}
