package missing_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gsdnet/erc"
	"gsdnet/internal/stream"
	"gsdnet/missing"
)

// bursts lists the rules of the burst protocol with the rate and mean length of each.
var bursts = map[missing.Rule]struct{ rate, length float64 }{
	{Protocol: "burst", Point: "0.3x1"}: {0.3, 1}, {Protocol: "burst", Point: "0.5x1"}: {0.5, 1},
	{Protocol: "burst", Point: "0.3x5"}: {0.3, 5}, {Protocol: "burst", Point: "0.5x5"}: {0.5, 5}, {Protocol: "burst", Point: "0.7x5"}: {0.7, 5},
	{Protocol: "burst", Point: "0.3x15"}: {0.3, 15}, {Protocol: "burst", Point: "0.5x15"}: {0.5, 15}, {Protocol: "burst", Point: "0.7x15"}: {0.7, 15},
}

// spell returns how many cells of a modality are absent in a conversation, and in how
// many runs.
func spell(present []erc.Present, m erc.Modality) (cells, runs float64) {
	for i, p := range present {
		if !p.Has(m) {
			cells++
			if i == 0 || present[i-1].Has(m) {
				runs++
			}
		}
	}
	return cells, runs
}

func TestBurstsHaveTheirRateAndLength(t *testing.T) {
	const n = 300_000
	for rule, b := range bursts {
		present := rule.DrawConversation(complete(n), stream.New(1, "test"))
		audit := auditOf(t, rule, 2000)
		for _, m := range erc.Modalities {
			cells, runs := spell(present, m)
			// The mean of n states of a two-state chain whose correlation from one
			// utterance to the next is ρ has variance η(1−η)(1+ρ)/(1−ρ)/n; five sigma. It
			// is below η by a third of the η³ at which all three chains are off.
			// At ρ = −1 a chain alternates, and its phase is drawn once a conversation: the
			// test of short conversations measures that rate.
			rho := 1 - 1/b.length - b.rate/(b.length*(1-b.rate))
			slack := 5 * math.Sqrt(b.rate*(1-b.rate)*(1+rho)/(1-rho)/n)
			want := b.rate - math.Pow(b.rate, 3)/3
			if got := cells / n; rho > -1 && math.Abs(got-want) > slack || math.Abs(rule.Expected()-want) > 1e-12 {
				t.Errorf("%s, %s: got rate %.4f and expected %.4f, want %.4f ± %.4f", rule, m, got, rule.Expected(), want, slack)
			}
			// A run has a deviation of at most its mean length; five sigma.
			if got, want, slack := cells/runs, audit.Runs.Expected, 5*b.length/math.Sqrt(runs); math.Abs(got-want) > slack {
				t.Errorf("%s, %s: got mean length %.3f, want %.3f ± %.3f", rule, m, got, want, slack)
			}
		}
		if want := b.length; audit.Runs.Expected > want || audit.Runs.Expected < 0.73*want {
			t.Errorf("%s: got expected length %.3f, want a little below %g", rule, audit.Runs.Expected, want)
		}
	}
	if len(bursts) != countRules("burst") {
		t.Errorf("got %d rules, want %d", countRules("burst"), len(bursts))
	}
}

func countRules(protocol string) (n int) {
	for _, rule := range missing.AllRules() {
		if rule.Protocol == protocol {
			n++
		}
	}
	return n
}

// auditOf audits a mask of one conversation of n utterances.
func auditOf(t *testing.T, rule missing.Rule, n int) missing.Audit {
	t.Helper()
	c := corpus([]int{n}, erc.All)
	return freeze(t, c, erc.Test, rule, 0).Audit(c.In(erc.Test))
}

func TestBurstsBeginInTheirStationaryState(t *testing.T) {
	// Conversations of three utterances have the rate of long ones: 3 cells a
	// modality, correlated, so that a conversation's rate deviates by at most 1/2.
	const n = 30_000
	for rule := range bursts {
		rng, absent := stream.New(2, "test"), 0
		for range n {
			_, more := counts(rule.DrawConversation(complete(3), rng))
			absent += more
		}
		slack := 5 * 0.5 / math.Sqrt(n)
		if got, want := float64(absent)/(9*n), rule.Expected(); math.Abs(got-want) > slack {
			t.Errorf("%s: got rate %.4f, want %.4f ± %.4f", rule, got, want, slack)
		}
	}
}

func TestBurstsEndWithTheirConversation(t *testing.T) {
	// Conversations of one utterance each: whether text is absent in one says nothing
	// of the next. At the length 15 a chain that ran on would agree with itself.
	rule, n := missing.Rule{Protocol: "burst", Point: "0.5x15"}, 20_000
	conversations := make([][]erc.Present, n)
	for i := range conversations {
		conversations[i] = complete(1)
	}
	both, present := 0.0, rule.Draw(conversations, stream.New(3, "test"))
	for i := range n - 1 {
		if !present[i].Has(erc.Text) && !present[i+1].Has(erc.Text) {
			both++
		}
	}
	want, slack := math.Pow(rule.Expected(), 2), 5*0.5/math.Sqrt(float64(n))
	if got := both / float64(n-1); math.Abs(got-want) > slack {
		t.Errorf("two neighbours lack text: got share %.4f, want %.4f ± %.4f", got, want, slack)
	}
}

func TestAuditCountsRunsByHand(t *testing.T) {
	c := corpus([]int{4, 3}, erc.All)
	m := missing.Mask{
		Rule: missing.Rule{Protocol: "burst", Point: "0.5x1"}, Split: erc.Test,
		// Text lacks 2, 3 | 0: the end of the conversation cuts the run. Audio lacks 0
		// and 2 | 1, 2. Visual is always there.
		Present: []erc.Present{0b101, 0b111, 0b100, 0b110, 0b110, 0b101, 0b101},
	}
	got := m.Audit(c.In(erc.Test))
	if diff := cmp.Diff(&missing.Runs{Expected: 1, Mean: [3]float64{1.5, 4.0 / 3, 0}}, got.Runs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var table bytes.Buffer
	if err := missing.WriteTable(&table, []missing.Audit{got, auditOf(t, random(0.5), 10)}); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"runs t/a/v (expected)\n", "1.5/1.3/0.0 (1.0)\n", "  -\n"} {
		if !strings.Contains(table.String(), part) {
			t.Errorf("table lacks %q:\n%s", part, table.String())
		}
	}
}
