package report

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/internal/count"
	"gsdnet/internal/tsne"
	"gsdnet/metric"
	"gsdnet/missing"
	"gsdnet/report/figure"
)

// named is a figure with the name of its files and what it shows.
type named struct {
	name, caption string
	figure.Figure
}

// accented is the model that the pictures are about.
const accented = "gsdnet"

// curves are the figures of a data set under a protocol whose points are numbers on
// an axis: measures against them, differences to the accented model, and imputation
// errors.
func curves(ctx context.Context, b *board) ([]named, error) {
	if b.kind.Axis == "" {
		return nil, nil
	}
	var out []named
	for _, m := range b.predictedAndMain(metric.InRate) {
		rules := b.rulesWith(m)
		if len(rules) < 2 {
			continue
		}
		kind := "against the " + b.kind.Axis
		if m.Recover != nil {
			kind = "of recovered features against the " + b.kind.Axis
		}
		caption := fmt.Sprintf("%s %s, %s. Whiskers are ± one standard deviation over seeds.", m.Heading, kind, b.dataset)
		out = append(out, named{"rate-" + b.id() + "-" + m.Key, caption, b.rateChart(m, rules)})
	}
	for _, m := range experiment.Measures() {
		if !m.Main || m.Recover != nil {
			continue
		}
		chart, reference, err := b.differenceChart(ctx, m, b.rulesWith(m))
		if err != nil {
			return nil, err
		}
		if chart != nil {
			out = append(out, named{"difference-" + b.id() + "-" + m.Key, fmt.Sprintf("%s less that of %s, %[3]s by %[3]s, %[4]s. "+
				"Whiskers are 95 %% paired bootstrap intervals over conversations: one that is clear of zero is a difference.", m.Heading, reference, b.kind.Point, b.dataset), chart})
		}
	}
	return out, nil
}

// id names a board in files.
func (b *board) id() string {
	if b.protocol == missing.Default {
		return b.dataset
	}
	return b.dataset + "-" + b.protocol
}

// shown names the point at which a sweep keeps recovered features: "rate 0.5".
func (b *board) shown() string { return b.kind.Point + " " + b.kind.Shown }

// scale is what an axis multiplies a measure by.
func scale(m experiment.Measure) float64 {
	if m.Percent {
		return 100
	}
	return 1
}

func rateOf(rule string) float64 {
	x, err := strconv.ParseFloat(point(rule), 64)
	if err != nil {
		return math.NaN()
	}
	return x
}

// rateChart is a measure against the missing rate, one line a model.
func (b *board) rateChart(m experiment.Measure, rules []string) *figure.Chart {
	chart := &figure.Chart{Title: b.dataset + ": " + m.Heading, X: b.kind.Axis, Y: m.Unit()}
	s := &sheet{}
	for _, rule := range rules {
		s.columns = append(s.columns, column{measure: m, of: at(m, rule)})
	}
	s.fill(b.methods)
	alike := equalTrials(b.methods)
	for i, method := range b.methods {
		line := figure.Series{Name: method.name, Accent: method.name == accented}
		if !alike {
			line.Name += " (" + count.Of(len(method.trials), "seed") + ")"
		}
		for k, e := range s.rows[i].entries {
			line.X, line.Y = append(line.X, rateOf(rules[k])), append(line.Y, scale(m)*e.mean)
			line.Low, line.High = append(line.Low, scale(m)*(e.mean-e.sd)), append(line.High, scale(m)*(e.mean+e.sd))
		}
		chart.Series = append(chart.Series, line)
	}
	return chart
}

// differenceChart is every model's measure less the accented one's, rate by rate;
// nil where there is no such model to compare with.
func (b *board) differenceChart(ctx context.Context, m experiment.Measure, rules []string) (*figure.Chart, string, error) {
	reference := b.reference()
	if reference < 0 || len(rules) < 2 {
		return nil, "", nil
	}
	name := b.methods[reference].name
	chart := &figure.Chart{
		Title: b.dataset + ": " + m.Heading + " less that of " + name, X: b.kind.Axis, Y: "difference in " + m.Unit(), Zero: true,
	}
	series := make([]figure.Series, len(b.methods))
	for _, rule := range rules {
		c, err := newComparison(ctx, b, []string{rule})
		if err != nil || c == nil {
			return nil, "", err
		}
		for i := range b.methods {
			d, ok := difference(ctx, m, &c.scored[i], &c.scored[reference])
			if !ok {
				return nil, "", nil
			}
			s := &series[i]
			s.Name = b.methods[i].name
			s.X, s.Y = append(s.X, rateOf(rule)), append(s.Y, scale(m)*d.Diff)
			s.Low, s.High = append(s.Low, scale(m)*d.Low), append(s.High, scale(m)*d.High)
		}
	}
	for i := range series {
		if i == reference {
			series[i] = figure.Series{} // the zero line; its colour stays its own
		}
	}
	chart.Series = series
	return chart, name, nil
}

// told is how far recovered features are from the original ones of a modality,
// as numbers beside the pictures.
type told struct {
	method   string
	modality erc.Modality
	n        int
	mmd, acc float64
}

// clouds are the t-SNE pictures of a data set, one a modality, and their numbers.
func clouds(ctx context.Context, b *board) ([]named, []told, error) {
	var numbers []told
	pictures := [erc.NumModalities]*figure.Panels{}
	for _, method := range b.methods {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		features, err := method.features()
		if err != nil {
			return nil, nil, err
		}
		for _, m := range erc.Modalities {
			f := features[m]
			if len(f.Original) < 5 {
				continue
			}
			t := told{method.name, m, len(f.Original), metric.MMD(f.Original, f.Recovered), metric.Separability(f.Original, f.Recovered, bootstrapSeed)}
			numbers = append(numbers, t)
			if pictures[m] == nil {
				pictures[m] = &figure.Panels{
					Title:  fmt.Sprintf("%s, %s: t-SNE of withheld cells at %s", b.dataset, m, b.shown()),
					Groups: []string{"original", "recovered"},
				}
			}
			y, err := tsne.Embed(ctx, append(append([][]float64{}, f.Original...), f.Recovered...), tsne.Config{Seed: bootstrapSeed})
			if err != nil {
				return nil, nil, err
			}
			pictures[m].Panels = append(pictures[m].Panels, figure.Panel{
				Title:  fmt.Sprintf("%s\nMMD² %.3f, told apart %.0f %%", t.method, t.mmd, 100*t.acc),
				Clouds: [][][2]float64{y[:len(f.Original)], y[len(f.Original):]},
			})
		}
	}
	var out []named
	for _, m := range erc.Modalities {
		if pictures[m] != nil {
			out = append(out, named{"tsne-" + b.id() + "-" + m.String(), fmt.Sprintf("Recovered and original %s features, %s (t-SNE).", m, b.dataset), pictures[m]})
		}
	}
	return out, numbers, nil
}

// features returns what the method's first seed kept, nothing where it did not.
func (m *method) features() (out [erc.NumModalities]experiment.Features, err error) {
	if dir := m.kept(experiment.FeaturesFile); dir != "" {
		return experiment.ReadFeatures(dir)
	}
	return out, nil
}

// kept returns the directory of the method's first run that has a file, "" where
// none has.
func (m *method) kept(file string) string {
	for _, seed := range m.seeds() {
		for _, r := range m.trials[seed].runs {
			if _, missing := os.Stat(filepath.Join(r.dir, file)); missing == nil {
				return r.dir
			}
		}
	}
	return ""
}
