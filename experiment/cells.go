package experiment

import (
	"fmt"
	"strings"

	"gsdnet/missing"
	"gsdnet/rundir"
)

// cells lays the grid out, data set by data set, model by model.
func (g *Grid) cells() ([]Cell, error) {
	var out []Cell
	for i := range g.Datasets {
		for _, protocol := range g.Protocols {
			points, err := g.points(protocol)
			if err != nil {
				return nil, err
			}
			for _, v := range g.Variants {
				for _, p := range points {
					for _, seed := range g.Seeds {
						c, err := g.cell(&g.Datasets[i], v, p, seed)
						if err != nil {
							return nil, err
						}
						out = append(out, c)
					}
				}
			}
		}
	}
	return out, nil
}

// point is what one run is trained for and evaluated under.
type point struct {
	missing rundir.Missing
	rules   []missing.Rule
}

// points returns the trainings of a protocol: one, or one a rule.
func (g *Grid) points(protocol string) ([]point, error) {
	m := rundir.Missing{Protocol: protocol, Family: g.Family, Seed: g.MaskSeed}
	asked := texts(g.Rates)
	if missing.Protocol(protocol) == missing.Fixed {
		asked = g.Patterns
	}
	var each []point
	mixed := point{missing: m}
	mixed.missing.Rate = TrainMixed
	for _, rate := range asked {
		m.Rate = rate
		rules, err := m.Rules()
		if err != nil {
			return nil, err
		}
		each = append(each, point{m, rules})
		mixed.rules = append(mixed.rules, rules...)
	}
	if g.Training == TrainEach {
		return each, nil
	}
	return []point{mixed}, nil
}

// cell resolves one run's settings: the defaults, the grid's, the variant's.
func (g *Grid) cell(d *Dataset, v Variant, p point, seed uint64) (Cell, error) {
	config := rundir.DefaultConfig()
	for _, tables := range []map[string]any{g.tables, v.tables} {
		if err := apply(config, g.path, tables); err != nil {
			return Cell{}, err
		}
	}
	config.Model, config.Data, config.Missing, config.Train.Seed = v.Model, d.Fields, p.missing, seed
	protocol := p.missing.Protocol
	if protocol == string(missing.Random) && p.missing.Family != string(missing.Independent) {
		protocol += "-" + p.missing.Family
	}
	id := Identity{
		Dataset: d.Name, Protocol: protocol, Variant: v.Name, Model: v.Model,
		Training: trainedFor(p), Seed: seed,
	}
	return Cell{Identity: id, Config: config, Rules: p.rules, data: d}, nil
}

// trainedFor names a training plainly: {t,a} is ta, 0 is 0.0.
func trainedFor(p point) string {
	switch {
	case p.missing.Rate == TrainMixed:
		return TrainMixed
	case p.rules[0].Protocol == missing.Fixed:
		return strings.NewReplacer("{", "", "}", "", ",", "").Replace(p.rules[0].Pattern.String())
	}
	return fmt.Sprintf("%.1f", p.rules[0].Rate)
}
