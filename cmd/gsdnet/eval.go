package main

import (
	"context"
	"fmt"

	"gsdnet"
	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/internal/hint"
	"gsdnet/missing"
	"gsdnet/report"
	"gsdnet/train"
)

type evalCmd struct {
	RunDir   string `arg:"" name:"run" help:"Run directory of gsdnet train." placeholder:"RUN"`
	Data     string `help:"Conversations to evaluate on." required:""`
	Split    string `help:"Split to evaluate: test or valid." default:"test" placeholder:"NAME"`
	Masks    string `help:"Directory of frozen masks (default: the run's own)." placeholder:"DIR"`
	Samples  int    `help:"Completions of each conversation." default:"4" placeholder:"K"`
	Recovery bool   `help:"Measure the recovered features too."`
	protocolFlags
	fieldFlags
	backendFlag
	jsonFlag
}

// Help is the example under --help.
func (evalCmd) Help() string {
	return `Example:
  gsdnet eval runs/first --data corpus.npz --samples 16

Writes metrics.json and predictions.csv into the run directory when it
evaluates the test split, unless the run is a cell of a sweep.`
}

// Run evaluates and prints the protocol's table.
func (c *evalCmd) Run(ctx context.Context, term *terminal) error {
	split, known := erc.HeldOut(c.Split)
	if !known {
		return hint.Input("choose test or valid", "--split %s", c.Split)
	}
	if c.Samples < 1 {
		return hint.Input("use 1 or more", "--samples %d", c.Samples)
	}
	rules, err := c.rules()
	if err != nil {
		return err
	}
	run, err := gsdnet.Open(c.RunDir, gsdnet.WithBackend(c.Backend))
	if err != nil {
		return err
	}
	defer run.Close()
	trained := run.Trained()
	fields, err := c.over(trained.Config.Data)
	if err != nil {
		return err
	}
	corpus, err := dataset.Open(c.Data, fields)
	if err != nil {
		return err
	}
	masks, err := c.masks(trained, corpus, split, rules)
	if err != nil {
		return err
	}
	passes := len(masks) * c.Samples
	if c.Recovery {
		passes++
	}
	bar := newCounter(term, "conversations", passes*len(corpus.In(split)))
	run.Watch(bar.add)
	cells, err := trained.Evaluate(ctx, corpus, split, masks, c.Samples, c.Recovery)
	bar.close()
	if err != nil {
		return err
	}
	record := experiment.Record{
		Run: c.RunDir, Data: corpus.Name, DataHash: corpus.Hash, MaskHash: missing.Hash(masks), Split: split.String(),
		Samples: c.Samples, Recovery: c.Recovery, Result: experiment.NewResult(cells, corpus, split),
	}
	if err := c.print(term, record); err != nil || split != erc.Test {
		return err
	}
	if old, err := experiment.ReadRecord(c.RunDir); err == nil && old.Cell != nil {
		term.note("%s is a cell of a sweep, whose record stays", c.RunDir)
		return nil
	}
	return experiment.Keep(c.RunDir, record, corpus)
}

// masks returns those of --masks that the rules name, or the run's own.
func (c *evalCmd) masks(t *train.Trained, corpus *erc.Corpus, split erc.Split, rules []missing.Rule) ([]missing.Mask, error) {
	if c.Masks == "" {
		return t.Masks(corpus, split, rules)
	}
	all, err := missing.Read(c.Masks, corpus)
	if err != nil {
		return nil, err
	}
	var out []missing.Mask
	for _, rule := range rules {
		for _, mask := range all {
			if mask.Split == split && mask.String() == rule.String() {
				out = append(out, mask)
			}
		}
	}
	if len(out) == 0 {
		return nil, hint.Input("draw them with gsdnet data mask", "%s: no masks of the %s split for the %s protocol", c.Masks, split, c.Protocol)
	}
	return out, nil
}

func (c *evalCmd) print(term *terminal, r experiment.Record) error {
	if c.JSON {
		return printJSON(term.out, r)
	}
	if err := report.ResultTable(r.Result).Write(term.out); err != nil {
		return err
	}
	for _, line := range report.CoverageLines(r.Result) {
		fmt.Fprintf(term.out, "\n%s\n", line)
	}
	return nil
}
