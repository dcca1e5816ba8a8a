package media

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Report says how much of each recording and modality was found.
type Report struct {
	Parts []Part `json:"parts"`
	Left  int    `json:"left_out"` // turns of which nothing was found, which are not in the table
}

// Part is one modality of one recording.
type Part struct {
	Dialogue string   `json:"dialogue"`
	Modality string   `json:"modality"`
	File     string   `json:"file"` // that it was read from, "" if none was given
	Turns    int      `json:"turns"`
	Found    int      `json:"found"`
	Missing  []Reason `json:"missing"` // why the rest was not found, the most frequent reason first
	Hint     string   `json:"hint,omitempty"`
}

// Reason is why some turns have no features.
type Reason struct {
	Text  string `json:"reason"`
	Turns int    `json:"turns"`
}

// add adds what was found of one modality. err is why nothing more was.
func (r *Report) add(m erc.Modality, from Recording, f found, err error) {
	p := Part{Dialogue: from.Talk.Name, Modality: m.String(), Turns: len(f.features), Missing: []Reason{}, Hint: fault.Of(err)}
	p.File = [erc.NumModalities]string{from.Talk.Path, from.Audio, from.Video}[m]
	if errors.Is(err, errNotGiven) {
		p.File = ""
	}
	count := map[string]int{}
	for i, features := range f.features {
		switch {
		case features != nil:
			p.Found++
		case f.reasons[i] != "":
			count[f.reasons[i]]++
		case err != nil:
			count[err.Error()]++
		}
	}
	for text, turns := range count {
		p.Missing = append(p.Missing, Reason{text, turns})
	}
	slices.SortFunc(p.Missing, func(a, b Reason) int {
		return cmp.Or(cmp.Compare(b.Turns, a.Turns), strings.Compare(a.Text, b.Text))
	})
	r.Parts = append(r.Parts, p)
}

// Hints lists what would help to find more, each hint once.
func (r *Report) Hints() []string {
	var hints []string
	for _, p := range r.Parts {
		if p.Hint != "" && !slices.Contains(hints, p.Hint) {
			hints = append(hints, p.Hint)
		}
	}
	return hints
}

// advice is the hint of an error that says that nothing was found.
func (r *Report) advice() string {
	if hints := r.Hints(); len(hints) > 0 {
		return hints[0]
	}
	return "give a recording with --audio or --video, or word vectors with --text-vectors"
}

// summary lists the main reasons in one line.
func (r *Report) summary() string {
	var parts []string
	for _, p := range r.Parts {
		text := p.Modality + ": " + p.why()
		if len(p.Missing) > 0 {
			text = p.Modality + ": " + p.Missing[0].Text
		}
		if !slices.Contains(parts, text) && len(parts) < erc.NumModalities {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "; ")
}

// why lists the reasons of what is missing.
func (p *Part) why() string {
	if len(p.Missing) == 0 {
		return "-"
	}
	var texts []string
	for _, reason := range p.Missing {
		text := reason.Text
		if p.Found > 0 || len(p.Missing) > 1 {
			text += fmt.Sprintf(" (%d)", reason.Turns)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

// WriteTo writes the report as a table of plain text.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	var out bytes.Buffer
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "dialogue\tmodality\tfile\tturns\tfound\tmissing because")
	for i := range r.Parts {
		p := &r.Parts[i]
		file := "-"
		if p.File != "" {
			file = filepath.Base(p.File)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%d\t%s\n", p.Dialogue, p.Modality, file, p.Turns, p.Found, p.why())
	}
	table.Flush()
	if r.Left > 0 {
		fmt.Fprintf(&out, "\nleft out: %d of the turns, of which nothing was found\n", r.Left)
	}
	return out.WriteTo(w)
}
