package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"gsdnet/experiment"
)

// TestDemo is the promise of the README: on the same masks, GSDNet beats filling
// with zeros wherever much is missing.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: trains three models, some 15 s")
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), []string{"demo", "--json"}, &terminal{out: &out, err: &errs}); code != 0 {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	var results map[string]experiment.Result
	if err := json.Unmarshal(out.Bytes(), &results); err != nil {
		t.Fatal(err)
	}
	zero, ours := results["zero"].Cells, results["gsdnet"].Cells
	if len(zero) != 8 || len(ours) != 8 {
		t.Fatalf("got %d and %d rates, want 8", len(zero), len(ours))
	}
	for i := 3; i < len(zero); i++ {
		if ours[i].Scores.Get("mae") >= zero[i].Scores.Get("mae") {
			t.Errorf("%s: MAE of gsdnet %.3f, of zero completion %.3f", zero[i].Rule, ours[i].Scores.Get("mae"), zero[i].Scores.Get("mae"))
		}
	}
}
