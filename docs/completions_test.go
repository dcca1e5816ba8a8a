package docs_test

import (
	"os"
	"strings"
	"testing"

	"gsdnet/metric/draws"
)

// The table of completions.md is that of the declarations. This writes it:
//
//	go test ./docs -run Pages -update
func TestPagesListTheScoresOfCompletions(t *testing.T) {
	const page, begin, end = "completions.md", "<!-- scores -->\n", "<!-- end of scores -->"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s has no %s … %s", page, strings.TrimSpace(begin), end)
	}
	want := before + begin + scoreTable() + end + after
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(text) != want {
		t.Errorf("%s is not what the declarations say: go test ./docs -run Pages -update", page)
	}
}

func scoreTable() string {
	out := "| column | key | better | definition |\n|---|---|---|---|\n"
	for _, s := range draws.Scores() {
		better := "higher"
		switch {
		case s.Ideal != nil:
			better = "nearer to the ideal"
		case s.Lower:
			better = "lower"
		case s.Key == "lag1_true":
			better = "the ideal of `lag1`"
		}
		out += row(s.Heading, "`"+s.Key+"`", better, s.Help)
	}
	return out
}
