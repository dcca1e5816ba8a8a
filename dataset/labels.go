package dataset

import (
	"math"
	"strconv"

	"gsdnet/erc"
)

// fillLabels fills in the labels of the task, and says which task it is and how
// many classes it has.
func (t *Table) fillLabels(rows []row, task string) (erc.Task, int, error) {
	for i := range rows {
		rows[i].Label, rows[i].Class = float32(math.NaN()), erc.Unlabelled
	}
	switch (Fields{Task: task}).Labels(t.Label != nil, t.Class != nil) {
	case "label":
		return t.fillScores(rows)
	case "class":
		return t.fillClasses(rows)
	}
	switch task {
	case erc.Scores.String():
		return 0, 0, t.Fault("choose another task with --set data.task=", "label", -1, "not in the file, and the task %s needs it", task)
	case erc.Classes.String():
		return 0, 0, t.Fault("choose another task with --set data.task=", "class", -1, "not in the file, and the task %s needs it", task)
	}
	return erc.NoLabels, 0, nil
}

func (t *Table) fillScores(rows []row) (erc.Task, int, error) {
	task := erc.NoLabels
	for i, v := range t.Label {
		if v < -MaxScore || v > MaxScore {
			return 0, 0, t.Fault("rescale the scores to [-3,3]; NaN marks an utterance without one", "label", i,
				"%s is not a score in [%g,%g]", shortest(v), -MaxScore, MaxScore)
		}
		if !math.IsNaN(v) {
			task = erc.Scores
		}
		rows[i].Label = float32(v)
	}
	return task, 0, nil
}

// shortest writes a number with as few digits as it needs, those of a float32 if
// it is one.
func shortest(v float64) string {
	bits := 64
	if float64(float32(v)) == v {
		bits = 32
	}
	return strconv.FormatFloat(v, 'g', -1, bits)
}

func (t *Table) fillClasses(rows []row) (erc.Task, int, error) {
	const tip = "number the classes from 0; -1 marks an utterance without one"
	if err := t.checkRange("class", t.Class, int64(erc.Unlabelled), MaxClasses-1, tip); err != nil {
		return 0, 0, err
	}
	if len(t.Classes) > MaxClasses {
		return 0, 0, t.Fault("choose a column with fewer classes", "class", -1, "%d classes, want at most %d", len(t.Classes), MaxClasses)
	}
	most := erc.Unlabelled
	for i, v := range t.Class {
		rows[i].Class = int32(v)
		most = max(most, int32(v))
	}
	if most == erc.Unlabelled {
		return erc.NoLabels, 0, nil
	}
	return erc.Classes, max(int(most)+1, len(t.Classes)), nil
}
