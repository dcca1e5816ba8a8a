package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"regexp"
	"strconv"
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
	sameAsReadme(t, results)
}

// sameAsReadme compares the demo's table in README.md with what the demo measured.
// The engine rounds differently on other processors, hence the tolerance.
func sameAsReadme(t *testing.T, results map[string]experiment.Result) {
	t.Helper()
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	stated := regexp.MustCompile(`(?m)^\| random (0\.\d) \|\s+([\d.]+) \|\s+([\d.]+) \|\s+([\d.]+) \|$`).FindAllStringSubmatch(string(page), -1)
	if len(stated) == 0 {
		t.Fatal("README.md: got no row of the demo's table, want some")
	}
	for _, row := range stated {
		rate, _ := strconv.ParseFloat(row[1], 64) // the pattern allows only numbers
		at := int(math.Round(rate * 10))
		for i, model := range []string{"zero", "regression", "gsdnet"} {
			got, err := strconv.ParseFloat(row[2+i], 64)
			if want := results[model].Cells[at].Scores.Values["mae"]; err != nil || math.Abs(got-want) > 0.01 {
				t.Errorf("README.md, rate %s: MAE of %s: got %s, want %.3f", row[1], model, row[2+i], want)
			}
		}
	}
}
