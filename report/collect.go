package report

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/internal/hint"
	"gsdnet/missing"
	"gsdnet/train"
)

// run is a finished run directory of a sweep.
type run struct {
	*experiment.Record
	dir      string
	settings map[string]any // config.toml
}

// collect reads every run of a sweep under a folder, by name.
func collect(dir string) ([]run, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, hint.Input("give the --out folder of gsdnet sweep", "%w", err)
	}
	var out []run
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || entry.Name() != train.MetricsFile {
			return err
		}
		r, err := readRun(filepath.Dir(path))
		if err != nil || r.Cell == nil {
			return err // without a cell it is no run of a sweep
		}
		out = append(out, r)
		return nil
	})
	if err == nil && len(out) == 0 {
		err = hint.Input("give the --out folder of gsdnet sweep, with a finished cell in it", "%s: no evaluated cells", dir)
	}
	return out, err
}

func readRun(dir string) (run, error) {
	record, err := experiment.ReadRecord(dir)
	if err != nil {
		return run{}, err
	}
	r := run{Record: record, dir: dir}
	path := filepath.Join(dir, train.ConfigFile)
	text, err := os.ReadFile(path)
	if err == nil {
		err = toml.Unmarshal(text, &r.settings)
	}
	if err != nil {
		return run{}, hint.Input("give the sweep again, or delete the run", "%s: %w", path, err)
	}
	return r, nil
}

// board is a data set under a protocol: methods side by side on the same masks.
type board struct {
	dataset, protocol string
	split             string   // that was evaluated
	rules             []string // in the protocol's order
	methods           []*method
	constants         []train.Cell
}

// method is a variant as it was trained, over its seeds.
type method struct {
	name, model string
	settings    map[string]any
	trials      map[uint64]*trial
}

// trial is a method with one seed: its cells by rule, from one run or, trained
// rate by rate, from several.
type trial struct {
	cells    map[string]*train.Cell
	compared map[int]map[string]*train.Cell // by number of samples
	samples  int
	runs     []run
}

// seeds lists the seeds of a method, in order.
func (m *method) seeds() []uint64 { return slices.Sorted(maps.Keys(m.trials)) }

// boards sorts runs by data set and protocol.
func boards(runs []run) ([]*board, error) {
	byName := map[string]*board{}
	for _, r := range runs {
		if r.Split != runs[0].Split {
			return nil, hint.Input("keep runs that were evaluated on different splits in different folders",
				"%s is on the %s split, %s on %s", runs[0].dir, runs[0].Split, r.dir, r.Split)
		}
		key := r.Cell.Dataset + "\x00" + r.Cell.Protocol
		if byName[key] == nil {
			byName[key] = &board{dataset: r.Cell.Dataset, protocol: r.Cell.Protocol, split: r.Split, constants: r.Result.Constants}
		}
		if err := byName[key].add(r); err != nil {
			return nil, err
		}
	}
	var out []*board
	for _, key := range slices.Sorted(maps.Keys(byName)) {
		b := byName[key]
		b.order()
		out = append(out, b)
	}
	return out, nil
}

// add takes in a run; one whose data are others than the board's does not
// belong beside them.
func (b *board) add(r run) error {
	name := r.Cell.Variant
	if r.Cell.Training != experiment.TrainMixed {
		name += " (a model a rate)"
	}
	if len(b.methods) > 0 {
		for _, t := range b.methods[0].trials {
			if t.runs[0].DataHash != r.DataHash {
				return hint.Input("keep runs on different data in different folders, or name the data sets differently",
					"%s and %s are on different data", t.runs[0].dir, r.dir)
			}
		}
	}
	at := slices.IndexFunc(b.methods, func(m *method) bool { return m.name == name })
	if at < 0 {
		at = len(b.methods)
		b.methods = append(b.methods, &method{name: name, model: r.Cell.Model, settings: r.settings, trials: map[uint64]*trial{}})
	}
	m := b.methods[at]
	if m.trials[r.Cell.Seed] == nil {
		m.trials[r.Cell.Seed] = &trial{cells: map[string]*train.Cell{}, compared: map[int]map[string]*train.Cell{}, samples: r.Samples}
	}
	m.trials[r.Cell.Seed].add(r)
	return nil
}

func (t *trial) add(r run) {
	t.runs = append(t.runs, r)
	for i := range r.Result.Cells {
		t.cells[r.Result.Cells[i].Rule] = &r.Result.Cells[i]
	}
	for _, c := range r.Compare {
		if t.compared[c.Samples] == nil {
			t.compared[c.Samples] = map[string]*train.Cell{}
		}
		for i := range c.Result.Cells {
			t.compared[c.Samples][c.Result.Cells[i].Rule] = &c.Result.Cells[i]
		}
	}
}

// precedence is the order of models in tables: what a sceptic would try first,
// then the paper's baselines as it lists them, then the paper's model, then
// whatever else there is.
var precedence = []string{"zero", "mean", "regression", "mctn", "mmin", "gcnet", "dicmor", "imder", "gsdnet"}

func rank(model string) int {
	if at := slices.Index(precedence, model); at >= 0 {
		return at
	}
	return len(precedence)
}

// order puts rules and methods in the order of tables.
func (b *board) order() {
	have := map[string]bool{}
	for _, m := range b.methods {
		for _, t := range m.trials {
			for rule := range t.cells {
				have[rule] = true
			}
		}
	}
	known := append(missing.RandomRules(""), missing.RandomRules(missing.Batch)...)
	for _, rule := range append(known, missing.FixedRules()...) {
		if have[rule.String()] {
			b.rules = append(b.rules, rule.String())
		}
	}
	slices.SortStableFunc(b.methods, func(x, y *method) int {
		return cmp.Or(cmp.Compare(rank(x.model), rank(y.model)), cmp.Compare(len(x.name), len(y.name)), strings.Compare(x.name, y.name))
	})
}

// point is a rule's name without its protocol's: 0.3, {t,v}.
func point(rule string) string { return rule[strings.LastIndex(rule, " ")+1:] }

// title names a board in headings.
func (b *board) title() string {
	if b.split == erc.Valid.String() {
		return fmt.Sprintf("%s, %s missing, on the validation split", b.dataset, b.protocol)
	}
	return fmt.Sprintf("%s, %s missing", b.dataset, b.protocol)
}
