package experiment

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/internal/interrupt"
	"gsdnet/model"
	"gsdnet/rundir"
)

// Prepare opens the data of a grid, draws its masks and lays out its cells. Whatever is
// wrong with any cell is found here, before one starts. A data set's path is relative to
// dataDir. Prepare writes nothing: Sweep.Begin does.
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
	for i := range cells {
		c := &cells[i]
		if c.corpus, err = c.data.withSplits(c.Config.Data); err != nil {
			return nil, fmt.Errorf("%s: data set %q: %w", g.path, c.data.Name, err)
		}
		if err := c.check(out); err != nil {
			return nil, fmt.Errorf("%s: %w", g.path, err)
		}
	}
	masks, err := g.freeze(cells, out)
	if err != nil {
		return nil, err
	}
	s := &Sweep{Out: out, dataDir: dataDir, corpora: map[corpusKey]*erc.Corpus{}, masks: masks, plan: g.plan(cells)}
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

// withSplits returns the corpus with the splits of the fold that the fields name, the same
// corpus for all cells of a fold.
func (d *Dataset) withSplits(fields dataset.Fields) (*erc.Corpus, error) {
	if c := d.folds[fields.Fold]; c != nil {
		return c, nil
	}
	c, err := withSplits(d.corpus, d.Path, fields)
	if d.folds == nil {
		d.folds = map[int]*erc.Corpus{}
	}
	d.folds[fields.Fold] = c
	return c, err
}

// check refuses settings that the model does not take, and a run directory that
// was begun with others.
func (c *cell) check(out string) error {
	kind, err := model.Lookup(c.Model)
	if err != nil {
		return err
	}
	corpus := c.corpus
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
