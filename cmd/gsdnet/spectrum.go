package main

import (
	"context"
	"fmt"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/explain"
	"gsdnet/internal/interrupt"
	"gsdnet/missing"
	"gsdnet/report"
	"gsdnet/train"
)

type spectrumCmd struct {
	File   string `arg:"" help:"Data file." placeholder:"FILE"`
	Window int    `help:"Utterances an edge spans; 0: the whole conversation." default:"6" limit:"0..256"`
	Rank   int    `help:"Eigenvalues kept; 0: all." default:"32" limit:"0..256"`
	Seed   uint64 `help:"Seed of the masks." default:"0"`
	protocolFlags
	fieldFlags
	jsonFlag
}

// Help is the example under --help.
func (spectrumCmd) Help() string {
	return `Example:
  gsdnet data spectrum corpus.npz --rates 0.3,0.7 --rank 32

Relative Frobenius error of a modality's graph on the test split: as observed;
rebuilt from its true spectrum in the basis of the observed graphs (the best that
diffusing the spectrum could do); from its own sorted eigenvalues in that basis;
and in its own true basis, at the same rank.`
}

// Run prints the errors.
func (c *spectrumCmd) Run(ctx context.Context, term *terminal) error {
	rules, err := c.rules()
	if err != nil {
		return err
	}
	fields, err := c.over(dataset.Fields{})
	if err != nil {
		return err
	}
	var errors []explain.GraphError
	if err := interrupt.Run(ctx, func() (err error) { errors, err = c.measure(fields, rules); return }); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(term.out, errors)
	}
	t := &report.Table{Heading: []string{"missing", "graphs", "observed", "shared", "own", "oracle"}}
	for _, e := range errors {
		row := []string{e.Rule, fmt.Sprint(e.N)}
		for _, x := range []float64{e.Observed, e.Shared, e.Own, e.Oracle} {
			row = append(row, fmt.Sprintf("%.3f", x))
		}
		t.Add(row...)
	}
	return t.Write(term.out)
}

// measure reads the file and compares the graphs of its test split.
func (c *spectrumCmd) measure(fields dataset.Fields, rules []missing.Rule) ([]explain.GraphError, error) {
	corpus, err := dataset.Open(c.File, fields)
	if err != nil {
		return nil, err
	}
	masks, err := train.Freeze(corpus, erc.Test, rules, c.Seed)
	if err != nil {
		return nil, err
	}
	return explain.Spectra(corpus, erc.Test, masks, c.Window, c.Rank)
}
