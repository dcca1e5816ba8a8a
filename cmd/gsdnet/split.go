package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"gsdnet/dataset"
	datanpz "gsdnet/dataset/npz"
	"gsdnet/internal/fault"
)

func init() {
	register[splitCmd]("data split", "Write a copy of a file with a split into train, valid and test.")
}

type splitCmd struct {
	File   string    `arg:"" help:"Data file of any format, or - for a .npz on standard input." placeholder:"FILE"`
	Out    string    `help:"File to write (.npz), - for standard output." required:"" placeholder:"FILE"`
	By     string    `help:"Unit that stays in one split: conversation or speaker." default:"conversation" placeholder:"WHAT"`
	Shares []float64 `help:"Shares of the utterances that train, valid and test get." default:"0.7,0.1,0.2" placeholder:"A,B,C"`
	Seed   uint64    `help:"Seed of the division." default:"0"`
	fieldFlags
	jsonFlag
}

// Help is the example under --help.
func (splitCmd) Help() string {
	return `Example:
  gsdnet data split corpus.npz --out split.npz --by speaker --shares 0.7,0.1,0.2 --seed 1

Writes a copy of the file with an array "split" (0 train, 1 valid, 2 test), or the
array named by --set data.split=NAME. A split that is there already is replaced.
All other arrays are carried through. Conversations stay whole, so the shares are
met as nearly as that allows.`
}

// Run divides and writes.
func (c *splitCmd) Run(ctx context.Context, term *terminal) error {
	if c.Out != stdout && !strings.EqualFold(filepath.Ext(c.Out), ".npz") {
		return fault.Input("name it .npz, or - for standard output", "--out %s: not an .npz file", c.Out)
	}
	if err := fault.OneOf("--by", c.By, "conversation", "speaker"); err != nil {
		return err
	}
	if len(c.Shares) != 3 {
		return fault.Input("give the shares of train, valid and test, as 0.7,0.1,0.2", "--shares has %d numbers, want 3", len(c.Shares))
	}
	if c.JSON && c.Out == stdout {
		return fault.Input("choose one of them", "--json and --out - both write to standard output")
	}
	fields, err := c.over(dataset.Fields{})
	if err != nil {
		return err
	}
	file, fields, err := readArrays(ctx, c.File, fields)
	if err != nil {
		return err
	}
	corpus, err := datanpz.AddSplit(c.File, file, fields, dataset.SplitOptions{
		BySpeaker: c.By == "speaker", Shares: [3]float64(c.Shares), Seed: c.Seed,
	})
	if err != nil {
		return err
	}
	if c.Out == stdout {
		return file.Write(term.out)
	}
	if err := file.WriteFile(c.Out); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(term.out, dataset.Describe(corpus).Parts)
	}
	_, err = fmt.Fprintf(term.out, "%s: %s\n", c.Out, dataset.SplitSummary(corpus))
	return err
}
