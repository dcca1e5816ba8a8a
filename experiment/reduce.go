package experiment

import (
	"fmt"

	"gsdnet/internal/fault"
	"gsdnet/missing"
)

// reduction is one choice of the training data: what is deleted, and the fold.
type reduction struct {
	blank, labels float64
	fold          int // 0 without cross-validation
}

// reductions lists the choices of training data of a grid. A grid without the keys blank,
// labels and folds has one, which keeps everything.
func (g *Grid) reductions() []reduction {
	var out []reduction
	for _, blank := range g.Blank {
		for _, labels := range g.Labels {
			for fold := min(1, g.Folds); fold <= g.Folds; fold++ {
				out = append(out, reduction{blank, labels, fold})
			}
		}
	}
	return out
}

// apply enters the choice into a cell: its identity and its config.
func (r reduction) apply(c *cell, folds int) {
	c.Fold, c.Config.Data.Fold = r.fold, r.fold
	c.Folds, c.Config.Data.Folds = folds, folds
	c.Config.Missing.Blank, c.Config.Train.Labels = r.blank, r.labels
	if r.blank != 0 {
		c.Blank = fmt.Sprint(r.blank)
	}
	if r.labels != 1 {
		c.Labels = fmt.Sprint(r.labels)
	}
}

// reduced reports whether the cell differs from those of a grid without the keys
// training = "complete", blank, labels and folds.
func (id Identity) reduced() bool {
	return id.Training == trainComplete || id.Blank != "" || id.Labels != "" || id.Folds != 0
}

// checkReductions returns an error for folds, rates and shares that do not exist, and for
// settings of a run that a grid has keys for.
func (g *Grid) checkReductions() error {
	if g.Folds != 0 && g.Folds < 3 {
		return fault.Input("choose 3 or more, or leave the key out: one fold is the test split, one the validation split, the others the training split", "folds = %d", g.Folds)
	}
	for _, rate := range g.Blank {
		if rate == 0 {
			continue
		}
		if _, err := missing.BlankRule(rate); err != nil {
			return err
		}
	}
	for _, share := range g.Labels {
		if !(share > 0 && share <= 1) {
			return fault.Input("a share is above 0 and at most 1, such as 0.1 for a tenth of the training conversations", "labels has the share %g", share)
		}
	}
	for i := range g.Datasets {
		if f := g.Datasets[i].Fields; f != f.Unfolded() {
			return fault.Input("write folds = 5 outside the tables: the grid has a run for each fold", "data.folds and data.fold do not belong in a grid")
		}
	}
	tables := []map[string]any{g.tables}
	for _, v := range g.variants {
		tables = append(tables, v.tables)
	}
	for _, t := range tables {
		train, _ := t["train"].(map[string]any)
		if _, ok := train["seed"]; ok {
			return fault.Input("list the seeds of the runs as seeds = [1, 2, 3]", "train.seed does not belong in a grid")
		}
		if _, ok := train["labels"]; ok {
			return fault.Input("list the shares as labels = [0.05, 0.1], outside the tables", "train.labels does not belong in a grid")
		}
	}
	return nil
}
