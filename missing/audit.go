package missing

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"gsdnet/erc"
)

// Audit says what a mask really leaves. Shares are of all utterances, rates of
// all 3n (utterance, modality) cells.
type Audit struct {
	Mask     string                     `json:"mask"`            // file name
	N        int                        `json:"n"`               // utterances
	Expected float64                    `json:"expected_rate"`   // what the rule aims at in complete data
	Rate     float64                    `json:"rate"`            // absent cells, natural absence included
	Natural  float64                    `json:"natural_rate"`    // cells that the data lack
	Shares   [erc.NumModalities]float64 `json:"shares"`          // utterances with exactly one, two, three modalities
	Absent   [erc.NumModalities]float64 `json:"absent"`          // utterances without text, audio, visual
	Outside  int                        `json:"outside_pattern"` // of a protocol with one pattern: utterances that had nothing of it
	Runs     *Runs                      `json:"runs,omitempty"`  // of a protocol that says how long they are; else nil
}

// Runs are runs of utterances in a conversation that lack a modality, for whatever
// reason. The end of a conversation ends a run.
type Runs struct {
	Expected float64                    `json:"expected"` // mean length that the rule aims at in long conversations that lack nothing
	Mean     [erc.NumModalities]float64 `json:"mean"`     // mean length for text, audio, visual; 0 where there are no runs
}

// Audit counts the mask against the modalities the data have. It panics when the
// conversations are not those that the mask was drawn for.
func (m Mask) Audit(convs []erc.Conversation) Audit {
	var with, without [erc.NumModalities]int
	available := availableIn(convs)
	if len(available) != len(m.Present) {
		panic(fmt.Sprintf("missing: a mask of %d utterances for %d", len(m.Present), len(available)))
	}
	law := m.law()
	var natural, outside int
	for i, p := range m.Present {
		if k := p.Count(); k > 0 {
			with[k-1]++
		}
		for _, mod := range erc.Modalities {
			if !p.Has(mod) {
				without[mod]++
			}
		}
		natural += erc.NumModalities - available[i].Count()
		if law.Pattern != erc.None && p&^law.Pattern != 0 {
			outside++
		}
	}
	n := float64(max(len(m.Present), 1))
	a := Audit{Mask: m.Name(), N: len(m.Present), Expected: law.Expected, Outside: outside}
	a.Natural = float64(natural) / (n * erc.NumModalities)
	absent := 0
	for _, mod := range erc.Modalities {
		a.Shares[mod] = float64(with[mod]) / n
		a.Absent[mod] = float64(without[mod]) / n
		absent += without[mod]
	}
	a.Rate = float64(absent) / (n * erc.NumModalities)
	if law.Run > 0 {
		a.Runs = &Runs{Expected: law.Run, Mean: runs(m.ByConversation(convs))}
	}
	return a
}

// runs returns the mean length of the runs of absence of each modality.
func runs(conversations [][]erc.Present) (mean [erc.NumModalities]float64) {
	for _, m := range erc.Modalities {
		cells, count := 0, 0
		for _, present := range conversations {
			for i, p := range present {
				if p.Has(m) {
					continue
				}
				cells++
				if i == 0 || present[i-1].Has(m) {
					count++
				}
			}
		}
		if count > 0 {
			mean[m] = float64(cells) / float64(count)
		}
	}
	return mean
}

// WriteTable prints audits for people, one line each, in percent. Where an audit has
// runs, a column gives their mean lengths beside the expected one.
func WriteTable(w io.Writer, audits []Audit) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	heading := "mask\tn\trate %\texpected\tnatural\twith 1/2/3 %\twithout t/a/v %\toutside"
	some := slices.ContainsFunc(audits, func(a Audit) bool { return a.Runs != nil })
	if some {
		heading += "\truns t/a/v (expected)"
	}
	fmt.Fprintln(t, heading)
	for _, a := range audits {
		fmt.Fprintf(t, "%s\t%d\t%.2f\t%.2f\t%.2f\t%s\t%s\t%d", a.Mask, a.N,
			100*a.Rate, 100*a.Expected, 100*a.Natural, percents(a.Shares), percents(a.Absent), a.Outside)
		switch r := a.Runs; {
		case r != nil:
			fmt.Fprintf(t, "\t%.1f/%.1f/%.1f (%.1f)", r.Mean[0], r.Mean[1], r.Mean[2], r.Expected)
		case some:
			fmt.Fprint(t, "\t-")
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}

func percents(x [erc.NumModalities]float64) string {
	return fmt.Sprintf("%.1f/%.1f/%.1f", 100*x[0], 100*x[1], 100*x[2])
}
