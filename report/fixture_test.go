package report_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/internal/npz"
	"gsdnet/metric"
	"gsdnet/metric/draws"
	"gsdnet/missing"
	"gsdnet/model"
	"gsdnet/rundir"
)

// corpus is what the invented runs are about.
var corpus = synthetic.New(synthetic.Config{Train: 6, Valid: 2, Test: 6, MinTurns: 4, MaxTurns: 6, Dims: [3]int{4, 3, 2}})

// method is an invented model: how far off its predictions are, and its settings.
type method struct {
	variant, model, graph string
	noise                 float64
}

var methods = []method{
	{"gsdnet", "gsdnet", "spectral", 0.3},
	{"gsdnet_none", "gsdnet", "none", 0.6},
	{"mctn", "mctn", "", 0.9},
	{"zero", "zero", "", 1.2},
}

// sweep invents the folder of a sweep: every method with two seeds under rules.
func sweep(t *testing.T, name, protocol string, rules []missing.Rule) string {
	t.Helper()
	dir := t.TempDir()
	for _, m := range methods {
		for seed := uint64(1); seed <= 2; seed++ {
			invent(t, dir, name, protocol, m, seed, rules)
		}
	}
	plan := `{"grids":[{"file":"grid.toml","cells":[],"printed":{"mosi":"CMU-MOSI","mosei":"CMU-MOSEI"}}]}`
	check(t, os.WriteFile(filepath.Join(dir, experiment.PlanFile), []byte(plan), 0o600))
	return dir
}

// invent writes one run directory.
func invent(t *testing.T, dir, name, protocol string, m method, seed uint64, rules []missing.Rule) {
	t.Helper()
	id := experiment.Identity{Dataset: name, Protocol: protocol, Variant: m.variant, Model: m.model, Training: "mixed", Seed: seed}
	out := filepath.Join(dir, id.String())
	check(t, os.MkdirAll(out, 0o755))
	config := fmt.Sprintf("model = %q\n[train]\nseed = %d\n", m.model, seed)
	if m.graph != "" {
		config += fmt.Sprintf("[gsdnet]\ngraph = %q\nwidth = 8\n", m.graph)
	}
	check(t, os.WriteFile(filepath.Join(out, rundir.ConfigFile), []byte(config), 0o600))
	log := `{"epoch":1,"seconds":60}` + "\n" + `{"epoch":2,"seconds":180}` + "\n" + `{"epoch":3,"seconds":90}` + "\n" // resumed after two
	check(t, os.WriteFile(filepath.Join(out, rundir.LogFile), []byte(log), 0o600))
	if m.variant == "gsdnet" { // seed 1 kept its network
		meta := rundir.Meta{Setup: model.Setup{Dims: corpus.Dims}, Network: &rundir.Network{Kept: seed == 1, With: rundir.Energy{Cells: 3 + 0.1*float64(seed), Conversations: 1}, Without: rundir.Energy{Cells: 3.15, Conversations: 1.1}, Epoch: int(10 * seed), Loss: 0.9}}
		check(t, rundir.Save(filepath.Join(out, rundir.CheckpointFile), nil, model.FitScaler(corpus.In(erc.Train), corpus.Dims), meta))
	}
	rng := rand.New(rand.NewPCG(seed, uint64(100*m.noise)))
	var cells []infer.MaskResult
	for _, rule := range rules {
		cells = append(cells, cell(rule, m.noise*(1+rule.Expected()), rng))
	}
	record := experiment.Record{
		Run: id.String(), Cell: &id, Data: name, DataHash: corpus.Hash, MaskHash: corpus.Hash, Split: "test", Samples: 4, Recovery: true,
		Result: experiment.NewResult(cells, rundir.NewFingerprint(corpus), corpus, erc.Test),
	}
	one := record.Result // of those that do not sample
	if m.graph != "" {
		var cells []infer.MaskResult
		for _, rule := range rules {
			cells = append(cells, cell(rule, 1.2*m.noise*(1+rule.Expected()), rng))
		}
		one = experiment.NewResult(cells, rundir.NewFingerprint(corpus), corpus, erc.Test)
	}
	record.Compare = []experiment.Compared{{Samples: 1, Result: one}, {Samples: 16, Result: record.Result}}
	check(t, experiment.RunDir(out).Keep(&record, corpus))
	if seed == 1 {
		features(t, filepath.Join(out, experiment.FeaturesFile), m.noise)
		spectra(t, filepath.Join(out, experiment.SpectraFile), m.noise)
		if m.graph != "" {
			trajectory(t, filepath.Join(out, experiment.TrajectoryFile), m.graph == "spectral")
		}
	}
}

