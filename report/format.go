package report

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// text returns an entry as tables show it: mean ± deviation.
func (c column) text(e entry) string {
	out := c.measure.Format(e.mean)
	if !math.IsNaN(e.sd) {
		out += " ± " + c.measure.Format(e.sd)
	}
	return out
}

// differenceText returns a difference with its interval, in the units of the table, and a
// star if the interval does not hold zero.
func (s *subtable) differenceText(v *differenceTo, name func(string) string) string {
	if v == nil {
		return ""
	}
	star := ""
	if v.Low > 0 || v.High < 0 {
		star = "*"
	}
	f := func(x float64) string { return signed(s.compared.Format(x)) }
	return fmt.Sprintf("%s [%s, %s]%s vs %s", f(v.Diff), f(v.Low), f(v.High), star, name(v.other))
}

func signed(number string) string {
	if strings.HasPrefix(number, "-") || strings.HasPrefix(number, "–") {
		return number
	}
	return "+" + number
}

// textRows returns the rows of a subtable as text, the heading first. The function bold
// formats the best entries, and name returns the name of a method or a column as the table
// shows it.
func (s *subtable) textRows(bold, name func(string) string) [][]string {
	heading := []string{"model"}
	for _, c := range s.columns {
		heading = append(heading, name(c.name))
	}
	if s.compared != nil {
		heading = append(heading, "Δ "+s.compared.Heading+" to "+cmp.Or(name(s.reference), "the best other"))
	}
	out := [][]string{heading}
	uneven := make([]bool, len(s.columns))
	for i := range uneven {
		uneven[i] = s.seedsDiffer(i)
	}
	for _, r := range s.rows {
		line := []string{name(r.name)}
		for i, c := range s.columns {
			text := c.text(r.entries[i])
			if uneven[i] && r.kind == runRow && r.entries[i].n > 0 {
				text += fmt.Sprintf(" (%d)", r.entries[i].n)
			}
			if r.entries[i].best {
				text = bold(text)
			}
			line = append(line, text)
		}
		if s.compared != nil {
			line = append(line, s.differenceText(r.difference, name))
		}
		out = append(out, line)
	}
	return out
}

func unchanged(name string) string { return name }

// maxNameLength is the largest number of letters of a name in a table that is too wide.
const maxNameLength = 32

// nameShortener returns a function that shortens long names in their middle, each to a name
// of its own, and the list of the shortened names as markdown, which the function extends.
func nameShortener() (name func(string) string, list *strings.Builder) {
	list = &strings.Builder{}
	known, taken := map[string]string{}, map[string]bool{}
	return func(full string) string {
		letters := []rune(full)
		if len(letters) <= maxNameLength {
			return full
		}
		if known[full] == "" {
			for i := 1; known[full] == "" || taken[known[full]]; i++ {
				number := ""
				if i > 1 {
					number = fmt.Sprintf("(%d)", i)
				}
				tail := (maxNameLength - 1) / 2
				head := maxNameLength - 1 - tail - len(number)
				known[full] = string(letters[:head]) + "…" + string(letters[len(letters)-tail:]) + number
			}
			taken[known[full]] = true
			fmt.Fprintf(list, "\n%s: %s\n", known[full], full)
		}
		return known[full]
	}, list
}

// markdown writes a table as markdown.
func (t *table) markdown(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "## %s\n\n%s\n", t.title, t.note); err != nil {
		return err
	}
	bold := func(text string) string { return "**" + text + "**" }
	for _, s := range t.subtables {
		if _, err := fmt.Fprintf(w, "\n**%s**\n\n", s.title); err != nil {
			return err
		}
		cells, list := s.textRows(bold, unchanged), &strings.Builder{}
		if whole := (&Table{Heading: cells[0], Rows: cells[1:]}); !whole.fits() {
			var name func(string) string
			name, list = nameShortener()
			cells = s.textRows(bold, name)
		}
		if err := (&Table{Heading: cells[0], Rows: cells[1:]}).Write(w); err != nil {
			return err
		}
		if _, err := io.WriteString(w, list.String()); err != nil {
			return err
		}
	}
	return nil
}

// latex writes a table for LaTeX with the booktabs package.
func (t *table) latex(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%% %s\n%% needs \\usepackage{booktabs}\n", strings.ReplaceAll(t.title, "\n", " "))
	for _, s := range t.subtables {
		cells := s.textRows(func(text string) string { return "\x01" + text + "\x02" }, unchanged)
		fmt.Fprintf(&b, "\n\\begin{table}\n\\caption{%s}\n\\centering\n\\begin{tabular}{l%s}\n\\toprule\n",
			escape(s.title+". "+t.note), strings.Repeat("r", len(cells[0])-1))
		last := runRow
		for i, line := range cells {
			if i > 0 && s.rows[i-1].kind != last {
				last = s.rows[i-1].kind
				b.WriteString("\\midrule\n")
			}
			escaped := make([]string, len(line))
			for j := range line {
				escaped[j] = escape(line[j])
			}
			b.WriteString(strings.Join(escaped, " & ") + " \\\\\n")
			if i == 0 {
				b.WriteString("\\midrule\n")
			}
		}
		b.WriteString("\\bottomrule\n\\end{tabular}\n\\end{table}\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// escapes replaces the special characters of LaTeX, and the marks of bold text.
var escapes = strings.NewReplacer(
	`\`, `\textbackslash{}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`, "{", `\{`, "}", `\}`,
	"~", `\textasciitilde{}`, "^", `\textasciicircum{}`, "<", `\textless{}`, ">", `\textgreater{}`,
	"±", `$\pm$`, "Δ", `$\Delta$`, "²", `$^2$`, "–", "--", "\x01", `\textbf{`, "\x02", "}",
)

func escape(text string) string { return escapes.Replace(text) }

// csvHeading names the columns of a table as CSV. The column sheet has the titles of
// subtables.
var csvHeading = []string{"table", "sheet", "row", "kind", "column", "measure", "value", "deviation", "seeds", "best",
	"versus", "difference", "low", "high"}

// csv writes a table with one number in each line, without rounding. Shares are between 0
// and 1.
func (t *table) csv(w io.Writer) error {
	lines := [][]string{csvHeading}
	for _, s := range t.subtables {
		for _, r := range s.rows {
			for i, c := range s.columns {
				e := r.entries[i]
				line := []string{t.id, s.title, r.name, string(r.kind), c.name, c.measure.Key,
					number(e.mean), number(e.sd), strconv.Itoa(e.n), strconv.FormatBool(e.best), "", "", "", ""}
				if v := r.difference; v != nil && s.compared.Key == c.measure.Key && i == s.comparedColumn() {
					copy(line[len(line)-4:], []string{v.other, number(v.Diff), number(v.Low), number(v.High)})
				}
				lines = append(lines, line)
			}
		}
	}
	return csv.NewWriter(w).WriteAll(lines)
}

// comparedColumn returns the index of the last column of the measure that is compared. It
// is the average if all columns are of one measure.
func (s *subtable) comparedColumn() int {
	for i := len(s.columns) - 1; i >= 0; i-- {
		if s.columns[i].measure.Key == s.compared.Key {
			return i
		}
	}
	return -1
}

func number(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', 8, 64)
}
