package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"gsdnet/dataset"
	"gsdnet/dataset/croissant"
	datanpz "gsdnet/dataset/npz"
	"gsdnet/internal/fault"
	"gsdnet/internal/interrupt"
)

func init() {
	register[importCmd]("data import", "Write a data file of another format as .npz.")
}

type importCmd struct {
	Files []string `arg:"" name:"file" help:"Data files, or folders, of any format."`
	Out   string   `help:"File to write (.npz)." required:"" placeholder:"FILE"`
	fieldFlags
	jsonFlag
}

// Help is the list of formats and the example under --help.
func (importCmd) Help() string {
	var formats strings.Builder
	for _, f := range dataset.Formats() {
		name, _, _ := strings.Cut(f.Name, " ")
		if name == dataset.Folder {
			name = "folder"
		}
		fmt.Fprintf(&formats, "  %-10s %s\n", name, f.About)
	}
	return `Example:
  gsdnet data import corpus.csv --out corpus.npz
  gsdnet data import train.csv dev.csv test.csv --out corpus.npz

Reads a file of any format, checks it, and writes it as .npz, its rows in their
order. Names of classes, speakers, dialogues and features go into the JSON beside
the .npz, and a description for machines into corpus.croissant.json. Several files become one corpus; one without splits that is named
train, valid, val, dev or test is that split. Every other verb reads these formats too:

` + formats.String()
}

// Run converts the file.
func (c *importCmd) Run(ctx context.Context, term *terminal) error {
	if !strings.EqualFold(filepath.Ext(c.Out), ".npz") {
		return fault.Input("name it .npz", "--out %s: not an .npz file", c.Out)
	}
	fields, err := c.over(dataset.Fields{})
	if err != nil {
		return err
	}
	imported, err := interrupt.Value(ctx, func() (*datanpz.Imported, error) { return datanpz.Import(c.Files, fields, c.Out) })
	if err != nil {
		return err
	}
	if err := imported.Write(); err != nil { // to its end, also after an interrupt
		return err
	}
	if err := croissant.Write(c.Out, imported.Table, imported.Corpus); err != nil {
		return err
	}
	corpus := imported.Corpus
	if c.JSON {
		return printJSON(term.out, dataset.Describe(corpus))
	}
	_, err = fmt.Fprintf(term.out, "%s: %s\n%s: names\n", c.Out, dataset.SplitSummary(corpus), datanpz.NamesFile(c.Out))
	return err
}
