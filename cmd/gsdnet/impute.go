package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gsdnet"
	datanpz "gsdnet/dataset/npz"
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

func init() { register[imputeCmd]("impute", "Copy a data file and fill in its missing features.") }

type imputeCmd struct {
	applyFlags
	bulkFlags
	Out   string `help:"File to write (.npz), - for standard output; a folder, for Parquet of any size." required:"" placeholder:"FILE"`
	Draws int    `help:"Number of completed data sets to write beside FILE, for multiple imputation." default:"0" placeholder:"K" limit:"0..1000"`
	Seed  uint64 `help:"Seed of the completions; 0 is the seed of the run." default:"0"`
}

// Help is the example under --help.
func (imputeCmd) Help() string {
	return `Example:
  gsdnet impute runs/first --in conversations.npz --out filled.npz
  gsdnet impute runs/first --in conversations.npz --out filled.npz --draws 20
  gsdnet impute runs/first --in calls --out filled --shard 1/8

Copies every array of the input, and fills the holes of the three feature arrays
with the point estimate: the model's own, or the mean over the completions.
Observed features and all other arrays do not change. A feature array of whole
numbers that has holes becomes float64. A float16 array becomes float32 if float16
cannot hold the filled values. A note reports such changes. For each feature array
NAME, the array NAME_sd holds the standard deviation of what the estimate misses,
which is 0 for observed features. The array observed [n,3] is 1 where a feature was
observed. An array "present" becomes 1 where a modality was filled.

With --draws K it also writes filled.draw1.npz to filled.drawK.npz. Each is a
complete data set in which the holes hold one draw from their distribution.
Compute a result on each, and combine the results by Rubin's rules: a result
computed on the point estimate understates its uncertainty. The same seed gives
the same draws, and a larger K adds to them.` + bulkHelp + `
Features become lists of float32, whichever way the file has them. The column observed
has the letters of what was observed, and NAME_sd the deviations of what was not.`
}

// check returns an error if the flags do not name files that can be written.
func (c *imputeCmd) check() error {
	switch {
	case c.Out != stdout && !strings.EqualFold(filepath.Ext(c.Out), ".npz"):
		return fault.Input("impute writes .npz, or - for standard output", "--out %s: not an .npz file", c.Out)
	case c.Out == stdout && c.Draws > 0:
		return fault.Input("name a file with --out", "--draws %d: the draws are files of their own and cannot go to standard output", c.Draws)
	}
	for _, path := range drawPaths(c.Out, c.Draws) {
		if c.In == path {
			return fault.Input("choose another --out", "--in %s: a draw would overwrite it", c.In)
		}
	}
	return nil
}

// Run imputes and writes.
func (c *imputeCmd) Run(ctx context.Context, term *terminal) error {
	if isBulk(c.Out) {
		return c.bulk(ctx, term)
	}
	if err := c.bulkFlags.refuse(c.In, c.Out); err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err
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
	options.Draws, options.Seed = c.Draws, c.Seed
	imputed, err := run.Impute(ctx, corpus, options)
	bar.close()
	if err != nil {
		return err
	}
	notes, err := writeDraws(c.Out, c.Draws, file, fields, imputed)
	if err != nil {
		return err
	}
	filled, more, err := fill(file, fields, imputed, true)
	if err != nil {
		remove(drawPaths(c.Out, c.Draws))
		return err
	}
	c.note(term, corpus.Name, append(more, notes...), imputed)
	if c.Out == stdout {
		return file.Write(term.out)
	}
	if err := file.WriteFile(c.Out); err != nil {
		remove(drawPaths(c.Out, c.Draws))
		return err
	}
	fmt.Fprintf(term.out, "%s: filled %d of %d cells\n", c.Out, filled, erc.NumModalities*len(imputed))
	if c.Draws > 0 {
		fmt.Fprintf(term.out, "%s to %s: %d draws\n", drawPath(c.Out, 1), drawPath(c.Out, c.Draws), c.Draws)
	}
	return nil
}

// note prints each note once, and says what a user of the draws should know.
func (c *imputeCmd) note(term *terminal, name string, notes []string, imputed []gsdnet.Imputed) {
	said := map[string]bool{}
	for _, note := range notes {
		if !said[note] {
			term.note("%s: %s", name, note)
		}
		said[note] = true
	}
	if sameDraws(imputed) {
		term.note("the draws are all the same, because the model does not draw what is missing: results that are pooled over them understate their uncertainty")
	}
	if next := drawPath(c.Out, c.Draws+1); c.Draws > 0 {
		if _, err := os.Stat(next); !errors.Is(err, fs.ErrNotExist) {
			term.note("%s is of an earlier call and not one of these draws", next)
		}
	}
}
