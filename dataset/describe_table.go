package dataset

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"gsdnet/erc"
)

// WriteTo writes the description as plain text: what the corpus is, a table with
// one column a split, and a table with one row an array.
func (d Description) WriteTo(w io.Writer) (int64, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s: ", d.Name)
	switch {
	case d.Parts == nil:
		fmt.Fprintf(&out, "%d arrays that make no corpus", len(d.Arrays))
	case d.Task == erc.Scores.String():
		fmt.Fprint(&out, "sentiment scores")
	case d.Task == erc.Classes.String():
		fmt.Fprintf(&out, "%d classes", d.Classes)
	default:
		fmt.Fprint(&out, "no labels")
	}
	for _, m := range erc.Modalities {
		switch width := d.Widths[m.String()]; {
		case d.Parts == nil:
		case width == 0:
			fmt.Fprintf(&out, ", no %s", m)
		default:
			fmt.Fprintf(&out, ", %s %d", m, width)
		}
	}
	fmt.Fprintf(&out, "\nsha256 %s\n", d.Hash)
	if d.Parts != nil {
		fmt.Fprintln(&out)
		t := &describeTable{parts: d.Parts, w: tabwriter.NewWriter(&out, 0, 0, 3, ' ', tabwriter.AlignRight)}
		t.rows(d)
		t.w.Flush() // to a buffer, which does not fail
	}
	if len(d.Arrays) > 0 {
		fmt.Fprintln(&out)
		writeArrays(&out, d.Arrays)
	}
	return out.WriteTo(w)
}

// writeArrays writes a row for every array.
func writeArrays(out io.Writer, arrays []ArrayInfo) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "array\tshape\ttype\trange\tNaN\tused as")
	for i := range arrays {
		a := &arrays[i]
		nan := "-"
		if a.NaN > 0 {
			nan = fmt.Sprintf("%.1f%%", 100*a.NaN)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", a.Name, shapeText(a.Shape), a.Type, a.span(), nan, a.use())
	}
	_ = w.Flush() // to a buffer, which does not fail
}

// shapeText writes a shape as 24x768.
func shapeText(shape []int) string {
	if len(shape) == 0 {
		return "one value"
	}
	var text strings.Builder
	for i, d := range shape {
		if i > 0 {
			text.WriteByte('x')
		}
		fmt.Fprint(&text, d)
	}
	return text.String()
}

// span writes the range of the elements.
func (i *ArrayInfo) span() string {
	switch {
	case i.Names == 1:
		return "1 name"
	case i.Names > 1:
		return fmt.Sprintf("%d names", i.Names)
	case i.Min == nil:
		return "-"
	case i.Infinite > 0:
		return fmt.Sprintf("%.4g to %.4g, Inf", *i.Min, *i.Max)
	}
	return fmt.Sprintf("%.4g to %.4g", *i.Min, *i.Max)
}

// use says which part the array plays, or could play by which flag.
func (i *ArrayInfo) use() string {
	switch {
	case i.Role != "":
		return i.Role
	case len(i.CouldBe) == 0:
		return "nothing: " + i.Unused
	}
	const most = 3 // keeps the table narrow; JSON has them all
	text := "nothing; " + i.Setting(i.CouldBe[0])
	if others := i.CouldBe[1:]; len(others) >= most {
		text += " or " + others[0] + ", …"
	} else if len(others) > 0 {
		text += " or " + strings.Join(others, ", ")
	}
	return text
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
		name := fmt.Sprintf("class %d", c)
		if c < len(d.Names) {
			name += " " + printable(d.Names[c])
		}
		t.share(name, func(p *Part) int { return p.ClassCounts[c] })
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
