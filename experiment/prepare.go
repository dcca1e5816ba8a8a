package experiment

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/internal/interrupt"
	"gsdnet/missing"
	"gsdnet/model"
	"gsdnet/rundir"
)

// Prepare opens the data of a grid, freezes its masks in out, lays out its
// cells and lists them there (PlanFile). Whatever is wrong with any cell is found
// here, before one starts. A data set's path is relative to dataDir.
func (g *Grid) Prepare(ctx context.Context, dataDir, out string) (*Sweep, error) {
	cells, err := g.cells()
	if err != nil {
		return nil, err
	}
	for i := range g.Datasets {
		if err := interrupt.Run(ctx, func() error { return g.Datasets[i].open(dataDir) }); err != nil {
			return nil, fmt.Errorf("%s: data set %q: %w", g.path, g.Datasets[i].Name, err)
		}
	}
	for _, c := range cells {
		if err := c.check(out); err != nil {
			return nil, fmt.Errorf("%s: %w", g.path, err)
		}
	}
	if err := g.freeze(cells, out); err != nil {
		return nil, err
	}
	if err := keepPlan(out, g, cells); err != nil {
		return nil, err
	}
	s := &Sweep{Out: out, dataDir: dataDir, corpora: map[corpusKey]*erc.Corpus{}}
	for i := range cells {
		spec, err := g.spec(&cells[i])
		if err != nil {
			return nil, err
		}
		s.Cells = append(s.Cells, spec)
		s.corpora[corpusKey{cells[i].data.Path, cells[i].data.Fields}] = cells[i].data.corpus
	}
	return s, nil
}

// open reads the corpus.
func (d *Dataset) open(dataDir string) (err error) {
	d.corpus, err = openCorpus(dataDir, d.Path, d.Fields)
	return err
}

// check refuses settings that the model does not take, and a run directory that
// was begun with others.
func (c *cell) check(out string) error {
	kind, err := model.Lookup(c.Model)
	if err != nil {
		return err
	}
	corpus := c.data.corpus
	setup := model.Setup{Dims: corpus.Dims, Task: corpus.Task, NumClasses: corpus.NumClasses}
	if _, err := kind.New(c.Config.Settings[c.Model], setup); err != nil {
		return fmt.Errorf("model %q: %w", c.Variant, err)
	}
	resolved, err := c.Config.Resolved()
	if err != nil {
		return err
	}
	dir := filepath.Join(out, c.String())
	old, err := os.ReadFile(filepath.Join(dir, rundir.ConfigFile))
	if err == nil && !bytes.Equal(old, resolved) {
		return fault.Input("name another --out, or delete the run", "%s was begun with other settings", dir)
	}
	return nil
}

// freeze draws the masks of every data set into the sweep's folder; masks
// that are there already must be the same.
func (g *Grid) freeze(cells []cell, out string) error {
	for i := range g.Datasets {
		d := &g.Datasets[i]
		d.masks = map[string]missing.Mask{}
		var all []missing.Mask
		for _, c := range cells {
			for _, rule := range c.Rules {
				if _, drawn := d.masks[rule.String()]; drawn || c.Dataset != d.Name {
					continue
				}
				mask, err := missing.Freeze(d.corpus, g.Split, rule, g.MaskSeed)
				if err != nil {
					return err
				}
				d.masks[rule.String()] = mask
				all = append(all, mask)
			}
		}
		dir := filepath.Join(out, MaskDir, d.Name)
		if err := missing.Write(dir, all); err != nil {
			return err
		}
		if err := keepAudits(dir, all, d.corpus.In(g.Split)); err != nil {
			return err
		}
	}
	return nil
}

// masks are the frozen masks a cell is evaluated under.
func (c *cell) masks() []missing.Mask {
	out := make([]missing.Mask, len(c.Rules))
	for i, rule := range c.Rules {
		out[i] = c.data.masks[rule.String()]
	}
	return out
}
