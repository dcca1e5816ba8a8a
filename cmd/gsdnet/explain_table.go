package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"gsdnet"
	"gsdnet/erc"
	"gsdnet/explain"
	"gsdnet/report"
)

// most is the number of rows of tables that list the most important of many.
const most = 10

// explanationTables prints an explanation.
type explanationTables struct {
	corpus  *erc.Corpus
	of      *gsdnet.Explanation
	classes []string // names of classes; empty of scores
}

// write prints a table for each part.
func (t *explanationTables) write(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "## Dialogue %s\n", oneLine(identity(t.of.Dialogue, t.corpus.Dialogues))); err != nil {
		return err
	}
	for _, part := range []struct {
		heading string
		table   *report.Table
	}{
		{"What each utterance owes to its own modalities, and who influences it most", t.utterances()},
		{"What the conversation owes to each modality", t.whole()},
		{"The edges that change most", t.edges()},
		{"The missing cells that would change most, and where their estimates come from", t.missing()},
		{"The graphs before and after completion", t.spectra()},
		{"The sampler's distance from the point estimate", t.sampler()},
		{"The graphs that are lost with modalities", t.losses()},
	} {
		if part.table == nil || len(part.table.Rows) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(w, "\n%s:\n\n", part.heading); err != nil {
			return err
		}
		if err := part.table.Write(w); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

// oneLine returns a name or number without line breaks.
func oneLine(name any) string { return strings.Join(strings.Fields(fmt.Sprint(name)), " ") }

// three formats a number.
func three(x float64) string {
	if math.Abs(x) < 0.0005 {
		x = 0 // and not -0
	}
	return fmt.Sprintf("%.3f", x)
}

// turn returns the turn of an utterance.
func (t *explanationTables) turn(u int) string { return fmt.Sprint(t.of.Utterances[u].Turn) }

// values formats Shapley values; a modality that was not observed has a dash.
func values(s *explain.Shares, observed string) []string {
	var out []string
	for _, m := range erc.Modalities {
		text := "–"
		if s != nil && (observed == "" || slices.Contains([]byte(observed), m.String()[0])) {
			text = three(s.Values[m])
		}
		out = append(out, text)
	}
	return out
}

func (t *explanationTables) utterances() *report.Table {
	out := &report.Table{Heading: []string{"turn", "speaker", "observed", "prediction", "spread", "text", "audio", "visual", "most from"}}
	for u, of := range t.of.Utterances {
		prediction := three(of.Prediction)
		if of.Class != nil {
			prediction = t.classes[*of.Class] + " " + prediction
		}
		from := "–"
		if t.of.Influence != nil {
			if v := t.strongest(u); v >= 0 {
				from = fmt.Sprintf("turn %s (%+.3f)", t.turn(v), t.of.Influence[v][u])
			}
		}
		row := []string{fmt.Sprint(of.Turn), oneLine(identity(of.Speaker, t.corpus.Speakers)), of.Observed, prediction, three(of.Spread)}
		out.Add(append(append(row, values(of.Own, of.Observed)...), from)...)
	}
	return out
}

// strongest returns the other utterance with the largest influence on u, −1 for none.
func (t *explanationTables) strongest(u int) int {
	best := -1
	for v := range t.of.Influence {
		if size := math.Abs(t.of.Influence[v][u]); v != u && size >= 0.0005 && (best < 0 || size > math.Abs(t.of.Influence[best][u])) {
			best = v
		}
	}
	return best
}

func (t *explanationTables) whole() *report.Table {
	s := t.of.Whole
	if s == nil {
		return nil
	}
	out := &report.Table{Heading: []string{"without", "text", "audio", "visual", "with"}}
	out.Add(append(append([]string{three(s.Base)}, values(s, "")...), three(s.Full))...)
	return out
}

func (t *explanationTables) edges() *report.Table {
	out := &report.Table{Heading: []string{"from turn", "to turn", "text", "audio", "visual", "change", "at from", "at to"}}
	edges := slices.Clone(t.of.Edges)
	slices.SortStableFunc(edges, func(a, b explain.Edge) int { return falling(a.Change, b.Change) })
	for _, e := range edges[:min(most, len(edges))] {
		row := []string{t.turn(e.From), t.turn(e.To)}
		for _, x := range append(e.Weights[:], e.Change, e.Changes[0], e.Changes[1]) {
			row = append(row, three(x))
		}
		out.Add(row...)
	}
	return out
}

// falling compares for a falling order.
func falling(a, b float64) int {
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return 0
}

// missing joins what is known of missing cells.
func (t *explanationTables) missing() *report.Table {
	out := &report.Table{Heading: []string{"turn", "modality", "change", "elsewhere", "deviation", "narrowing", "explained", "borrowed from"}}
	type cell struct {
		utterance int
		modality  string
	}
	borrowed := map[cell]*explain.Borrowed{}
	for i := range t.of.Borrowed {
		b := &t.of.Borrowed[i]
		borrowed[cell{b.Utterance, b.Modality}] = b
	}
	cells := slices.Clone(t.of.Information)
	if cells == nil { // the filter alone was asked for
		for _, b := range t.of.Borrowed {
			cells = append(cells, explain.Information{Utterance: b.Utterance, Modality: b.Modality, Change: math.NaN(), Elsewhere: math.NaN(), Deviation: math.NaN(), Narrowing: math.NaN()})
		}
	}
	slices.SortStableFunc(cells, func(a, b explain.Information) int { return falling(a.Change, b.Change) })
	for _, c := range cells[:min(most, len(cells))] {
		row := []string{t.turn(c.Utterance), c.Modality}
		for _, x := range []float64{c.Change, c.Elsewhere, c.Deviation, c.Narrowing} {
			row = append(row, orDash(x))
		}
		explained, from := "–", "–"
		if b := borrowed[cell{c.Utterance, c.Modality}]; b != nil {
			explained, from = fmt.Sprintf("%.0f%%", 100*b.Explained), t.sources(b)
		}
		out.Add(append(row, explained, from)...)
	}
	return out
}

func orDash(x float64) string {
	if math.IsNaN(x) {
		return "–"
	}
	return three(x)
}

// sources lists the turns of the largest weights.
func (t *explanationTables) sources(b *explain.Borrowed) string {
	order := make([]int, len(b.Weights))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return falling(math.Abs(b.Weights[i]), math.Abs(b.Weights[j])) })
	text := ""
	for _, u := range order[:min(3, len(order))] {
		if math.Abs(b.Weights[u]) < 0.005 {
			break
		}
		text += fmt.Sprintf("%s (%.2f) ", t.turn(u), b.Weights[u])
	}
	if text == "" {
		return "–"
	}
	return text[:len(text)-1]
}

