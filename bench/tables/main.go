// Command tables renews the tables and pictures of a page from the reports of
// gsdnet report:
//
//	go run ./bench/tables [-page docs/results.md] [-from runs/reproduced]
//
// A table of the page stands below a comment that names the file it is taken from,
// relative to the folder, and the sheet of that file, by the end of its heading:
//
//	<!-- mosi/report/table2-mosi.md: MAE -->
//
// It is replaced by the one there. A picture is named by its comment alone,
// <!-- mosi/report/figures/rate-mosi-random-mae.svg -->, and copied beside the page
// to the name that the line below it shows. Nothing else of the page changes, and
// nothing at all where a file or a sheet is missing.
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
	page := flag.String("page", "docs/results.md", "page to renew")
	from := flag.String("from", "runs/reproduced", "folder of reports")
	flag.Parse()
	if err := renew(*page, *from); err != nil {
		fmt.Fprintf(os.Stderr, "tables: error: %v\n", err)
		os.Exit(1)
	}
}

// marker is a comment that names a source: file, and sheet if there are several.
var marker = regexp.MustCompile(`^<!-- ([^ :]+)(?:: (.+))? -->$`)

// shown is the file of a picture on the page.
var shown = regexp.MustCompile(`^!\[.*\]\(([^)/]+)\)$`)

// renew reads everything before it writes anything.
func renew(page, from string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	files := map[string][]byte{}
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
				return fmt.Errorf("%s:%d: no picture below this line", page, i+1)
			}
			files[filepath.Join(filepath.Dir(page), name[1])] = content
			continue
		}
		table, err := sheet(strings.Split(string(content), "\n"), source[2])
		if err != nil {
			return fmt.Errorf("%s:%d: %s: %w", page, i+1, source[1], err)
		}
		old := rows(lines[below:])
		if old == 0 { // the first time
			table = append(table, "")
		}
		lines = slices.Replace(lines, below, below+old, table...)
	}
	files[page] = []byte(strings.Join(lines, "\n"))
	for name, content := range files {
		if err := atomicfile.Write(name, content); err != nil {
			return err
		}
	}
	return nil
}

// sheet returns the lines of the first table, or of the one whose heading ends
// with ": " and a name.
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

// rows counts the lines of the table that lines begin with. A wide table comes in
// parts, with an empty line between two of them.
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
