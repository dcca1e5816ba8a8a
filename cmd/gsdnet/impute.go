package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	datanpz "gsdnet/dataset/npz"
	"gsdnet/erc"
	"gsdnet/internal/hint"
)

type imputeCmd struct {
	applyFlags
	Out string `help:"File to write (.npz), - for standard output." required:"" placeholder:"FILE"`
}

// Help is the example under --help.
func (imputeCmd) Help() string {
	return `Example:
  gsdnet impute runs/first --in conversations.npz --out filled.npz --samples 16

Writes every array of the input again, with the holes of the three feature
arrays filled by the mean over the completions. Observed features keep their
type and bits, and all other arrays their bytes. A feature array of whole
numbers that has holes becomes float64, one of float16 whose type is too small
float32; a note says so. For each feature array it adds NAME_sd, the deviation
over the completions, 0 where there was no hole; and observed [n,3], 1 where
there was none. An array "present" becomes 1 where a modality was filled.`
}

// Run imputes and writes.
func (c *imputeCmd) Run(ctx context.Context, term *terminal) error {
	if c.Out != stdout && !strings.EqualFold(filepath.Ext(c.Out), ".npz") {
		return hint.Input("impute writes .npz, or - for standard output", "--out %s: not an .npz file", c.Out)
	}
	run, fields, err := c.start(term)
	if err != nil {
		return err
	}
	defer run.Close()
	file, fields, err := readArrays(ctx, c.In, fields)
	if err != nil {
		return err
	}
	if err := checkFill(c.In, file, fields); err != nil {
		return err
	}
	corpus, err := datanpz.Corpus(c.In, file, fields)
	if err != nil {
		return err
	}
	noteMissing(term, corpus)
	options, bar := c.watch(term, corpus)
	imputed, err := run.Impute(ctx, corpus, options)
	bar.close()
	if err != nil {
		return err
	}
	filled, notes, err := fill(file, fields, imputed)
	if err != nil {
		return err
	}
	for _, note := range notes {
		term.note("%s: %s", corpus.Name, note)
	}
	if c.Out == stdout {
		return file.Write(term.out)
	}
	if err := file.WriteFile(c.Out); err != nil {
		return err
	}
	fmt.Fprintf(term.out, "%s: filled %d of %d cells\n", c.Out, filled, erc.NumModalities*len(imputed))
	return nil
}
