package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"gsdnet/dataset/npz"
	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/missing"
	"gsdnet/report"
	"gsdnet/rundir"
	"gsdnet/train"
)

func init() {
	register[demoCmd]("demo", "Train and compare three models on synthetic conversations. This takes half a minute.")
}

type demoCmd struct {
	Serve bool   `help:"Then show the page on which modalities of the test conversations can be switched off, until interrupted."`
	Addr  string `help:"Address of the page." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Seed  uint64 `help:"Seed of the conversations, weights and noise." default:"1"`
	backendFlag
	jsonFlag
}

// Help is the example under --help.
func (demoCmd) Help() string { return "Example:\n  gsdnet demo --serve" }

// demoModels are compared, with the settings that make each small enough to
// train in seconds.
var demoModels = []struct {
	name string
	set  []string
}{
	{"zero", []string{"zero.width=32", "zero.hidden=32"}},
	{"regression", []string{"regression.width=32", "regression.hidden=32"}},
	{"gsdnet", []string{"gsdnet.width=32", "gsdnet.hidden=32", "gsdnet.blocks=1", "gsdnet.prior.rank=8", "gsdnet.sampler.steps=3"}},
}

// Run trains the models on the same conversations and prints one table.
func (c *demoCmd) Run(ctx context.Context, term *terminal) error {
	corpus := synthetic.New(synthetic.Config{Seed: c.Seed})
	backend, err := engine.OpenToTrain(c.Backend)
	if err != nil {
		return err
	}
	temporary, err := os.MkdirTemp("", "gsdnet-demo-")
	if err != nil {
		return fault.Failure("set TMPDIR to a directory with space", "%w", err)
	}
	defer os.RemoveAll(temporary)
	dir := filepath.Join(temporary, "demo") // the page shows its name
	if err := os.Mkdir(dir, 0o755); err != nil {
		return fault.Failure("set TMPDIR to a directory with space", "%w", err)
	}
	term.note("%d synthetic conversations, %d utterances; every model is evaluated on the same masks",
		len(corpus.Conversations), erc.CountUtterances(corpus.Conversations))
	results := map[string]experiment.Result{}
	for _, m := range demoModels {
		started := time.Now()
		if results[m.name], err = c.fit(ctx, term, backend, corpus, filepath.Join(dir, m.name), m.name, m.set); err != nil {
			return err
		}
		term.note("%s: trained in %.0f s", m.name, time.Since(started).Seconds())
	}
	if err := c.print(term, results); err != nil || !c.Serve {
		return err
	}
	return c.show(ctx, term, dir, corpus)
}

// print prints the results, and how the page is opened.
func (c *demoCmd) print(term *terminal, results map[string]experiment.Result) error {
	if c.JSON {
		return printJSON(term.out, results)
	}
	fmt.Fprintln(term.out)
	if err := demoTable(results).Write(term.out); err != nil {
		return err
	}
	fmt.Fprintln(term.out, "\nMean absolute error of the sentiment score, lower is better; 0.7 leaves one modality each.")
	if c.Serve {
		return nil
	}
	_, err := fmt.Fprintln(term.out, "To switch modalities off on a page and watch the emotions change: gsdnet demo --serve")
	return err
}

// show serves the page with the models of the demo and the conversations that they were
// not trained on.
func (c *demoCmd) show(ctx context.Context, term *terminal, dir string, corpus *erc.Corpus) error {
	file := filepath.Join(dir, "demo.npz")
	if err := npz.Write(file, corpus); err != nil {
		return err
	}
	server := serveCmd{Addr: c.Addr, Show: []string{file}, Results: []string{dir}, backendFlag: c.backendFlag}
	for i := range demoModels { // the project's own model first
		server.Runs = append(server.Runs, filepath.Join(dir, demoModels[len(demoModels)-1-i].name))
	}
	return server.serve(ctx, term, "")
}

// fit trains one model and evaluates it on the test split.
func (c *demoCmd) fit(ctx context.Context, term *terminal, backend engine.Backend, corpus *erc.Corpus, out, name string, set []string) (experiment.Result, error) {
	config := rundir.DefaultConfig()
	config.Model, config.Train.Seed = name, c.Seed
	config.Train.Epochs, config.Train.ValidEvery, config.Train.Batch = 24, 4, 8
	for _, assignment := range set {
		if err := config.Set(assignment); err != nil {
			return experiment.Result{}, err
		}
	}
	bar := newBar(term)
	_, err := train.Fit(ctx, train.Options{Config: config, Corpus: corpus, Out: out, Backend: backend, Watch: bar.show})
	bar.close()
	if err != nil {
		return experiment.Result{}, err
	}
	trained, err := infer.Open(out, backend)
	if err != nil {
		return experiment.Result{}, err
	}
	defer trained.Close()
	rules, err := config.Missing.Rules()
	if err != nil {
		return experiment.Result{}, err
	}
	masks, err := trained.Masks(corpus, erc.Test, rules)
	if err != nil {
		return experiment.Result{}, err
	}
	cells, err := trained.Evaluate(ctx, corpus, erc.Test, masks, infer.Request{Samples: 4})
	if err != nil {
		return experiment.Result{}, err
	}
	record := experiment.Record{
		Run: name, Cell: &experiment.Identity{Dataset: corpus.Name, Protocol: rules[0].Kind(), Variant: name, Model: name, Training: missing.Mixed, Seed: c.Seed},
		Data: corpus.Name, DataHash: corpus.Hash, MaskHash: missing.Hash(masks), Split: erc.Test.String(), Samples: 4,
		Result: experiment.NewResult(cells, trained.Fingerprint, corpus, erc.Test),
	}
	return record.Result, experiment.RunDir(out).Keep(&record, corpus)
}

// demoTable sets the models side by side, rate by rate.
func demoTable(results map[string]experiment.Result) *report.Table {
	t := &report.Table{Heading: []string{"missing"}}
	for _, m := range demoModels {
		t.Heading = append(t.Heading, m.name)
	}
	first := results[demoModels[0].name]
	for i, cell := range append(first.Cells, first.Mean) {
		row := []string{cell.Rule}
		for _, m := range demoModels {
			cells := append(results[m.name].Cells, results[m.name].Mean)
			row = append(row, fmt.Sprintf("%.3f", cells[i].Scores.Get("mae")))
		}
		t.Add(row...)
	}
	return t
}
