package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"gsdnet/engine"
	"gsdnet/internal/count"
	"gsdnet/internal/fault"
	"gsdnet/rundir"
	"gsdnet/train"
)

// configFlags are the flags that make up a run's config.
type configFlags struct {
	Config string   `help:"TOML file with settings. An unknown key is an error." placeholder:"F.toml"`
	Set    []string `help:"Change one setting, for example train.epochs=20. The flag may be repeated." placeholder:"KEY=VALUE" sep:"none"`
	Model  string   `help:"Model to fit (default gsdnet)." placeholder:"NAME"`
	Rate   string   `help:"Point of the missing protocol to train for: mixed, one such as 0.3, every for all points of all protocols, or complete to withhold nothing (default mixed)."`
	Seed   *uint64  `help:"Seed of the weights, the noise and the order of the conversations (default 1)."`
}

// resolve applies the config file, then the flags, over the settings there are.
func (f *configFlags) resolve(c *rundir.Config) (*rundir.Config, error) {
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

func init() { register[trainCmd]("train", "Train one model and write a run directory.") }

type trainCmd struct {
	Data   string `help:"Data file to train on. A resumed run uses the file that it was started with." placeholder:"FILE"`
	Out    string `help:"Run directory to make." required:"" placeholder:"DIR"`
	Resume bool   `help:"Continue a stopped run with the settings it was started with. With --set train.epochs=N it becomes longer."`
	configFlags
	backendFlag
	jsonFlag
}

// Help is the example under --help.
func (trainCmd) Help() string {
	return `Examples:
  gsdnet train --data corpus.npz --out runs/first --set train.epochs=40
  gsdnet train --out runs/first --resume
  gsdnet train --out runs/first --resume --set train.epochs=80
A resumed run ends with the same numbers as one that was not interrupted. A run that
is made longer does not: the learning rate of each step depends on how many there are.`
}

// Run fits the model.
func (c *trainCmd) Run(ctx context.Context, term *terminal) error {
	config, err := c.settings()
	if err != nil {
		return err
	}
	corpus, err := openCorpus(ctx, c.Data, config.Data)
	if err != nil {
		return err
	}
	backend, err := engine.OpenToTrain(c.Backend)
	if err != nil {
		return err
	}
	bar := newBar(term)
	result, err := train.Fit(ctx, train.Options{
		Config: config, Corpus: corpus, Out: c.Out, Backend: backend, Resume: c.Resume, Watch: bar.show,
		DataPath: absolute(c.Data), KeepState: true,
	})
	bar.close()
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(term.out, result)
	}
	fmt.Fprintf(term.out, "%s: %d parameters, %s, best validation error %.4f in epoch %d\n",
		c.Out, result.Parameters, count.Of(result.Epochs, "epoch"), result.Validation, result.BestEpoch)
	if n := result.Network; n != nil {
		fmt.Fprintf(term.out, "%s: the network is %s: energy score of validation %.4f with it, %.4f without; of the means of conversations %.4f, %.4f\n",
			c.Out, map[bool]string{true: "kept", false: "left out"}[n.Kept], n.With.Cells, n.Without.Cells, n.With.Conversations, n.Without.Conversations)
	}
	return nil
}

// settings returns the config of a new run, or that of the run to resume with the
// flags over it. It fills in the path of the data that the run remembers.
func (c *trainCmd) settings() (*rundir.Config, error) {
	if !c.Resume {
		if c.Data == "" {
			return nil, fault.Input("name the file with --data FILE", "no data file is given")
		}
		return c.resolve(rundir.DefaultConfig())
	}
	stored, data, err := rundir.ReadResume(c.Out)
	if err != nil {
		return nil, err
	}
	if c.Data == "" {
		c.Data = data
	}
	if c.Data == "" {
		return nil, fault.Input("name it with --data FILE", "%s does not say which file it was trained on", c.Out)
	}
	if c.Config != "" {
		stored = rundir.DefaultConfig() // a file describes a run whole
	}
	return c.resolve(stored)
}

// absolute is a file's path from the root, so that it is found from any folder. What
// is not a file, such as synthetic:seed=1, stays as it is.
func absolute(path string) string {
	if _, err := os.Stat(path); err != nil {
		return path
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return whole
}
