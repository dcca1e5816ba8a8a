package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	datanpz "gsdnet/dataset/npz"
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

func init() { register[imputeCmd]("impute", "Copy a data file and fill in its missing features.") }

type imputeCmd struct {
	applyFlags
	Out string `help:"File to write (.npz), - for standard output." required:"" placeholder:"FILE"`
}

// Help is the example under --help.
func (imputeCmd) Help() string {
	return `Example:
  gsdnet impute runs/first --in conversations.npz --out filled.npz --samples 16

Copies every array of the input, and fills the holes of the three feature arrays
with the mean over the completions. Observed features and all other arrays do not
change. A feature array of whole numbers that has holes becomes float64. A float16
array becomes float32 if float16 cannot hold the filled values. A note reports
such changes. For each feature array NAME, the array NAME_sd holds the standard
deviation over the completions, which is 0 for observed features. The array
observed [n,3] is 1 where a feature was observed. An array "present" becomes 1
where a modality was filled.`
}

// Run imputes and writes.
func (c *imputeCmd) Run(ctx context.Context, term *terminal) error {
	if c.Out != stdout && !strings.EqualFold(filepath.Ext(c.Out), ".npz") {
		return fault.Input("impute writes .npz, or - for standard output", "--out %s: not an .npz file", c.Out)
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
