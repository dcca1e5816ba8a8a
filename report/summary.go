package report

import (
	"context"
	"fmt"
)

func init() {
	declare(part{name: "summary", title: "Summary", order: 10, boards: (*board).compared, table: summaryTable})
}

// summaryTable shows the averages of every method.
func summaryTable(ctx context.Context, b *board) (*table, error) {
	s, err := averagesSubtable(ctx, b, b.title()+": averages")
	if err != nil {
		return nil, err
	}
	s.addConstants(b)
	return &table{
		subtables: []*subtable{s},
		note: fmt.Sprintf("%s Averages over %d points of the protocol, mean ± standard deviation over seeds, the best in bold. "+
			"The last column is the difference to the best other model with its 95 %% paired bootstrap interval over conversations: "+
			"below zero is better for errors, above for shares; a star says that it is clear of zero.", b.seedsNote(), len(b.rules)),
	}, nil
}
