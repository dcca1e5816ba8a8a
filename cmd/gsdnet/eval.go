package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/internal/count"
	"gsdnet/internal/fault"
	"gsdnet/missing"
	"gsdnet/report"
	"gsdnet/rundir"
)

func init() { register[evalCmd]("eval", "Evaluate a run on the test split and print a table.") }

type evalCmd struct {
	runFlags
	Data     string `help:"Conversations to evaluate on." required:""`
	Split    string `help:"Split to evaluate: test or valid." default:"test" placeholder:"NAME"`
	Masks    string `help:"Directory of frozen masks (default: the run's own)." placeholder:"DIR"`
	Samples  int    `help:"Number of completions of each conversation." default:"4" placeholder:"K" limit:"1..1000"`
	Recovery bool   `help:"Also compare the recovered features with the true ones, and score the draws of each."`
	Out      string `help:"Folder to write metrics.json, predictions.csv and, with --recovery, completion.csv into." placeholder:"DIR"`
	Other    bool   `help:"Evaluate on other data than those of the run, with masks drawn for them." name:"other-data"`
	protocolFlags
	fieldFlags
	jsonFlag
}

// Help is the example under --help.
func (evalCmd) Help() string {
	return `Example:
  gsdnet eval runs/first --data corpus.npz --samples 16 --out results/first

Prints the results; the run directory is only read. With --recovery the last table
scores the draws of what is missing; docs/completions.md explains its columns. The
data must be those of the run, unless --other-data is given; the majority and mean
predictors are those of the labels that the run was trained on.`
}

// Run evaluates and prints the protocol's table.
func (c *evalCmd) Run(ctx context.Context, term *terminal) error {
	split, known := erc.HeldOut(c.Split)
	if !known {
		return fault.Input("choose test or valid", "--split %q is not known", c.Split)
	}
	if err := c.checkOut(); err != nil {
		return err
	}
	rules, err := c.rules()
	if err != nil {
		return err
	}
	run, err := c.open(term)
	if err != nil {
		return err
	}
	defer run.Close()
	trained := run.Trained()
	data, err := c.readData(ctx, trained, split)
	if err != nil {
		return err
	}
	data.warn(term, split)
	if c.Recovery && len(data.In(erc.Train)) == 0 {
		term.note("%s: no conversations of the train split, so the scores of completions are left out", data.Name)
	}
	masks, err := c.masks(trained, data, split, rules)
	if err != nil {
		return err
	}
	passes := len(masks) * c.Samples
	if c.Recovery {
		passes++
	}
	bar := newCounter(term, "conversations", passes*len(data.In(split)))
	cells, err := trained.Evaluate(ctx, data.Corpus, split, masks, infer.Request{Samples: c.Samples, Recovered: c.Recovery, Watch: bar.add})
	bar.close()
	if err != nil {
		return err
	}
	record := experiment.Record{
		Run: c.RunDir, Data: data.Name, DataHash: data.Hash, OtherData: data.difference != "", MaskHash: missing.Hash(masks), Split: split.String(),
		Samples: c.Samples, Recovery: c.Recovery, Result: experiment.NewResult(cells, trained.Fingerprint, data.Corpus, split),
	}
	if c.Out != "" {
		if err := experiment.RunDir(c.Out).Keep(&record, data.Corpus); err != nil {
			return err
		}
	}
	return c.print(term, record)
}

// evalData is the corpus to evaluate on.
type evalData struct {
	*erc.Corpus
	difference string // from the run's data, "" if there is none
	trainedOn  int    // conversations of the split that the run was trained on
}

// warn prints how the data differ from those of the run, and how many of the
// conversations the run was trained on.
func (d *evalData) warn(term *terminal, split erc.Split) {
	if d.difference != "" {
		term.note("other data than the run's: %s", d.difference)
	}
	if d.trainedOn > 0 {
		fmt.Fprintf(term.err, "gsdnet: warning: the run was trained on %d of the %s of the %s split\n",
			d.trainedOn, count.Of(len(d.In(split)), "conversation"), split)
	}
}

// checkOut refuses to write into a run directory.
func (c *evalCmd) checkOut() error {
	for _, name := range []string{rundir.ConfigFile, rundir.CheckpointFile} {
		if _, err := os.Stat(filepath.Join(c.Out, name)); c.Out != "" && err == nil {
			return fault.Input("choose a folder that is not a run", "--out %s: it holds a run, which is only read", c.Out)
		}
	}
	return nil
}

// readData reads the data and compares them with those of the run. It refuses other
// data, unless they are asked for.
func (c *evalCmd) readData(ctx context.Context, t *infer.Trained, split erc.Split) (evalData, error) {
	fields, err := c.over(t.Config.Data)
	if err != nil {
		return evalData{}, err
	}
	corpus, err := openCorpus(ctx, c.Data, fields)
	if err != nil {
		return evalData{}, err
	}
	if len(corpus.In(split)) == 0 {
		return evalData{}, fault.Input("evaluation needs conversations of that split (0 train, 1 valid, 2 test)", "%s: no conversations of the %s split", c.Data, split)
	}
	data := evalData{Corpus: corpus, difference: t.DataDifference(corpus)}
	switch {
	case data.difference == "":
		return data, nil
	case !c.Other:
		hashes := ""
		if corpus.Hash != t.DataHash {
			hashes = fmt.Sprintf(" (SHA-256 %.12s…, not %.12s…)", corpus.Hash, t.DataHash)
		}
		return data, fault.Input("give the file of the training, or --other-data to evaluate on this one with masks of its own",
			"%s: not the data that %s was trained on%s: %s", c.Data, c.RunDir, hashes, data.difference)
	}
	data.trainedOn = t.Fingerprint.CountTrainedOn(corpus.In(split))
	return data, nil
}

// masks returns those of --masks that the rules name, or the run's own; for other
// data, masks that are drawn for them with the run's seed.
func (c *evalCmd) masks(t *infer.Trained, data evalData, split erc.Split, rules []missing.Rule) ([]missing.Mask, error) {
	switch {
	case c.Masks == "" && data.difference != "":
		return missing.FreezeAll(data.Corpus, split, rules, t.Config.Missing.Seed)
	case c.Masks == "":
		return t.Masks(data.Corpus, split, rules)
	}
	all, err := missing.Read(c.Masks, data.Corpus)
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
		return nil, fault.Input("draw them with gsdnet data mask", "%s: no masks of the %s split for the %s protocol", c.Masks, split, c.Protocol)
	}
	return out, nil
}

func (c *evalCmd) print(term *terminal, r experiment.Record) error {
	if c.JSON {
		return printJSON(term.out, r)
	}
	for i, t := range []*report.Table{report.ResultTable(r.Result), report.ClassTable(r.Result), report.ConfusionTable(r.Result), report.CoverageTable(r.Result), report.CompletionTable(r.Result)} {
		if len(t.Rows) == 0 {
			continue
		}
		if i > 0 {
			if _, err := fmt.Fprintln(term.out); err != nil {
				return err
			}
		}
		if err := t.Write(term.out); err != nil {
			return err
		}
	}
	return nil
}
