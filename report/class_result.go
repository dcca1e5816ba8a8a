package report

import (
	"strconv"

	"gsdnet/experiment"
)

// MostClasses is the largest number of classes for which confusion matrices are printed and
// drawn. metrics.json has those of more classes.
const MostClasses = 20

// nameWidth is the largest number of letters of the name of a class in a printed table.
const nameWidth = 20

// ClassTable lists the precision, the recall, the F1 and the support of each class, of all
// masks of one run's result together. It has no rows for scores.
func ClassTable(r experiment.Result) *Table {
	t := &Table{Heading: []string{"class, all masks", "precision", "recall", "F1", "utterances"}}
	if r.Mean.Confusion == nil {
		return t
	}
	for _, c := range r.Mean.Confusion.PerClass() {
		t.Add(className(c.Name), percent(c.Precision), percent(c.Recall), percent(c.F1), strconv.Itoa(c.N/len(r.Cells)))
	}
	return t
}

// ConfusionTable is the confusion matrix of all masks of one run's result together: a row
// for each true class, with the percentage of its utterances that each class was predicted
// for. It has no rows for scores, and for more than MostClasses classes.
func ConfusionTable(r experiment.Result) *Table {
	t := &Table{Heading: []string{`true \ predicted, %`}}
	c := r.Mean.Confusion
	if c == nil || len(c.Names) > MostClasses {
		return t
	}
	for _, name := range c.Names {
		t.Heading = append(t.Heading, className(name))
	}
	for i, shares := range c.Shares() {
		row := []string{className(c.Names[i])}
		for _, x := range shares {
			row = append(row, percent(x))
		}
		t.Add(row...)
	}
	return t
}

// percent writes a share in percent, and a dash for NaN.
func percent(x float64) string { return shareMeasure.Format(x) }

// className shortens the name of a class for a table, and replaces what markdown takes for
// the edge of a cell.
func className(name string) string {
	letters := []rune(name)
	for i, r := range letters {
		if r == '|' {
			letters[i] = '¦'
		}
	}
	if len(letters) > nameWidth {
		return string(letters[:nameWidth-1]) + "…"
	}
	return string(letters)
}
