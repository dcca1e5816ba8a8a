package report

import (
	"context"

	"gsdnet/metric/classes"
	"gsdnet/report/figure"
)

func init() {
	declare(part{name: "confusion", order: 15, boards: (*board).compared, figures: confusionFigures})
}

// confusionFigures is one figure with the confusion matrix of every method, of all points of
// the protocol and all seeds together. There is none for scores, for runs that have kept no
// confusion matrices, and for more than MostClasses classes.
func confusionFigures(_ context.Context, b *board) ([]namedFigure, error) {
	names := b.classNames()
	if len(names) == 0 || len(names) > MostClasses {
		return nil, nil
	}
	f := &figure.Matrices{Title: b.dataset + ": confusion, % of each true class", Rows: "true class", Columns: "predicted class"}
	for _, name := range names {
		f.Names = append(f.Names, className(name))
	}
	for _, m := range b.methods {
		var parts []*classes.Confusion
		for _, seed := range m.seeds() {
			parts = append(parts, b.confusion(m.trials[seed]))
		}
		if c := classes.Add(parts...); c != nil && len(c.Names) == len(names) {
			f.Matrices = append(f.Matrices, figure.Matrix{Title: m.name, Shares: c.Shares()})
		}
	}
	caption := "Confusion matrices, " + b.title() + ": the percentage of the utterances of each true class (row) for which each class is predicted (column), over all points of the protocol and all seeds together. The diagonal is the recall."
	return []namedFigure{{"matrix", caption, f}}, nil
}
