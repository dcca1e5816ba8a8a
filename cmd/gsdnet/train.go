package main

import (
	"context"
	"fmt"

	"gsdnet/dataset"
	"gsdnet/train"
)

// configFlags are the flags that make up a run's config.
type configFlags struct {
	Config string   `help:"TOML file with settings; an unknown key is an error." placeholder:"F.toml"`
	Set    []string `help:"One setting, as train.epochs=20; may be repeated." placeholder:"KEY=VALUE" sep:"none"`
	Model  string   `help:"Model to fit (default gsdnet)." placeholder:"NAME"`
	Rate   string   `help:"Missing rate to train for: mixed, or one such as 0.3 (default mixed)."`
	Seed   *uint64  `help:"Seed of the weights, noise and order (default 1)."`
}

// resolve reads the config file, then the flags over it.
func (f *configFlags) resolve() (*train.Config, error) {
	c := train.DefaultConfig()
	if f.Config != "" {
		if err := c.Load(f.Config); err != nil {
			return nil, err
		}
	}
	for _, assignment := range f.Set {
		if err := c.Set(assignment); err != nil {
			return nil, err
		}
	}
	if f.Model != "" {
		c.Model = f.Model
	}
	if f.Rate != "" {
		c.Missing.Rate = f.Rate
	}
	if f.Seed != nil {
		c.Train.Seed = *f.Seed
	}
	return c, c.Check()
}

type trainCmd struct {
	Data   string `help:"Conversations to learn from." required:""`
	Out    string `help:"Run directory to make." required:""`
	Resume bool   `help:"Go on where a stopped run stood."`
	configFlags
	backendFlag
	jsonFlag
}

// Help is the example under --help.
func (trainCmd) Help() string {
	return "Example:\n  gsdnet train --data corpus.npz --out runs/first --set train.epochs=40"
}

// Run fits the model.
func (c *trainCmd) Run(ctx context.Context, term *terminal) error {
	config, err := c.resolve()
	if err != nil {
		return err
	}
	corpus, err := dataset.Open(c.Data, config.Data)
	if err != nil {
		return err
	}
	backend, err := train.Backend(c.Backend)
	if err != nil {
		return err
	}
	bar := newBar(term)
	result, err := train.Fit(ctx, train.Options{
		Config: config, Corpus: corpus, Out: c.Out, Backend: backend, Resume: c.Resume, Watch: bar.show,
	})
	bar.close()
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(term.out, result)
	}
	fmt.Fprintf(term.out, "%s: %d parameters, %d epochs, best validation error %.4f in epoch %d\n",
		c.Out, result.Parameters, result.Epochs, result.Validation, result.BestEpoch)
	return nil
}