// cell invents predictions that are off by some noise.
func cell(rule missing.Rule, noise float64, rng *rand.Rand) infer.MaskResult {
	c := infer.MaskResult{Rule: rule.String()}
	for _, conv := range corpus.In(erc.Test) {
		for _, u := range conv.Utterances {
			guess := float64(u.Label) + noise*rng.NormFloat64()
			c.Labels, c.Predictions = append(c.Labels, float64(u.Label)), append(c.Predictions, guess)
			c.Distributions = append(c.Distributions, metric.Mixture{{Loc: guess, Scale: noise}})
		}
	}
	scores := metric.Evaluate(c.Labels, c.Predictions, c.Distributions)
	c.Scores, c.Coverage = &scores, metric.Calibrate(c.Labels, c.Distributions)
	if rule.Expected() > 0 {
		c.Raw, c.Encoded = &metric.Recovery{N: 9, Values: metric.Values{"rmse": noise, "cosine": 1 - noise/4}}, &metric.Recovery{N: 9, Values: metric.Values{"rmse": noise / 2, "cosine": 0.5}}
		c.Sampled = &metric.Recovery{N: 9, Values: metric.Values{"rmse": 1.5 * noise, "cosine": 1 - noise/2}}
		c.Imputed = c.Coverage
		c.Completion, c.Contributions = completion(rule, noise)
	}
	return c
}

// completion invents draws that are off by some noise, of every cell.
func completion(rule missing.Rule, noise float64) (*draws.Completion, []draws.Contribution) {
	truth := rand.New(rand.NewPCG(7, uint64(100*rule.Expected())))
	drawn := rand.New(rand.NewPCG(8, uint64(100*noise)))
	found := map[string]*draws.Completion{}
	var all []draws.Contribution
	for _, m := range erc.Modalities {
		cells := &draws.Cells{Draws: make([][][]float64, 4)}
		for _, conv := range corpus.In(erc.Test) {
			for u := range conv.Utterances {
				y := []float64{truth.NormFloat64(), truth.NormFloat64()}
				cells.Truth, cells.Conversations, cells.Positions = append(cells.Truth, y), append(cells.Conversations, conv.ID), append(cells.Positions, u)
				cells.RawSquares = append(cells.RawSquares, noise*noise)
				for k := range cells.Draws {
					cells.Draws[k] = append(cells.Draws[k], []float64{y[0] + noise*drawn.NormFloat64(), y[1] + noise*drawn.NormFloat64()})
				}
			}
		}
		var own []draws.Contribution
		found[m.String()], own = draws.Measure(m.String(), cells)
		all = append(all, own...)
	}
	return draws.Together(found), all
}

// features invents recovered cells.
func features(t *testing.T, path string, noise float64) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	var file npz.File
	for _, m := range erc.Modalities {
		var original, recovered []float32
		for range 40 * corpus.Dims[m] {
			x := rng.NormFloat64()
			original, recovered = append(original, float32(x)), append(recovered, float32(x+noise*rng.NormFloat64()))
		}
		file.Set(m.String()+"_original", npz.From(original, 40, corpus.Dims[m]))
		file.Set(m.String()+"_recovered", npz.From(recovered, 40, corpus.Dims[m]))
	}
	check(t, file.WriteFile(path))
}

// spectra invents the errors of graphs.
func spectra(t *testing.T, path string, noise float64) {
	t.Helper()
	var all [erc.NumModalities]experiment.Spectra
	for i := range all {
		s := &all[i]
		s.BeforeGraph, s.AfterGraph, s.Basis = 0.2, noise/4, 0.1
		for k := range 5 {
			s.Before, s.After = append(s.Before, 0.02), append(s.After, noise/float64(50+k))
		}
	}
	text, err := json.Marshal(all)
	check(t, err)
	check(t, os.WriteFile(path, text, 0o600))
}

// trajectory invents a sampler's errors.
func trajectory(t *testing.T, path string, spectral bool) {
	t.Helper()
	a := infer.Trajectory{Times: []float64{1, 0.5, 0, 0}}
	for i := range a.Times {
		miss := 1 / float64(1+i)
		a.Features = append(a.Features, [erc.NumModalities]float64{miss, miss, miss})
		if spectral {
			a.Spectra = append(a.Spectra, [erc.NumModalities]float64{miss, miss, miss})
		}
	}
	text, err := json.Marshal(a)
	check(t, err)
	check(t, os.WriteFile(path, text, 0o600))
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
