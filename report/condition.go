package report

import (
	"fmt"
	"slices"
	"strconv"

	"gsdnet/experiment"
	"gsdnet/missing"
)

// condition says how the cells of a board were trained and tested, beyond their data set
// and protocol. The zero value is training on the complete training split.
type condition struct {
	training      string // what was withheld in training: missing.CompleteOnly or missing.Every; empty for the points of the protocol
	blank, labels string // rate of deleted training values, and share of kept labels; empty if all are kept
	folds         int    // 0 without cross-validation
}

func conditionOf(id experiment.Identity) condition {
	c := condition{"", id.Blank, id.Labels, id.Folds}
	if trainings[id.Training] != "" {
		c.training = id.Training
	}
	return c
}

// trainings says in words what is not training for the points of the protocol.
var trainings = map[string]string{
	missing.CompleteOnly: "trained on complete conversations",
	missing.Every:        "trained for all protocols",
}

// forPoint reports whether a run was trained for one point of its protocol.
func forPoint(id experiment.Identity) bool {
	return id.Training != missing.Mixed && trainings[id.Training] == ""
}

// boardKey returns a key that is different for every board of a sweep. Boards are sorted by
// it.
func boardKey(id experiment.Identity) string {
	return id.Dataset + "\x00" + id.Protocol + "\x00" + conditionOf(id).suffix()
}

// title returns the condition for a heading, with a comma before each part.
func (c condition) title() string {
	var out string
	if c.training != "" {
		out += ", " + trainings[c.training]
	}
	if c.blank != "" {
		out += ", training values deleted at rate " + c.blank
	}
	if share, err := strconv.ParseFloat(c.labels, 64); err == nil {
		out += fmt.Sprintf(", labels of %g %% of the training conversations", 100*share)
	}
	if c.folds != 0 {
		out += fmt.Sprintf(", %d folds pooled", c.folds)
	}
	return out
}

// suffix returns the end of the names of a board's files.
func (c condition) suffix() string {
	var out string
	if c.training != "" {
		out += "-" + c.training
	}
	if c.blank != "" {
		out += "-blank" + c.blank
	}
	if c.labels != "" {
		out += "-labels" + c.labels
	}
	if c.folds != 0 {
		out += fmt.Sprintf("-folds%d", c.folds)
	}
	return out
}

// note returns the explanation of the condition below a table.
func (c condition) note() string {
	if c.folds == 0 {
		return ""
	}
	return fmt.Sprintf(" Every conversation was a test conversation of one of %d folds. The predictions of all folds are pooled before a measure is computed, and so are the conversations of a score of completions; "+
		"measures of intervals, probabilities and encoded or raw features, and the constant predictors, are means over the folds, weighted by their numbers of utterances or cells.", c.folds)
}

// sortFolds sorts runs by their fold.
func sortFolds(runs []*run) {
	slices.SortStableFunc(runs, func(a, b *run) int { return a.Cell.Fold - b.Cell.Fold })
}
