package missing_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/missing"
)

// wantInput wants an error in what the user gave: one line and a hint.
func wantInput(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("got no error, want one with %q", parts)
		return
	}
	if !fault.IsInput(err) || fault.Of(err) == "" || strings.Contains(err.Error(), "\n") {
		t.Errorf("got error %q, hint %q, want one line of input error and a hint", err, fault.Of(err))
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("got error %q, want it to say %q", err, part)
		}
	}
}

// corpus has conversations of the given lengths in valid and in test, and one to
// train; every utterance has the modalities of has in turn.
func corpus(lengths []int, has ...erc.Present) *erc.Corpus {
	c := &erc.Corpus{Name: "toy", Hash: strings.Repeat("ab", 32)}
	k := 0
	for _, s := range []erc.Split{erc.Train, erc.Valid, erc.Test} {
		for _, n := range lengths {
			conv := erc.Conversation{ID: int32(len(c.Conversations)), Split: s}
			for turn := range n {
				conv.Utterances = append(conv.Utterances, erc.Utterance{Turn: turn, Present: has[k%len(has)]})
				k++
			}
			c.Conversations = append(c.Conversations, conv)
		}
	}
	return c
}

func freeze(t *testing.T, c *erc.Corpus, s erc.Split, r missing.Rule, seed uint64) missing.Mask {
	t.Helper()
	m, err := missing.Freeze(c, s, r, seed)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func random(rate float64) missing.Rule {
	return missing.Rule{Protocol: missing.Random, Point: fmt.Sprintf("%.1f", rate)}
}

func TestFreezeIsNamedBySeedSplitAndRule(t *testing.T) {
	c := corpus([]int{30, 40}, erc.All)
	first := freeze(t, c, erc.Valid, random(0.3), 0)
	if again := freeze(t, c, erc.Valid, random(0.3), 0); !cmp.Equal(first, again) {
		t.Error("the same seed, split and rule drew two masks")
	}
	names := map[string]bool{first.Name(): true}
	for _, other := range []missing.Mask{
		freeze(t, c, erc.Valid, random(0.3), 1),
		freeze(t, c, erc.Test, random(0.3), 0),
		freeze(t, c, erc.Valid, missing.Rule{Protocol: missing.Random, Family: "batch", Point: "0.3"}, 0),
		freeze(t, c, erc.Valid, random(0.4), 0),
	} {
		if cmp.Equal(first.Present, other.Present) {
			t.Errorf("%s and %s hold the same rows", first.Name(), other.Name())
		}
		names[other.Name()] = true
	}
	for _, rule := range []missing.Rule{
		{Protocol: missing.Fixed, Point: "ta"}, {Protocol: "burst", Point: "0.5x15"}, {Protocol: "imbalanced", Point: "0.2-0.8-0.5"},
	} {
		names[freeze(t, c, erc.Test, rule, 0).Name()] = true
	}
	want := map[string]bool{
		"random-valid-0.3-seed0.npy": true, "random-valid-0.3-seed1.npy": true, "random-test-0.3-seed0.npy": true,
		"random-batch-valid-0.3-seed0.npy": true, "random-valid-0.4-seed0.npy": true, "fixed-test-ta-seed0.npy": true,
		"burst-test-0.5x15-seed0.npy": true, "imbalanced-test-0.2-0.8-0.5-seed0.npy": true,
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestFrozenRowsDoNotChange(t *testing.T) {
	// Published masks are redrawn from their seeds: these rows were drawn when masks
	// of their protocol were first published and must stay.
	for rule, want := range map[missing.Rule]string{
		random(0.4):                                    "a,v t,v t,a,v t,a,v t a,v v t,v t,a a a t,a",
		{Protocol: "burst", Point: "0.5x5"}:            "a a a a,v t,a,v t,a,v t,v t,v t,v t,a,v t,v t,a,v",
		{Protocol: "imbalanced", Point: "0.2-0.5-0.8"}: "t t,a a v t,a t t,a t,a t t t,a,v t,v",
	} {
		var rows []string
		for _, p := range freeze(t, corpus([]int{12}, erc.All), erc.Test, rule, 7).Present {
			rows = append(rows, strings.Trim(p.String(), "{}"))
		}
		if got := strings.Join(rows, " "); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", rule, got, want)
		}
	}
}

func TestFreezeRefuses(t *testing.T) {
	c := corpus([]int{5}, erc.All)
	_, err := missing.Freeze(c, erc.Split(9), random(0.3), 0)
	wantInput(t, err, "split(9)")
	_, err = missing.Freeze(c, erc.Valid, missing.Rule{Protocol: missing.Random, Point: "0.33"}, 0)
	wantInput(t, err, "0.33")
	_, err = missing.Freeze(&erc.Corpus{}, erc.Valid, random(0.3), 0)
	wantInput(t, err, "no utterances")
	_, err = missing.Freeze(corpus([]int{5}, erc.All, erc.None), erc.Valid, random(0.3), 0)
	wantInput(t, err, "row 0", "no modality at all")
}

func TestByConversationCutsInOrder(t *testing.T) {
	c := corpus([]int{3, 0, 5}, erc.All)
	m := freeze(t, c, erc.Test, random(0.5), 0)
	var joined []erc.Present
	for i, part := range m.ByConversation(c.In(erc.Test)) {
		if got, want := len(part), []int{3, 0, 5}[i]; got != want {
			t.Errorf("conversation %d: got %d rows, want %d", i, got, want)
		}
		joined = append(joined, part...)
	}
	if !cmp.Equal(joined, m.Present) {
		t.Errorf("got %v, want %v", joined, m.Present)
	}
	defer func() {
		if recover() == nil {
			t.Error("the conversations of another split did not panic")
		}
	}()
	m.ByConversation(c.Conversations)
}

func TestAuditByHand(t *testing.T) {
	m := missing.Mask{
		Rule: missing.Rule{Protocol: missing.Fixed, Point: "t"}, Split: erc.Test,
		Present: []erc.Present{0b001, 0b001, 0b100, 0b001},
	}
	got := m.Audit(corpus([]int{4}, 0b111, 0b001, 0b110, 0b111).In(erc.Test))
	want := missing.Audit{
		Mask: "fixed-test-t-seed0.npy", N: 4, Expected: 2.0 / 3, Rate: 8.0 / 12, Natural: 3.0 / 12,
		Shares: [3]float64{1, 0, 0}, Absent: [3]float64{0.25, 1, 0.75}, Outside: 1,
	}
	want.Expected = m.Expected()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var table bytes.Buffer
	if err := missing.WriteTable(&table, []missing.Audit{got}); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"fixed-test-t-seed0.npy  4  66.67", "100.0/0.0/0.0", "25.0/100.0/75.0"} {
		if !strings.Contains(table.String(), part) {
			t.Errorf("table lacks %q:\n%s", part, table.String())
		}
	}
	text, err := json.Marshal(got)
	if err != nil || !strings.Contains(string(text), `"natural_rate":0.25`) {
		t.Errorf("got JSON %s, %v", text, err)
	}
}

func TestAuditFindsTheRateOfEveryRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "n")
		c := corpus([]int{n}, erc.All)
		for _, rule := range append(randomRules(), missing.FixedRules()...) {
			m, err := missing.Freeze(c, erc.Valid, rule, rapid.Uint64().Draw(t, "seed"))
			if err != nil {
				t.Fatal(err)
			}
			a := m.Audit(c.In(erc.Valid))
			if math.Abs(a.Rate-a.Expected) > 0.5/float64(3*n)+1e-9 || a.Natural != 0 || a.Outside != 0 {
				t.Fatalf("%s: got %+v", rule, a)
			}
		}
	})
}

func TestHashNamesTheSet(t *testing.T) {
	c := corpus([]int{20}, erc.All)
	a, b := freeze(t, c, erc.Valid, random(0.3), 0), freeze(t, c, erc.Test, random(0.3), 0)
	hash := missing.Hash([]missing.Mask{a, b})
	if len(hash) != 64 || hash != missing.Hash([]missing.Mask{b, a}) {
		t.Errorf("the order of the masks changes the hash %s", hash)
	}
	changed := b
	changed.Present = append([]erc.Present(nil), b.Present...)
	changed.Present[3] ^= erc.All
	other := b
	other.DataHash = "cd"
	for _, set := range [][]missing.Mask{{a}, {a, changed}, {a, other}, {a, b, b}, nil} {
		if missing.Hash(set) == hash {
			t.Errorf("the set of %d masks has the same hash", len(set))
		}
	}
}
