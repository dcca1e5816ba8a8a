package main

import (
	"fmt"
	"path/filepath"

	"gsdnet/report"
)

type reportCmd struct {
	Dir string `arg:"" help:"Folder of gsdnet sweep." placeholder:"DIR"`
	Out string `help:"Folder for tables and figures (default: report in DIR)." placeholder:"DIR2"`
	jsonFlag
}

// Help is the example under --help.
func (reportCmd) Help() string {
	return `Example:
  gsdnet report runs/quick --out results

Writes report.md, each table as markdown, CSV and LaTeX, and figures as SVG and
PNG.`
}

// Run writes the report and lists its files.
func (c *reportCmd) Run(term *terminal) error {
	out := c.Out
	if out == "" {
		out = filepath.Join(c.Dir, "report")
	}
	paths, err := report.Write(c.Dir, out)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(term.out, paths)
	}
	for _, path := range paths {
		fmt.Fprintln(term.out, path)
	}
	return nil
}
