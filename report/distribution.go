package report

import (
	"context"

	"gsdnet/experiment"
	"gsdnet/metric"
)

func init() {
	declare(part{name: "distribution", title: "Recovered features as a distribution", order: 110, boards: (*board).compared, table: distributionTable})
}

// distributionTable shows the distances of recovered features from the original ones, which
// are also in the t-SNE figures.
func distributionTable(ctx context.Context, b *board) (*table, error) {
	numbers, err := b.distancesOf(ctx)
	if err != nil || len(numbers) == 0 {
		return nil, err
	}
	mmd := experiment.Measure{Metric: metric.Metric{Heading: "MMD²", Key: "mmd", Lower: true}}
	apart := experiment.Measure{Metric: metric.Metric{Heading: "apart", Key: "separability", Percent: true, Lower: true}}
	s := &subtable{title: b.title() + ": recovered against original features"}
	index := map[string]int{}
	for _, n := range numbers {
		at, known := index[n.method]
		if !known {
			at = len(s.rows)
			index[n.method] = at
			s.rows = append(s.rows, row{name: n.method, kind: runRow})
		}
		if at == 0 {
			s.columns = append(s.columns, column{name: n.modality.String() + " MMD²", measure: mmd}, column{name: n.modality.String() + " apart", measure: apart})
		}
		r := &s.rows[at]
		r.entries = append(r.entries, summarise([]float64{n.mmd2}), summarise([]float64{n.separability}))
	}
	for i := range s.columns {
		s.markBest(i)
	}
	return &table{
		subtables: []*subtable{s},
		note:      "Withheld cells at half of all missing against one completion of each, in standardised features: the maximum mean discrepancy (about 0 for one distribution) and how often a classifier tells recovered from original (50 is chance). Lower is better.",
	}, nil
}
