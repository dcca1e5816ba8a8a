package dataset

import (
	"bytes"
	"fmt"
	"io"
	"text/tabwriter"

	"gsdnet/erc"
)

// WriteTo writes the description as plain text: what the corpus is, then a table
// with one column a split.
func (d Description) WriteTo(w io.Writer) (int64, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s: ", d.Name)
	switch d.Task {
	case erc.Scores.String():
		fmt.Fprint(&out, "sentiment scores")
	case erc.Classes.String():
		fmt.Fprintf(&out, "%d classes", d.Classes)
	default:
		fmt.Fprint(&out, "no labels")
	}
	for _, m := range erc.Modalities {
		fmt.Fprintf(&out, ", %s %d", m, d.Widths[m.String()])
	}
	fmt.Fprintf(&out, "\nsha256 %s\n\n", d.Hash)
	t := &describeTable{parts: d.Parts, w: tabwriter.NewWriter(&out, 0, 0, 3, ' ', tabwriter.AlignRight)}
	t.rows(d)
	t.w.Flush() // to a buffer, which does not fail
	return out.WriteTo(w)
}

// describeTable writes a row at a time, a cell for each part.
type describeTable struct {
	parts []Part
	w     *tabwriter.Writer
}

// row writes one. The name is padded, because tabwriter aligns all columns alike.
func (t *describeTable) row(name string, cell func(p *Part) string) {
	fmt.Fprintf(t.w, "%-22s\t", name)
	for i := range t.parts {
		fmt.Fprintf(t.w, "%s\t", cell(&t.parts[i]))
	}
	fmt.Fprintln(t.w)
}

func (t *describeTable) number(name string, of func(p *Part) int) {
	t.row(name, func(p *Part) string { return fmt.Sprint(of(p)) })
}

// share writes a count and what part of the utterances it is.
func (t *describeTable) share(name string, of func(p *Part) int) {
	t.row(name, func(p *Part) string {
		return fmt.Sprintf("%d %5.1f%%", of(p), 100*float64(of(p))/float64(max(p.Utterances, 1)))
	})
}

func (t *describeTable) rows(d Description) {
	t.row("", func(p *Part) string { return p.Split })
	t.number("conversations", func(p *Part) int { return p.Conversations })
	t.number("utterances", func(p *Part) int { return p.Utterances })
	t.row("turns, quartiles", func(p *Part) string {
		return fmt.Sprintf("%d-%d-%d", p.Turns.Q25, p.Turns.Median, p.Turns.Q75)
	})
	t.row("turns, range", func(p *Part) string { return fmt.Sprintf("%d-%d", p.Turns.Min, p.Turns.Max) })
	t.number("speakers at most", func(p *Part) int { return p.Speakers })
	for _, m := range erc.Modalities {
		t.share("without "+m.String(), func(p *Part) int { return p.Missing[m.String()] })
	}
	for i, name := range []string{"with 1 modality", "with 2 modalities", "with 3 modalities"} {
		t.share(name, func(p *Part) int { return p.Modalities[i] })
	}
	t.share("labelled", func(p *Part) int { return p.Labelled })
	for c := range d.Classes {
		t.share(fmt.Sprintf("class %d", c), func(p *Part) int { return p.ClassCounts[c] })
	}
	if d.Task == erc.Scores.String() {
		t.scores()
	}
}

func (t *describeTable) scores() {
	score := func(name, format string, of func(s *Scores) any) {
		t.row(name, func(p *Part) string {
			if p.Scores == nil {
				return "-"
			}
			return fmt.Sprintf(format, of(p.Scores))
		})
	}
	score("label mean", "%.3f", func(s *Scores) any { return s.Mean })
	score("label deviation", "%.3f", func(s *Scores) any { return s.Deviation })
	score("label smallest", "%.2f", func(s *Scores) any { return s.Min })
	score("label largest", "%.2f", func(s *Scores) any { return s.Max })
	score("label exactly 0", "%d", func(s *Scores) any { return s.Zero })
	for i := range len(Scores{}.Histogram) {
		t.share(fmt.Sprintf("label rounds to %2d", i-3), func(p *Part) int {
			if p.Scores == nil {
				return 0
			}
			return p.Scores.Histogram[i]
		})
	}
}
