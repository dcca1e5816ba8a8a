package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"gsdnet"
	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/hint"
	"gsdnet/internal/npz"
)

type imputeCmd struct {
	applyFlags
	Out string `help:"File to write (.npz)." required:"" placeholder:"FILE"`
}

// Help is the example under --help.
func (imputeCmd) Help() string {
	return `Example:
  gsdnet impute runs/first --in conversations.npz --out filled.npz --samples 16

Writes every array of the input again, with the holes of the three feature
arrays filled by the mean over the completions. For each it adds NAME_sd, the
deviation over the completions, 0 where there was no hole; and observed
[n,3], 1 where there was none. An array "present" becomes all 1.`
}

// Run imputes and writes.
func (c *imputeCmd) Run(ctx context.Context, term *terminal) error {
	for flag, path := range map[string]string{"--in": c.In, "--out": c.Out} {
		if !strings.EqualFold(filepath.Ext(path), ".npz") {
			return hint.Input("impute reads and writes .npz", "%s %s: not an .npz file", flag, path)
		}
	}
	run, fields, err := c.start(term)
	if err != nil {
		return err
	}
	defer run.Close()
	file, err := npz.ReadFile(c.In)
	if err != nil {
		return err
	}
	corpus, err := dataset.FromArrays(c.In, file, fields)
	if err != nil {
		return err
	}
	options, bar, err := c.watch(term, corpus)
	if err != nil {
		return err
	}
	imputed, err := run.Impute(ctx, corpus, options)
	bar.close()
	if err != nil {
		return err
	}
	filled := fill(file, fields, corpus.Dims, imputed)
	if err := file.WriteFile(c.Out); err != nil {
		return err
	}
	fmt.Fprintf(term.out, "%s: filled %d of %d cells\n", c.Out, filled, erc.NumModalities*len(imputed))
	return nil
}

// fill puts the imputed rows into the file's arrays and returns how many cells
// were holes.
func fill(file *npz.File, fields dataset.Fields, dims [erc.NumModalities]int, imputed []gsdnet.Imputed) int {
	n, filled := len(imputed), 0
	observed := make([]uint8, erc.NumModalities*n)
	for _, m := range erc.Modalities {
		features, deviation := make([]float32, n*dims[m]), make([]float32, n*dims[m])
		for _, u := range imputed {
			copy(features[u.Row*dims[m]:], u.Features[m])
			copy(deviation[u.Row*dims[m]:], u.Deviation[m])
			if u.Present.Has(m) {
				observed[u.Row*erc.NumModalities+int(m)] = 1
			} else {
				filled++
			}
		}
		name := fields.Features(m)
		file.Set(name, npz.From(features, n, dims[m]))
		file.Set(name+"_sd", npz.From(deviation, n, dims[m]))
	}
	if name := fields.Resolved().Present; file.Get(name) != nil {
		all := make([]uint8, erc.NumModalities*n)
		for i := range all {
			all[i] = 1
		}
		file.Set(name, npz.From(all, n, erc.NumModalities))
	}
	file.Set("observed", npz.From(observed, n, erc.NumModalities))
	return filled
}
