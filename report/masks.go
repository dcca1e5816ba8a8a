package report

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/missing"
)

func init() {
	declare(part{name: "masks", title: "Masks", order: 100, boards: (*board).compared, table: masksTable})
}

// masksTable shows the realised rates of the board's masks. It returns nil if a sweep kept
// no audits of masks.
func masksTable(_ context.Context, b *board) (*table, error) {
	audits, err := b.audits()
	if err != nil || len(audits) == 0 {
		return nil, err
	}
	s := &subtable{title: b.title() + ": realised rates"}
	for _, m := range erc.Modalities {
		s.columns = append(s.columns, column{name: m.String(), measure: shareMeasure, unmarked: true})
	}
	for _, name := range []string{"all", "aimed at", "by nature"} {
		s.columns = append(s.columns, column{name: name, measure: shareMeasure, unmarked: true})
	}
	runs := slices.ContainsFunc(audits, func(a namedAudit) bool { return a.Runs != nil })
	if runs {
		for _, name := range []string{"text run", "audio run", "visual run", "run aimed at"} {
			s.columns = append(s.columns, column{name: name, measure: widthMeasure, unmarked: true})
		}
	}
	for _, a := range audits {
		values := append(a.Absent[:], a.Rate, a.Expected, a.Natural)
		switch {
		case a.Runs != nil:
			values = append(append(values, a.Runs.Mean[:]...), a.Runs.Expected)
		case runs: // a mask of another protocol: that of deleted training values
			values = append(values, math.NaN(), math.NaN(), math.NaN(), math.NaN())
		}
		r := row{name: a.name, kind: runRow}
		for _, v := range values {
			r.entries = append(r.entries, summarise([]float64{v}))
		}
		s.rows = append(s.rows, r)
	}
	return &table{
		subtables: []*subtable{s},
		note: "Absent cells in percent, of each modality and of all, what lacks by nature included. \"Aimed at\" is the rate in data that lack nothing, in which one modality of each utterance stays. " +
			"A run is a run of utterances of a conversation that lack the modality, and its mean length is aimed at in long conversations.",
	}, nil
}

// namedAudit is the audit of a mask, with a name for its row.
type namedAudit struct {
	name string
	missing.Audit
}

// audits returns the audits of the board's masks that its sweep kept, in the order of
// the protocol's points: those of every fold, and first that of the training values that
// were deleted.
func (b *board) audits() ([]namedAudit, error) {
	var prefixes []string
	if rate, err := strconv.ParseFloat(b.condition.blank, 64); err == nil {
		rule, err := missing.BlankRule(rate)
		if err != nil {
			return nil, err
		}
		prefixes = append(prefixes, fmt.Sprintf("%s-%s-%s-seed", rule.Kind(), erc.Train, rule.Point))
	}
	for _, point := range b.kind.Points {
		prefixes = append(prefixes, fmt.Sprintf("%s-%s-%s-seed", b.protocol, b.split, point))
	}
	var out []namedAudit
	folds := map[int]bool{}
	for _, m := range b.methods {
		for _, seed := range m.seeds() {
			for _, r := range m.trials[seed].runs {
				if folds[r.Cell.Fold] {
					continue
				}
				all, err := experiment.SweepDir(filepath.Dir(r.dir)).Audits(*r.Cell)
				if err != nil {
					return nil, err
				}
				for _, prefix := range prefixes {
					for _, a := range all {
						if !strings.HasPrefix(a.Mask, prefix) {
							continue
						}
						folds[r.Cell.Fold] = true
						name := strings.TrimSuffix(a.Mask, filepath.Ext(a.Mask))
						if r.Cell.Folds != 0 {
							name = fmt.Sprintf("fold %d: %s", r.Cell.Fold, name)
						}
						out = append(out, namedAudit{name, a})
					}
				}
			}
		}
	}
	return out, nil
}
