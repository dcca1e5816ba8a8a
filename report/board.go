package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/missing"
	"gsdnet/model"
)

// board is a data set under a protocol, with the methods that were tested on the same
// masks.
type board struct {
	dataset, protocol string
	condition         condition        // how its cells were trained and tested
	printed           string           // data set of the paper whose figures stand beside it; empty for none
	split             string           // that was evaluated
	kind              missing.Protocol // declaration of the protocol
	rules             []string         // in the protocol's order
	methods           []*method
	constants         []infer.MaskResult
	finished          int                   // cells of it
	missing           []experiment.Identity // cells of it that are not finished

	// Of a board whose ablated methods are left out (withoutAblated):
	whole     *board      // with all methods
	groups    [][]*method // what is left out, and what it compares with
	distances []distance  // made once, for a table and for figures
}

// method is a variant as it was trained, with all its seeds.
type method struct {
	name, model string
	settings    map[string]any
	trials      map[uint64]*trial
}

// trial is a method with one seed. It has its results by rule, from one run, or from
// several if a model was trained for each rate.
type trial struct {
	cells    map[string]*infer.MaskResult
	compared map[int]map[string]*infer.MaskResult // by number of samples
	runs     []*run
}

// seeds lists the seeds of a method, in order.
func (m *method) seeds() []uint64 { return slices.Sorted(maps.Keys(m.trials)) }

// boards sorts the runs of a sweep by data set and protocol.
func (s *sweep) boards() ([]*board, error) {
	byName := map[string]*board{}
	first := s.runs[0]
	for _, r := range s.runs {
		if r.Split != first.Split {
			return nil, fault.Input("keep runs that were evaluated on different splits in different folders",
				"%s is on the %s split, %s on %s", first.dir, first.Split, r.dir, r.Split)
		}
		key := boardKey(*r.Cell)
		if byName[key] == nil {
			kind, known := missing.OfKind(r.Cell.Protocol)
			if !known {
				return nil, fault.Input("report it with the version of gsdnet that evaluated it", "%s: protocol %q is not known", r.dir, r.Cell.Protocol)
			}
			byName[key] = &board{dataset: r.Cell.Dataset, printed: s.printed[r.Cell.Dataset], protocol: r.Cell.Protocol, condition: conditionOf(*r.Cell), kind: kind, split: r.Split, constants: r.Result.Constants}
		}
		if err := byName[key].add(r); err != nil {
			return nil, err
		}
	}
	for _, id := range s.missing {
		if b := byName[boardKey(id)]; b != nil {
			b.missing = append(b.missing, id)
		}
	}
	var out []*board
	for _, key := range slices.Sorted(maps.Keys(byName)) {
		b := byName[key]
		if err := b.pool(); err != nil {
			return nil, err
		}
		if len(b.methods) == 0 {
			continue // not one model is finished on all folds
		}
		b.order()
		out = append(out, b)
	}
	if len(out) == 0 {
		return nil, fault.Input("give the sweep again, which goes on where it stopped", "no cell of the sweep is finished on all folds: %d are missing", len(s.missing))
	}
	return out, nil
}

// add adds a run.
func (b *board) add(r *run) error {
	if err := b.belongs(r); err != nil {
		return err
	}
	b.finished++
	name := r.Cell.Variant
	if forPoint(*r.Cell) {
		name += " (a model a rate)"
	}
	at := slices.IndexFunc(b.methods, func(m *method) bool { return m.name == name })
	if at < 0 {
		at = len(b.methods)
		b.methods = append(b.methods, &method{name: name, model: r.Cell.Model, settings: r.settings, trials: map[uint64]*trial{}})
	}
	m := b.methods[at]
	if m.trials[r.Cell.Seed] == nil {
		m.trials[r.Cell.Seed] = &trial{cells: map[string]*infer.MaskResult{}, compared: map[int]map[string]*infer.MaskResult{}}
	}
	return m.trials[r.Cell.Seed].add(r)
}

// belongs returns an error if the data of a run are not those of the board, if its masks
// for the same rules differ, or if its number of completions is not that of the same
// variant with other seeds.
func (b *board) belongs(r *run) error {
	for _, m := range b.methods {
		for _, t := range m.trials {
			for _, other := range t.runs {
				switch {
				case other.DataHash != r.DataHash:
					return fault.Input("keep runs on different data in different folders, or name the data sets differently",
						"%s and %s are on different data", other.dir, r.dir)
				case other.Cell.Variant == r.Cell.Variant && other.Samples != r.Samples:
					return fault.Input("give the sweep again, which evaluates all cells alike",
						"%s was evaluated with %d completions, %s with %d", other.dir, other.Samples, r.dir, r.Samples)
				case other.Cell.Fold == r.Cell.Fold && other.MaskHash != r.MaskHash && slices.Equal(rulesOf(other), rulesOf(r)):
					return fault.Input("give the sweep again, which evaluates all cells alike", "%s and %s were evaluated under different masks", other.dir, r.dir)
				}
			}
		}
	}
	return nil
}

func rulesOf(r *run) []string {
	var out []string
	for i := range r.Result.Cells {
		out = append(out, r.Result.Cells[i].Rule)
	}
	return out
}

// add adds a run. Two runs with the same seed and rule are an error.
func (t *trial) add(r *run) error {
	for _, other := range t.runs {
		if *other.Cell == *r.Cell {
			return fault.Input("keep copies of a sweep outside of its folder", "%s and %s are the same cell", other.dir, r.dir)
		}
	}
	t.runs = append(t.runs, r)
	if r.Cell.Folds != 0 {
		return nil // pool adds the cells when all folds are there
	}
	for i := range r.Result.Cells {
		c := &r.Result.Cells[i]
		if t.cells[c.Rule] != nil {
			return fault.Input("keep copies of a sweep outside of its folder", "%s and %s are the same cell", t.runs[0].dir, r.dir)
		}
		t.cells[c.Rule] = c
	}
	for _, c := range r.Compare {
		if t.compared[c.Samples] == nil {
			t.compared[c.Samples] = map[string]*infer.MaskResult{}
		}
		for i := range c.Result.Cells {
			t.compared[c.Samples][c.Result.Cells[i].Rule] = &c.Result.Cells[i]
		}
	}
	return nil
}

// modelOrder returns the place of a model in tables. Models that are not registered have the
// last place.
func modelOrder(name string) int {
	kind, err := model.Lookup(name)
	if err != nil {
		return math.MaxInt
	}
	return kind.Order
}

// order sorts rules and methods as tables show them.
func (b *board) order() {
	have := map[string]bool{}
	for _, m := range b.methods {
		for _, t := range m.trials {
			for rule := range t.cells {
				have[rule] = true
			}
		}
	}
	for _, rule := range missing.AllRules() {
		if have[rule.String()] {
			b.rules = append(b.rules, rule.String())
		}
	}
	slices.SortStableFunc(b.methods, func(x, y *method) int {
		return cmp.Or(cmp.Compare(modelOrder(x.model), modelOrder(y.model)), cmp.Compare(len(x.name), len(y.name)), strings.Compare(x.name, y.name))
	})
}

// point returns the name of a rule without its protocol, such as 0.3 or {t,v}.
func point(rule string) string { return rule[strings.LastIndex(rule, " ")+1:] }

// title returns the name of a board in headings.
func (b *board) title() string {
	if b.split == erc.Valid.String() {
		return fmt.Sprintf("%s, %s missing%s, on the validation split", b.dataset, b.protocol, b.condition.title())
	}
	return fmt.Sprintf("%s, %s missing%s", b.dataset, b.protocol, b.condition.title())
}
