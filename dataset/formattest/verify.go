package formattest

import (
	"math"
	"testing"

	"gsdnet/dataset"
	"gsdnet/erc"
)

// Verify checks what every corpus promises.
func Verify(t testing.TB, c *erc.Corpus) {
	t.Helper()
	if err := c.Check(); err != nil {
		t.Fatal(err)
	}
	rows := map[int]bool{}
	for i, conv := range c.Conversations {
		if i > 0 && conv.ID <= c.Conversations[i-1].ID {
			t.Fatalf("conversation %d after %d", conv.ID, c.Conversations[i-1].ID)
		}
		if conv.Name == "" || conv.Split < erc.Train || conv.Split > erc.Test || len(conv.Utterances) == 0 {
			t.Fatalf("conversation %d: name %q, %s, %d utterances", conv.ID, conv.Name, conv.Split, len(conv.Utterances))
		}
		for j, u := range conv.Utterances {
			if rows[u.Row] || j > 0 && u.Turn <= conv.Utterances[j-1].Turn {
				t.Fatalf("conversation %d: row %d, turn %d out of order", conv.ID, u.Row, u.Turn)
			}
			rows[u.Row] = true
			verifyUtterance(t, c, u)
		}
	}
}

func verifyUtterance(t testing.TB, c *erc.Corpus, u erc.Utterance) {
	t.Helper()
	if u.Present == erc.None || u.Present > erc.All || u.Speaker < 0 {
		t.Fatalf("row %d: present %d, speaker %d", u.Row, u.Present, u.Speaker)
	}
	for _, m := range erc.Modalities {
		if u.Present.Has(m) != (u.Features[m] != nil) || u.Present.Has(m) && len(u.Features[m]) != c.Dims[m] {
			t.Fatalf("row %d: %d channels of %s, present %s, want %d", u.Row, len(u.Features[m]), m, u.Present, c.Dims[m])
		}
		for _, x := range u.Features[m] {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				t.Fatalf("row %d: %s has %g", u.Row, m, x)
			}
		}
	}
	if math.Abs(float64(u.Label)) > dataset.MaxScore || u.Class < -1 || u.Class >= max(1, int32(c.NumClasses)) {
		t.Fatalf("row %d: label %g, class %d of %d", u.Row, u.Label, u.Class, c.NumClasses)
	}
}
