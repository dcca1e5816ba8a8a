package spectral

import (
	"context"
	"errors"
	"math"

	"gonum.org/v1/gonum/floats"
)

// Settings of FitFilter.
const (
	defaultShapes  = 6    // the most shapes, unless the caller asks for another number
	startRows      = 2000 // observed rows on which the starting shapes are compared
	refineRounds   = 3    // of refining the shapes and assigning the components anew
	negligibleGain = 0.5  // nats of log likelihood
)

// FitFilter fits a filter of r components to training conversations by maximum marginal
// likelihood. The rows of the tracks are [n][r]; rows that are not observed, such as those
// absent by nature, are integrated out. At most shapes distinct shapes are used; 0 stands
// for 6. The second graph, of the speakers, is fitted if some track has two speakers, and
// is left out otherwise. To fit without it, leave Speakers nil.
//
// A grid of shapes is scored on about 2,000 rows, a few of them that serve the components
// best are chosen greedily, as many as the Bayesian information criterion allows, and
// then each is refined on all the rows by the BFGS method and the components are assigned
// anew. Given a shape, the variance of a component has a closed form. The result
// depends on the arguments alone. It returns an error for tracks that are not valid, for
// tracks without an observed row, and where ctx ends.
func FitFilter(ctx context.Context, tracks []Track, shapes int) (*Filter, error) {
	if shapes <= 0 {
		shapes = defaultShapes
	}
	data, err := newTraining(tracks)
	if err != nil {
		return nil, err
	}
	sample := data.sample(startRows).pick(data.alive)
	grid := startShapes(data.speakers)
	scores := make([][]float64, len(grid))
	for k, s := range grid {
		if scores[k], _, err = sample.score(ctx, s, nil); err != nil {
			return nil, err
		}
	}
	var chosen []Shape
	for _, k := range greedy(scores, shapes, data.penalty()*float64(sample.rows)/float64(data.rows)) {
		chosen = append(chosen, grid[k])
	}
	return data.refineAll(ctx, chosen)
}

// startShapes is the grid of shapes. With speakers, the constant mode and the low pass
// are those of the conversation or of its speakers.
func startShapes(speakers bool) []Shape {
	list := []Shape{{White: 1}}
	for _, a := range []float64{0.02, 0.15, 0.35, 0.6} {
		for _, b := range []float64{0.02, 0.2, 0.4, 0.7} {
			for _, theta := range []float64{1, 6, 40} {
				if a+b > 0.98 {
					continue
				}
				s := Shape{Constant: a, LowPass: b, White: 1 - a - b, Theta: theta}
				list = append(list, s)
				if !speakers {
					continue
				}
				const other = 0.01 // share of the parts that are not at work
				s.White = 1 - a - b - 2*other
				if s.White < other {
					continue
				}
				s.SpeakerTheta = theta
				s.Constant, s.SpeakerConstant, s.LowPass, s.SpeakerLowPass = other, a, other, b
				list = append(list, s)
				s.Constant, s.SpeakerConstant, s.LowPass, s.SpeakerLowPass = a, other, other, b
				list = append(list, s)
				s.Constant, s.SpeakerConstant, s.LowPass, s.SpeakerLowPass = other, a, b, other
				list = append(list, s)
			}
		}
	}
	return list
}

// greedy chooses rows of scores [shape][component] so that the sum over the components of
// the best chosen score is high: each time the row that adds most, while it adds at least
// penalty, and at most limit rows.
func greedy(scores [][]float64, limit int, penalty float64) []int {
	var chosen []int
	best := make([]float64, len(scores[0]))
	for len(chosen) < limit {
		at, most := -1, math.Inf(-1)
		for k, row := range scores {
			gain := 0.0
			for j, v := range row {
				if len(chosen) == 0 {
					gain += v
				} else {
					gain += max(0, v-best[j])
				}
			}
			if gain > most {
				at, most = k, gain
			}
		}
		if len(chosen) > 0 && most <= penalty {
			break
		}
		for j, v := range scores[at] {
			if len(chosen) == 0 || v > best[j] {
				best[j] = v
			}
		}
		chosen = append(chosen, at)
	}
	return chosen
}

// refineAll refines each shape on the components that it serves best, assigns the
// components anew, and repeats.
func (d *training) refineAll(ctx context.Context, shapes []Shape) (*Filter, error) {
	f := &Filter{Variances: make([]float64, d.width), Assigned: make([]int, d.width)}
	before := math.Inf(-1)
	for round := 0; ; round++ {
		total, kept, err := d.assign(ctx, f, shapes)
		if err != nil {
			return nil, err
		}
		f.Shapes = kept
		if round == refineRounds || total-before < negligibleGain || len(d.alive) == 0 {
			return f, nil
		}
		before = total
		shapes = nil
		for k, s := range kept {
			var members []int
			for _, j := range d.alive {
				if f.Assigned[j] == k {
					members = append(members, j)
				}
			}
			if s, err = d.refine(ctx, s, members); err != nil {
				return nil, err
			}
			shapes = append(shapes, s)
		}
	}
}

