package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/alecthomas/kong"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/explain"
	"gsdnet/missing"
	"gsdnet/report"
	"gsdnet/spectral"
)

func init() {
	register[spectrumCmd]("data spectrum", "Measure how much of the conversation graphs is lost where modalities are missing.")
}

type spectrumCmd struct {
	File   string `arg:"" help:"Data file." placeholder:"FILE"`
	Window int    `help:"Largest distance between two linked utterances; 0 links all utterances of a conversation." default:"${window}" limit:"0..256"`
	Rank   int    `help:"Number of eigenvalues to keep; 0 keeps all." default:"${rank}" limit:"0..256"`
	Seed   uint64 `help:"Seed of the masks." default:"0"`
	protocolFlags
	fieldFlags
	jsonFlag
}

// spectrumVars are the defaults of the flags of spectrumCmd.
func spectrumVars() kong.Vars {
	return kong.Vars{"window": strconv.Itoa(spectral.DefaultWindow), "rank": strconv.Itoa(spectral.DefaultRank)}
}

// Help is the example under --help.
func (spectrumCmd) Help() string {
	return `Example:
  gsdnet data spectrum corpus.npz --rates 0.3,0.7 --rank 32

Prints relative Frobenius errors of the graphs of the missing modalities on the test
split. "observed" is the graph of the observed features. "shared" is built from the
true eigenvalues in the eigenvectors of the observed graphs, and is the best that
diffusion of the spectrum can reach. "own" is built from its own sorted eigenvalues
in those eigenvectors. "oracle" has the true eigenvectors, at the same rank.`
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
	corpus, err := openCorpus(ctx, c.File, fields)
	if err != nil {
		return err
	}
	masks, err := missing.FreezeAll(corpus, erc.Test, rules, c.Seed)
	if err != nil {
		return err
	}
	errors, err := explain.Spectra(ctx, corpus, erc.Test, masks, c.Window, c.Rank)
	if err != nil {
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
