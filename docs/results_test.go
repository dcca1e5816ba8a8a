package docs_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// cells returns the rows of the first table below a line that contains title,
// without its heading.
func cells(t *testing.T, page, title string) [][]string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, below, ok := strings.Cut(string(text), title)
	if !ok {
		t.Fatalf("%s: no line with %q", page, title)
	}
	_, below, _ = strings.Cut(below, "\n|")
	table, _, _ := strings.Cut("|"+below, "\n\n")
	var rows [][]string
	for _, line := range strings.Split(table, "\n")[2:] {
		fields := strings.Split(strings.Trim(line, "|"), "|")
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		rows = append(rows, fields)
	}
	return rows
}

// below returns the part of a page between the comment that names a source and the next
// comment or heading.
func below(t *testing.T, page, source string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, part, ok := strings.Cut(string(text), source+" -->")
	if !ok {
		t.Fatalf("%s: no source %q", page, source)
	}
	part, _, _ = strings.Cut(part, "<!--")
	part, _, _ = strings.Cut(part, "\n#")
	return part
}

// verdicts returns "better", "level" or "worse" of GSDNet for each model of a table of
// differences to GSDNet. higher says that higher values are better.
func verdicts(t *testing.T, page, source string, higher bool) map[string]string {
	t.Helper()
	difference := regexp.MustCompile(`(?m)^\| (\S+) .*\| *([+-]\d+\.\d+) \[.+\](\*?) vs gsdnet \|$`)
	out := map[string]string{}
	for _, found := range difference.FindAllStringSubmatch(below(t, page, source), -1) {
		value, err := strconv.ParseFloat(found[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case found[3] == "":
			out[found[1]] = "level"
		case (value < 0) == higher: // the difference is that of the model less GSDNet's
			out[found[1]] = "better"
		default:
			out[found[1]] = "worse"
		}
	}
	return out
}

// TestVerdictsFollowFromTheTables compares "better", "level" and "worse" of results.md with
// the intervals on the page of each corpus.
func TestVerdictsFollowFromTheTables(t *testing.T) {
	type column struct {
		page, source string
		higher       bool
	}
	for title, columns := range map[string][]column{
		"## Predictions against each model": {
			{"results/hazumi_online.md", "against-hazumi_online-random-folds5.md: MAE", false},
			{"results/hazumi_online.md", "against-hazumi_online-random-folds5.md: Corr", true},
			{"results/mosi.md", "against-mosi-random-folds5.md: MAE", false},
			{"results/mosi.md", "against-mosi-random-folds5.md: Corr", true},
			{"results/meld5.md", "against-meld5-random.md: F1", true},
		},
		"## Filled-in features against each model": {
			{"results/hazumi_online.md", "completion-hazumi_online-random-folds5.md: ES", false},
			{"results/hazumi_online.md", "completion-hazumi_online-random-folds5.md: conv ES", false},
			{"results/hazumi_online.md", "completion-hazumi_online-random-folds5.md: RMSE", false},
			{"results/mosi.md", "completion-mosi-random-folds5.md: ES", false},
			{"results/mosi.md", "completion-mosi-random-folds5.md: conv ES", false},
			{"results/mosi.md", "completion-mosi-random-folds5.md: RMSE", false},
			{"results/meld5.md", "completion-meld5-random.md: ES", false},
			{"results/meld5.md", "completion-meld5-random.md: conv ES", false},
			{"results/meld5.md", "completion-meld5-random.md: RMSE", false},
		},
	} {
		stated := cells(t, "results.md", title)
		for i, column := range columns {
			want := verdicts(t, column.page, column.source, column.higher)
			if len(want) == 0 {
				t.Errorf("%s: no differences", column.source)
			}
			for _, row := range stated {
				if verdict, ok := want[row[0]]; ok && row[i+1] != verdict || !ok && row[i+1] != "–" {
					t.Errorf("%s, %s: got %q, want %q", column.source, row[0], row[i+1], verdict)
				}
			}
		}
	}
}

// TestFiguresAreThoseOfTheTables compares the figures of README.md and results.md with the
// tables on the page of each corpus.
func TestFiguresAreThoseOfTheTables(t *testing.T) {
	type column struct {
		page, source string
		at           int // column of the source
	}
	errors := []column{
		{"results/hazumi_online.md", "summary-hazumi_online-random-folds5.md -->", 4},
		{"results/mosi.md", "summary-mosi-random-folds5.md -->", 4},
		{"results/meld5.md", "summary-meld5-random.md -->", 3},
	}
	scores := append(errors[:3:3],
		column{"results/hazumi_online.md", "completion-hazumi_online-random-folds5.md: completion, averages -->", 1},
		column{"results/mosi.md", "completion-mosi-random-folds5.md: completion, averages -->", 1},
		column{"results/meld5.md", "completion-meld5-random.md: completion, averages -->", 1},
	)
	for _, stated := range []struct {
		page, title string
		columns     []column
	}{{"../README.md", "## Results", errors}, {"results/figures.md", "# Figures", scores}} {
		for i, column := range stated.columns {
			want := map[string]string{}
			for _, row := range cells(t, column.page, column.source) {
				want[row[0]] = strings.Trim(row[column.at], "*")
			}
			for _, row := range cells(t, stated.page, stated.title) {
				if got := strings.Trim(row[i+1], "*"); got != want[row[0]] && !(got == "–" && want[row[0]] == "") {
					t.Errorf("%s, %s, %s: got %q, want %q", stated.page, column.page, row[0], got, want[row[0]])
				}
			}
		}
	}
}

// TestSentencesGiveTheFiguresOfTheTables compares figures in sentences of results.md with the
// tables on the page of each corpus.
func TestSentencesGiveTheFiguresOfTheTables(t *testing.T) {
	text, err := os.ReadFile("results.md")
	if err != nil {
		t.Fatal(err)
	}
	page := strings.Join(strings.Fields(string(text)), " ")
	for _, c := range []struct {
		sentence     string // a column of the table stands for each %
		page, source string
		rows         []string
		at           int
	}{
		{
			"On CMU-MOSI: GSDNet %, regression %, means % (both level), zeros % (clearly worse).",
			"results/mosi.md", "against-mosi-random-complete-folds5.md: MAE -->", []string{"gsdnet", "regression", "mean", "zero"}, 1,
		},
		{
			"MAE after training on complete conversations: GSDNet %, regression %, zeros % and means % (both clearly worse).",
			"results/hazumi_online.md", "against-hazumi_online-random-complete-folds5.md: MAE -->", []string{"gsdnet", "regression", "zero", "mean"}, 1,
		},
		{
			"With labels for one training conversation in ten: GSDNet %, regression %, zeros % (clearly worse).",
			"results/hazumi_online.md", "against-hazumi_online-random-labels0.1-folds5.md: MAE -->", []string{"gsdnet", "regression", "zero"}, 1,
		},
		{
			"The same on CMU-MOSI, with three seeds: GSDNet %, regression %, zeros % (level).",
			"results/mosi.md", "against-mosi-random-labels0.1-folds5.md: MAE -->", []string{"gsdnet", "regression", "zero"}, 1,
		},
		{
			"the energy score rises from % to % on Hazumi online,",
			"results/hazumi_online.md", "table3-hazumi_online-random-folds5.md: completion, averages -->", []string{"gsdnet", "gsdnet-white"}, 1,
		},
		{
			"from % to % on CMU-MOSI",
			"results/mosi.md", "table3-mosi-random-folds5.md: completion, averages -->", []string{"gsdnet", "gsdnet-white"}, 1,
		},
		{
			"from % to % on MELD (three seeds)",
			"results/meld5.md", "table3-meld5-random.md: completion, averages -->", []string{"gsdnet", "gsdnet-white"}, 1,
		},
		{
			"GSDNet as the paper prints it has an MAE of %, with the predictor of the other models %, and in its present form %.",
			"results/hazumi_online.md", "summary-hazumi_online-random.md -->", []string{"paper", "paper-reader", "gsdnet"}, 4,
		},
	} {
		found := map[string]string{}
		for _, row := range cells(t, c.page, c.source) {
			mean, _, _ := strings.Cut(strings.Trim(row[c.at], "*"), " ± ")
			found[row[0]] = mean
		}
		want := c.sentence
		for _, row := range c.rows {
			want = strings.Replace(want, "%", found[row], 1)
		}
		if !strings.Contains(page, want) {
			t.Errorf("results.md does not say %q", want)
		}
	}
}

// TestLinksLead checks that every local link of a page leads to a file.
func TestLinksLead(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)
	code := regexp.MustCompile("(?s)```.*?```|`[^`\n]*`") // brackets in code are no links
	for _, folder := range []string{"..", ".", "results"} {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			if !strings.HasSuffix(entry.Name(), ".md") {
				continue
			}
			page := folder + "/" + entry.Name()
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range link.FindAllStringSubmatch(code.ReplaceAllString(string(text), ""), -1) {
				if _, err := os.Stat(folder + "/" + found[1]); err != nil {
					t.Errorf("%s: the link to %s leads nowhere", page, found[1])
				}
			}
		}
	}
}

// TestResultsStayShort: the page of results is one to read as a whole.
func TestResultsStayShort(t *testing.T) {
	text, err := os.ReadFile("results.md")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n >= 120 {
		t.Errorf("results.md has %d lines, want fewer than 120; the pages of docs/results have room", n)
	}
}
