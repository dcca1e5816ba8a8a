package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"gsdnet/dataset"
	"gsdnet/dataset/croissant"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/internal/interrupt"
)

func init() {
	register[exportDataCmd]("data export", "Write a data file as CSV, JSON Lines, Parquet or .npz.")
}

type exportDataCmd struct {
	Files []string `arg:"" name:"file" help:"Data files, or folders, of any format."`
	Out   string   `help:"File to write: .csv, .tsv, .jsonl, .parquet or .npz." required:"" placeholder:"FILE"`
	fieldFlags
	jsonFlag
}

// Help is the example under --help.
func (exportDataCmd) Help() string {
	return `Example:
  gsdnet data export corpus.npz --out corpus.parquet

Reads a file of any format, checks it, and writes it in the format of the ending of
FILE, its rows in their order, one row an utterance. Features become numbered columns
in .csv and .tsv (text_0, text_1, …), and lists in .jsonl and .parquet. Names of
dialogues, speakers and classes are written where the file has them. Names of
features are written in the JSON beside a .npz alone. A description for machines is
written beside every file, as corpus.croissant.json.`
}

// Run converts the file.
func (c *exportDataCmd) Run(ctx context.Context, term *terminal) error {
	if err := dataset.CheckExport(c.Out); err != nil {
		return fault.Input(fault.Of(err), "--out %w", err)
	}
	if slices.Contains(c.Files, c.Out) {
		return fault.Input("choose another --out", "--out %s: it would overwrite what is read", c.Out)
	}
	fields, err := c.over(dataset.Fields{})
	if err != nil {
		return err
	}
	type read struct {
		table  *dataset.Table
		corpus *erc.Corpus
	}
	got, err := interrupt.Value(ctx, func() (read, error) {
		table, err := dataset.ReadAll(c.Files, fields)
		if err != nil {
			return read{}, err
		}
		corpus, err := table.Checked(fields.Task)
		return read{table, corpus}, err
	})
	if err != nil {
		return err
	}
	if err := got.table.Export(c.Out); err != nil { // to its end, also after an interrupt
		return err
	}
	if err := croissant.Write(c.Out, got.table, got.corpus); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(term.out, dataset.Describe(got.corpus))
	}
	_, err = fmt.Fprintf(term.out, "%s: %s\n", filepath.Clean(c.Out), dataset.SplitSummary(got.corpus))
	return err
}
