package main

import (
	"context"
	"fmt"
	"path/filepath"

	"gsdnet/report"
)

func init() { register[reportCmd]("report", "Turn the runs of a sweep into tables and figures.") }

type reportCmd struct {
	Dir string `arg:"" help:"Folder that gsdnet sweep wrote." placeholder:"DIR"`
	Out string `help:"Folder for tables and figures (default: report in DIR)." placeholder:"DIR2"`
	jsonFlag
}

// Help is the example under --help.
func (reportCmd) Help() string {
	return `Example:
  gsdnet report runs/quick --out results

Writes report.md, each table as markdown, CSV and LaTeX, and figures as SVG and
PNG. Cells of the sweep that are not finished are named above the tables.`
}

// Run writes the report and lists its files.
func (c *reportCmd) Run(ctx context.Context, term *terminal) error {
	out := c.Out
	if out == "" {
		out = filepath.Join(c.Dir, "report")
	}
	written, err := report.Write(ctx, c.Dir, out)
	if err != nil {
		return err
	}
	if written.Warning != "" {
		fmt.Fprintf(term.err, "gsdnet: warning: %s; %s names them\n", written.Warning, filepath.Join(out, report.Main))
	}
	if c.JSON {
		return printJSON(term.out, written)
	}
	for _, path := range written.Files {
		fmt.Fprintln(term.out, path)
	}
	return nil
}
