package experiment

import (
	"fmt"

	"gsdnet/missing"
	"gsdnet/rundir"
)

// cells lays the grid out, data set by data set, model by model.
func (g *Grid) cells() ([]cell, error) {
	var out []cell
	for i := range g.Datasets {
		for _, protocol := range g.Protocols {
			points, err := g.points(protocol)
			if err != nil {
				return nil, err
			}
			for _, v := range g.variants {
				for _, p := range points {
					some, err := g.cellsAt(&g.Datasets[i], v, p)
					if err != nil {
						return nil, err
					}
					out = append(out, some...)
				}
			}
		}
	}
	return out, nil
}

// cellsAt lists the cells that differ in their seeds and in what they are trained on.
func (g *Grid) cellsAt(d *Dataset, v variant, p point) ([]cell, error) {
	var out []cell
	for _, r := range g.reductions() {
		for _, seed := range g.Seeds {
			c, err := g.cell(d, v, p, seed)
			if err != nil {
				return nil, err
			}
			r.apply(&c, g.Folds)
			out = append(out, c)
		}
	}
	return out, nil
}

// point is what one run is trained for and evaluated under.
type point struct {
	missing missing.Settings
	rules   []missing.Rule
}

// points returns the trainings of a protocol: one, or one a rule.
func (g *Grid) points(protocol string) ([]point, error) {
	m := missing.Settings{Protocol: protocol, Family: g.Family, Seed: g.MaskSeed}
	var each []point
	mixed := point{missing: m}
	mixed.missing.Rate = trainMixed
	if _, err := missing.Lookup(protocol); err != nil {
		return nil, err
	}
	for _, rate := range g.Points[protocol] {
		m.Rate = rate
		rules, err := m.Rules()
		if err != nil {
			return nil, err
		}
		each = append(each, point{m, rules})
		mixed.rules = append(mixed.rules, rules...)
	}
	switch g.Training {
	case trainEach:
		return each, nil
	case trainComplete, trainEvery:
		mixed.missing.Rate = g.Training
	}
	return []point{mixed}, nil
}

// cell resolves one run's settings: the defaults, the grid's, the variant's.
func (g *Grid) cell(d *Dataset, v variant, p point, seed uint64) (cell, error) {
	config := rundir.DefaultConfig()
	for _, tables := range []map[string]any{g.tables, v.tables} {
		if err := apply(config, g.path, tables); err != nil {
			return cell{}, err
		}
	}
	config.Model, config.Data, config.Missing, config.Train.Seed = v.model, d.Fields, p.missing, seed
	id := Identity{
		Dataset: d.Name, Protocol: p.rules[0].Kind(), Variant: v.name, Model: v.model,
		Training: trainedFor(p), Seed: seed,
	}
	return cell{Identity: id, Config: config, Rules: p.rules, data: d}, nil
}

// trainedFor names a training plainly: {t,a} is ta, 0 is 0.0.
func trainedFor(p point) string {
	switch p.missing.Rate {
	case trainMixed, trainComplete, trainEvery:
		return fmt.Sprint(p.missing.Rate)
	}
	return p.rules[0].Point
}