// assign gives every component its best shape and its variance, and returns the log
// likelihood and the shapes that are used.
func (d *training) assign(ctx context.Context, f *Filter, shapes []Shape) (total float64, kept []Shape, err error) {
	best := make([]float64, len(d.alive))
	sel := d.pick(d.alive)
	for k, s := range shapes {
		score, variance, err := sel.score(ctx, s, nil)
		if err != nil {
			return 0, nil, err
		}
		for at, j := range d.alive {
			if k == 0 || score[at] > best[at] {
				best[at], f.Assigned[j], f.Variances[j] = score[at], k, variance[at]
			}
		}
	}
	place := make([]int, len(shapes))
	for k, s := range shapes {
		used := false
		for _, j := range d.alive {
			used = used || f.Assigned[j] == k
		}
		if used || k == len(shapes)-1 && len(kept) == 0 {
			place[k] = len(kept)
			kept = append(kept, s)
		}
	}
	for j, k := range f.Assigned {
		f.Assigned[j] = place[k]
	}
	return floats.Sum(best), kept, nil
}

// training is the data of a fit.
type training struct {
	conversations []trainingTrack // those with an observed row
	speakers      bool            // some conversation has two speakers
	width         int             // components
	alive         []int           // components that are not 0 in every row
	rows          int             // observed rows
}

type trainingTrack struct {
	Track
	rows    int
	layouts *layouts
}

var errNoRows = errors.New("spectral: no observed row to fit a filter to")

func newTraining(tracks []Track) (*training, error) {
	d := &training{}
	for i := range tracks {
		c := trainingTrack{Track: tracks[i]}
		for u, seen := range c.Observed {
			if seen && u < len(c.Rows) {
				c.rows++
				if d.width == 0 {
					d.width = len(c.Rows[u])
				}
			}
		}
		if err := c.check(d.width); err != nil {
			return nil, err
		}
		if c.rows == 0 {
			continue
		}
		d.rows += c.rows
		c.layouts = &layouts{n: len(c.Rows), chains: chainsOf(len(c.Rows), c.Speakers)}
		d.speakers = d.speakers || len(c.layouts.chains) > 1
		d.conversations = append(d.conversations, c)
	}
	if d.rows == 0 || d.width == 0 {
		return nil, errNoRows
	}
	for j := range d.width {
		if d.moves(j) {
			d.alive = append(d.alive, j)
		}
	}
	return d, nil
}

// moves reports whether a component is not 0 in some observed row.
func (d *training) moves(j int) bool {
	for _, c := range d.conversations {
		for i, seen := range c.Observed {
			if seen && c.Rows[i][j] != 0 {
				return true
			}
		}
	}
	return false
}

// sample returns evenly spaced conversations with about so many observed rows.
func (d *training) sample(rows int) *training {
	out := *d
	out.conversations, out.rows = nil, 0
	step := max(1, d.rows/rows)
	for i := 0; i < len(d.conversations); i += step {
		out.conversations = append(out.conversations, d.conversations[i])
		out.rows += d.conversations[i].rows
	}
	return &out
}

// penalty is what a further shape costs by the Bayesian information criterion, in nats.
func (d *training) penalty() float64 {
	parameters := 3.0
	if d.speakers {
		parameters = 6
	}
	return parameters / 2 * math.Log(float64(d.rows*len(d.alive)+1))
}

// selection is the training data in some components.
type selection struct {
	*training
	components []int
	x          [][][]float64 // [conversation][n][components], nil where not observed
}

func (d *training) pick(components []int) *selection {
	sel := &selection{training: d, components: components}
	for i := range d.conversations {
		sel.x = append(sel.x, pick(&d.conversations[i].Track, components))
	}
	return sel
}

// score returns the log likelihood of each component under a shape, at the component's
// best variance, and that variance: the mean of eᵀR⁻¹e over the rows. With a slope, it
// adds up the derivatives too.
func (sel *selection) score(ctx context.Context, s Shape, slope *slope) (score, variance []float64, err error) {
	width := len(sel.components)
	quad, logDet := make([]float64, width), 0.0
	known := lowPasses{}
	for i := range sel.conversations {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		c := &sel.conversations[i]
		f, err := c.layouts.of(s.parts()).factor(s, c.Observed, known)
		if err != nil {
			return nil, nil, err
		}
		logDet += f.logDet
		h := f.gather(sel.x[i], c.Observed, width)
		q, _ := f.quadratic(sel.x[i], c.Observed, h, width)
		floats.Add(quad, q)
		if slope != nil {
			f.pattern.backward(f.l, h, width)
			slope.add(f, sel.x[i], c.Observed, h, known)
		}
	}
	n := float64(sel.rows)
	score, variance = make([]float64, width), quad
	for at, q := range quad {
		variance[at] = max(q/n, math.SmallestNonzeroFloat64)
		score[at] = -(n*(math.Log(2*math.Pi*variance[at])+1) + logDet) / 2
	}
	return score, variance, nil
}
