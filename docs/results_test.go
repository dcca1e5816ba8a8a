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

// TestVerdictsFollowFromTheTables compares "better", "level" and "worse" of
// results.md with the intervals on the page of each corpus.
func TestVerdictsFollowFromTheTables(t *testing.T) {
	difference := regexp.MustCompile(`^([+-]\d\.\d+) \[.+\](\*?) vs gsdnet$`)
	columns := []struct {
		page, source string
		errs         bool // a higher value is an error, so a positive difference favours GSDNet
	}{
		{"results/hazumi_online.md", "against-hazumi_online-random.md: MAE", true},
		{"results/hazumi_online.md", "against-hazumi_online-random.md: Corr", false},
		{"results/mosi.md", "against-mosi-random.md: MAE", true},
		{"results/mosi.md", "against-mosi-random.md: Corr", false},
	}
	stated := cells(t, "results.md", "## GSDNet against each model")
	for i, column := range columns {
		want := map[string]string{}
		for _, row := range cells(t, column.page, column.source) {
			found := difference.FindStringSubmatch(row[2])
			if found == nil {
				continue // GSDNet itself
			}
			value, err := strconv.ParseFloat(found[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case found[2] == "":
				want[row[0]] = "level"
			case (value > 0) == column.errs:
				want[row[0]] = "better"
			default:
				want[row[0]] = "worse"
			}
		}
		if len(want) != len(stated) {
			t.Errorf("%s: got %d models, want %d", column.source, len(stated), len(want))
		}
		for _, row := range stated {
			if got := row[i+1]; got != want[row[0]] {
				t.Errorf("%s, %s: got %q, want %q", column.source, row[0], got, want[row[0]])
			}
		}
	}
}

// TestReadmeStatesTheMeasuredErrors compares the table of results in README.md with
// the tables on the page of each corpus.
func TestReadmeStatesTheMeasuredErrors(t *testing.T) {
	const errorColumn = 4 // MAE of the summary
	first := func(cell string) string {
		number, _, _ := strings.Cut(strings.Trim(cell, "*"), " ")
		return number
	}
	for i, source := range []struct{ page, summary string }{
		{"results/hazumi_online.md", "summary-hazumi_online-random.md"},
		{"results/mosi.md", "summary-mosi-random.md"},
	} {
		want := map[string]string{}
		for _, row := range cells(t, source.page, source.summary) {
			want[row[0]] = first(row[errorColumn])
		}
		for _, row := range cells(t, "../README.md", "## Results") {
			if got := row[i+1]; got != want[row[0]] {
				t.Errorf("%s, %s: got %q, want %q", source.page, row[0], got, want[row[0]])
			}
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