func (t *explanationTables) spectra() *report.Table {
	out := &report.Table{Heading: []string{"modality", "change", "before", "after"}}
	for _, s := range t.of.Spectra {
		out.Add(s.Modality, three(s.Change), firstOf(s.Before), firstOf(s.After))
	}
	return out
}

// firstOf lists the first numbers of a spectrum.
func firstOf(x []float64) string {
	text := ""
	for _, v := range x[:min(4, len(x))] {
		text += three(v) + " "
	}
	if len(x) > 4 {
		return text + "…"
	}
	return text[:max(len(text)-1, 0)]
}

func (t *explanationTables) sampler() *report.Table {
	if t.of.Trajectory == nil {
		return nil
	}
	out := &report.Table{Heading: []string{"time", "text", "audio", "visual"}}
	for i, time := range t.of.Trajectory.Times {
		row := []string{three(time)}
		for _, x := range t.of.Trajectory.Features[i] {
			row = append(row, three(x))
		}
		out.Add(row...)
	}
	return out
}

func (t *explanationTables) losses() *report.Table {
	out := &report.Table{Heading: []string{"kept", "graphs", "observed", "shared", "own", "oracle"}}
	for _, l := range t.of.Losses {
		row := []string{l.Kept, fmt.Sprint(l.N)}
		for _, x := range []float64{l.Observed, l.Shared, l.Own, l.Oracle} {
			row = append(row, three(x))
		}
		out.Add(row...)
	}
	return out
}
