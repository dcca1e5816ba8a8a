package report

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"gsdnet/internal/fault"
	"gsdnet/internal/results"
)

// bestMark begins a cell that is the best of its column, until cellsOf takes it away.
const bestMark = "\x00"

// cellsOf returns the cells of a row.
func cellsOf(row []string) []results.Cell {
	out := make([]results.Cell, len(row))
	for i, text := range row {
		out[i].Text, out[i].Best = strings.CutPrefix(text, bestMark)
	}
	return out
}

// addReport adds the tables and pictures of a report.md that Write wrote.
func addReport(view *results.View, dir string) error {
	file := filepath.Join(dir, Main)
	text, err := os.ReadFile(file)
	if err != nil {
		return fault.Input("write it with gsdnet report", "%w", err)
	}
	p := &pageParser{}
	for line := range strings.Lines(string(text)) {
		p.line(strings.TrimRight(line, "\r\n"))
	}
	p.end()
	if len(p.sections) == 0 {
		return fault.Input("write it with gsdnet report", "%s: it has no tables", file)
	}
	for _, s := range p.sections {
		add(view, s)
	}
	return nil
}

// pageParser reads what writer wrote into report.md: headings, notes, tables in parts, and
// pictures with a caption. It keeps what it does not know as a note of the table.
type pageParser struct {
	sections []results.Section
	table    *results.Table
	title    string // of the table's next part
	part     *results.TablePart
	from     int  // index of the column before those that are being added; 0 of a new part
	caption  bool // the next paragraph is the caption of a picture
}

func (p *pageParser) line(line string) {
	switch {
	case line == "":
		p.part = nil
	case strings.HasPrefix(line, "## "):
		p.heading(line[3:])
	case len(p.sections) == 0: // the head of the page
	case strings.HasPrefix(line, "|"):
		p.row(line)
	case strings.HasPrefix(line, "!["):
		p.picture(line)
	case p.caption:
		pictures := p.sections[len(p.sections)-1].Pictures
		pictures[len(pictures)-1].Caption, p.caption = line, false
	case strings.HasPrefix(line, "**") && strings.HasSuffix(line, "**"):
		p.title = strings.Trim(line, "*")
	case p.table != nil:
		p.table.Note = strings.TrimSpace(p.table.Note + " " + line)
	}
}

// heading begins a table. Its title is that of the part of the report, a colon, and the
// title of the section.
func (p *pageParser) heading(title string) {
	p.end()
	name, section, found := strings.Cut(title, ": ")
	if !found {
		name, section = title, title
	}
	if n := len(p.sections); n > 0 && strings.HasSuffix(section, ", "+p.sections[n-1].Title) {
		section = p.sections[n-1].Title // such as "Table 3: ablation, mosi, random missing"
		name = strings.TrimSuffix(title, ", "+section)
	}
	if n := len(p.sections); n == 0 || p.sections[n-1].Title != section {
		p.sections = append(p.sections, results.Section{Title: section})
	}
	p.table = &results.Table{Title: name}
}

// row adds a line of a table. The first line of a part is its heading, and the second a rule.
func (p *pageParser) row(line string) {
	if p.table == nil || strings.HasPrefix(line, "|:-") {
		return
	}
	cells := strings.Split(strings.Trim(line, "|"), " | ")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	if p.part == nil {
		p.begin(cells)
		return
	}
	row := make([]results.Cell, len(p.part.Heading)-p.from)
	for i := range min(len(row), len(cells)) {
		text := cells[i]
		if bold := strings.TrimSuffix(strings.TrimPrefix(text, "**"), "**"); len(text) > 4 && len(bold) == len(text)-4 {
			row[i] = results.Cell{Text: bold, Best: true}
			continue
		}
		row[i].Text = text
	}
	if p.from == 0 {
		p.part.Rows = append(p.part.Rows, row)
		return
	}
	for i, known := range p.part.Rows {
		if known[0].Text == cells[0] {
			copy(known[p.from+1:], row[1:])
			p.part.Rows[i] = known
		}
	}
}

// begin begins a part with a title, or goes on with the columns of the part before, which
// was too wide for a page of text.
func (p *pageParser) begin(heading []string) {
	parts := p.table.Parts
	if n := len(parts); p.title == "" && n > 0 && parts[n-1].Heading[0] == heading[0] {
		p.part = &parts[n-1]
		p.from = len(p.part.Heading) - 1
		p.part.Heading = append(p.part.Heading, heading[1:]...)
		for i := range p.part.Rows {
			p.part.Rows[i] = append(p.part.Rows[i], make([]results.Cell, len(heading)-1)...)
		}
		return
	}
	p.table.Parts = append(parts, results.TablePart{Title: p.title, Heading: heading})
	p.part, p.title, p.from = &p.table.Parts[len(parts)], "", 0
}

// picture adds a picture, which Write puts after the tables of its section.
func (p *pageParser) picture(line string) {
	p.end()
	_, link, _ := strings.Cut(line, "](")
	section := &p.sections[len(p.sections)-1]
	section.Pictures = append(section.Pictures, results.Picture{File: path.Base(strings.TrimSuffix(link, ")"))})
	p.caption = true
}

// end adds the table that is being read to its section.
func (p *pageParser) end() {
	if p.table != nil {
		section := &p.sections[len(p.sections)-1]
		section.Tables = append(section.Tables, *p.table)
	}
	p.table, p.part, p.title = nil, nil, ""
}
