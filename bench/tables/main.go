// Command tables renews the tables and figures of the results pages from the
// reports that gsdnet report writes:
//
//	go run ./bench/tables [-from runs/reproduced] [page ...]
//
// Without arguments it renews docs/results.md and every page of docs/results. A
// table of a page stands below a comment that names its source: a file, relative
// to the folder of reports, and the sheet of that file, by the end of the sheet's
// heading:
//
//	<!-- mosi/report/table2-mosi.md: MAE -->
//
// The table is replaced by the table of that sheet. The comment of a figure names
// a file alone, as in <!-- mosi/report/figures/rate-mosi-mae.svg -->. The figure is
// copied to the file that the line below the comment shows, relative to the page.
// Nothing else changes. If a file or a sheet is missing, no page is written.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gsdnet/internal/atomicfile"
)

func main() {
	from := flag.String("from", "runs/reproduced", "folder of reports")
	flag.Parse()
	pages := flag.Args()
	if len(pages) == 0 {
		pages = resultPages("docs")
	}
	if err := renew(pages, *from); err != nil {
		fmt.Fprintf(os.Stderr, "tables: error: %v\n", err)
		os.Exit(1)
	}
}

// resultPages returns the pages of results under the folder docs.
func resultPages(docs string) []string {
	below, _ := filepath.Glob(filepath.Join(docs, "results", "*.md")) // the pattern is well formed
	return append([]string{filepath.Join(docs, "results.md")}, below...)
}

// marker is a comment that names a source: file, and sheet if there are several.
var marker = regexp.MustCompile(`^<!-- ([^ :]+)(?:: (.+))? -->$`)

// shown is the file of a figure, relative to its page.
var shown = regexp.MustCompile(`^!\[.*\]\(([^)]+)\)$`)

// renew renews pages from the reports in the folder from. It reads and fills all
// pages before it writes the first file.
func renew(pages []string, from string) error {
	files := map[string][]byte{}
	for _, page := range pages {
		if err := fill(files, page, from); err != nil {
			return err
		}
	}
	for name, content := range files {
		if err := atomicfile.Write(name, content); err != nil {
			return err
		}
	}
	return nil
}

// fill adds the new content of a page and of its figures to files, by file name.
func fill(files map[string][]byte, page, from string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	lines := strings.Split(string(text), "\n")
	for i := 0; i < len(lines); i++ {
		source := marker.FindStringSubmatch(lines[i])
		if source == nil {
			continue
		}
		content, err := os.ReadFile(filepath.Join(from, source[1]))
		if err != nil {
			return fmt.Errorf("%s:%d: %w", page, i+1, err)
		}
		below := i + 1
		if below < len(lines) && lines[below] == "" {
			below++
		}
		if strings.HasSuffix(source[1], ".svg") {
			name := shown.FindStringSubmatch(strings.Join(lines[below:min(below+1, len(lines))], ""))
			if name == nil {
				return fmt.Errorf("%s:%d: no figure below this line", page, i+1)
			}
			files[filepath.Join(filepath.Dir(page), name[1])] = content
			continue
		}
		table, err := sheet(strings.Split(string(content), "\n"), source[2])
		if err != nil {
			return fmt.Errorf("%s:%d: %s: %w", page, i+1, source[1], err)
		}
		old := rows(lines[below:])
		if old == 0 { // the page has no table here yet
			table = append(table, "")
		}
		lines = slices.Replace(lines, below, below+old, table...)
	}
	files[page] = []byte(strings.Join(lines, "\n"))
	return nil
}

// sheet returns the lines of the first table, or of the table whose heading ends
// with ": " and name.
func sheet(lines []string, name string) ([]string, error) {
	at := 0
	if name != "" {
		heading := func(line string) bool { return strings.HasSuffix(line, ": "+name+"**") }
		if at = slices.IndexFunc(lines, heading); at < 0 {
			return nil, fmt.Errorf("no sheet %q", name)
		}
	}
	for at < len(lines) && !strings.HasPrefix(lines[at], "|") {
		at++
	}
	n := rows(lines[at:])
	if n == 0 {
		return nil, fmt.Errorf("no table")
	}
	return slices.Clone(lines[at : at+n]), nil
}

// rows returns how many of the first lines belong to a table. A wide table comes
// in parts, with an empty line between two of them.
func rows(lines []string) int {
	n := 0
	for i, line := range lines {
		switch {
		case strings.HasPrefix(line, "|"):
			n = i + 1
		case line != "" || i > n:
			return n
		}
	}
	return n
}
