package figure

import (
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Chart is lines over a common axis.
type Chart struct {
	Title, X, Y string
	Series      []Series
	Zero        bool               // draw the line y = 0
	Named       map[float64]string // places of the horizontal axis that have a name and no number
}

// Series is one line; a point whose Y is NaN is left out.
type Series struct {
	Name   string
	X, Y   []float64
	Low    []float64 // ends of the whiskers; nil without
	High   []float64
	Accent bool // what the picture is about: thick and black
	Ground bool // what the others are measured by: thick and grey
}

// style is how a series looks: colour, marker and dashes differ together.
type style struct {
	line  draw.LineStyle
	glyph draw.GlyphStyle
}

// style returns the look of series number i. No two of the first 27 look the same,
// and no two of the first nine have the same colour.
func (s *Series) style(i int) style {
	if s.Accent || s.Ground {
		hue := map[bool]color.NRGBA{true: accent, false: ground}[s.Accent]
		return style{
			draw.LineStyle{Color: hue, Width: vg.Points(2.4)},
			draw.GlyphStyle{Color: hue, Radius: vg.Points(3.4), Shape: draw.CircleGlyph{}},
		}
	}
	round := i / len(palette)
	hue := palette[i%len(palette)]
	return style{
		draw.LineStyle{Color: hue, Width: vg.Points(1.3), Dashes: dashes[(i/3+round)%len(dashes)]},
		draw.GlyphStyle{Color: hue, Radius: vg.Points(2.8), Shape: shapes[(i+round)%len(shapes)]},
	}
}

// Sizes of a chart: the part with the axes, and the legend to its right.
const (
	chartWidth    = 5.3 * vg.Inch
	chartHeight   = 4.2 * vg.Inch
	thumbnail     = 0.4 * vg.Inch
	leastLegend   = 1.3 * vg.Inch
	mostLegend    = 3.2 * vg.Inch
	legendSpacing = 3 // points between two lines
)

const offTheScale = "(off the scale)"

// legend lists the series that have a point, those off the scale by name alone.
func (c *Chart) legend(letters handler) (out plot.Legend, width, height vg.Length) {
	out = plot.NewLegend()
	out.Top, out.Left, out.ThumbnailWidth = true, true, thumbnail
	out.Padding, out.TextStyle = vg.Points(legendSpacing), letters.style(10)
	room := mostLegend - thumbnail - vg.Points(12)
	line := out.TextStyle.Height("X") + vg.Points(legendSpacing)
	add := func(name string, thumbs ...plot.Thumbnailer) {
		name = fit(out.TextStyle, name, room)
		width, height = max(width, out.TextStyle.Width(name)), height+line
		out.Add(name, thumbs...)
	}
	off := c.offScale()
	for i, s := range c.Series {
		if !s.some() {
			continue
		}
		if off[i] {
			add(s.Name)
			add(offTheScale)
			continue
		}
		look := s.style(i)
		add(s.Name, &plotter.Line{LineStyle: look.line}, &plotter.Scatter{GlyphStyle: look.glyph})
	}
	return out, max(leastLegend, width+thumbnail+vg.Points(12)), height
}

func (c *Chart) size() (width, height vg.Length) {
	_, legend, lines := c.legend(newHandler(false))
	return chartWidth + legend, max(chartHeight, lines+vg.Points(40))
}

func (c *Chart) draw(canvas draw.Canvas, letters handler) error {
	p := plot.New()
	letters.adopt(p)
	p.X.Label.Text, p.Y.Label.Text = c.X, c.Y
	p.Title.Text, p.Title.Padding = fit(p.Title.TextStyle, c.Title, chartWidth-vg.Points(20)), vg.Points(6)
	p.Y.Label.Padding, p.X.Label.Padding = vg.Points(4), vg.Points(2)
	p.Add(plotter.NewGrid())
	if c.Zero {
		zero := plotter.NewFunction(func(float64) float64 { return 0 })
		p.Add(zero)
	}
	off := c.offScale()
	for i, s := range c.Series {
		if off[i] || !s.some() {
			continue
		}
		line, points, whiskers, err := s.plotters(s.style(i), offset(i, len(c.Series), c.step()))
		if err != nil {
			return err
		}
		if whiskers != nil {
			p.Add(whiskers)
		}
		p.Add(line, points)
	}
	c.axes(p, off) // last: what was added set ranges of its own
	legend, width, _ := c.legend(letters)
	p.Draw(draw.Crop(canvas, vg.Points(4), -width, vg.Points(4), -vg.Points(4)))
	legend.Draw(draw.Crop(canvas, chartWidth+vg.Points(6), 0, 0, -vg.Points(24)))
	return nil
}

// axes sets the ranges, with room for all whiskers, and the ticks.
func (c *Chart) axes(p *plot.Plot, off []bool) {
	x, y := empty(), empty()
	var at []float64
	for i, s := range c.Series {
		if off[i] {
			continue
		}
		for k := range s.Y {
			if math.IsNaN(s.Y[k]) || math.IsInf(s.Y[k], 0) {
				continue
			}
			x.add(s.X[k])
			y.add(s.Y[k])
			if s.Low != nil {
				y.add(s.Low[k], s.High[k])
			}
			if _, named := c.Named[s.X[k]]; !named {
				at = append(at, s.X[k])
			}
		}
	}
	if c.Zero && y.low <= y.high {
		y.add(0)
	}
	var rows []plot.Tick
	if y.low <= y.high { // there is something to draw
		beside := c.step() / 3 // whiskers stand beside their points
		x.add(x.low-beside, x.high+beside)
		rows = y.padded(0.05).round(8)
	}
	x, y = x.padded(0), y.padded(0.05)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = x.low, x.high, y.low, y.high
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.ConstantTicks(c.ticks(at)), plot.ConstantTicks(rows)
}

// ticks of the horizontal axis: the numbers of the series themselves where they are
// few and round, round numbers among them otherwise, and what has a name.
func (c *Chart) ticks(at []float64) []plot.Tick {
	out := points(at, 11)
	if out == nil && len(at) > 0 {
		within := empty()
		within.add(at...)
		if within.low == within.high {
			out = []plot.Tick{{Value: within.low, Label: strconv.FormatFloat(within.low, 'g', 4, 64)}}
		} else {
			out = within.round(7)
		}
	}
	for x, name := range c.Named {
		out = append(out, plot.Tick{Value: x, Label: name})
	}
	return out
}

// some reports whether the series has a point that can be drawn.
func (s *Series) some() bool {
	return slices.ContainsFunc(s.Y, func(y float64) bool { return !math.IsNaN(y) && !math.IsInf(y, 0) })
}

// step is the least distance between two points of a series, 1 where none has two.
func (c *Chart) step() float64 {
	step := math.Inf(1)
	for _, s := range c.Series {
		for i := 1; i < len(s.X); i++ {
			step = min(step, math.Abs(s.X[i]-s.X[i-1]))
		}
	}
	if math.IsInf(step, 1) {
		return 1
	}
	return step
}

// offset moves whiskers a little apart, so that they do not hide each other. Lines
// stay: along a slope, one moved aside would seem higher or lower than it is.
func offset(i, of int, step float64) float64 {
	return step * 0.4 * (float64(i) - float64(of-1)/2) / float64(max(of, 1))
}

func (s *Series) plotters(look style, shift float64) (*plotter.Line, *plotter.Scatter, *plotter.YErrorBars, error) {
	var at, aside plotter.XYs
	var spread plotter.YErrors
	for i := range s.Y {
		if math.IsNaN(s.Y[i]) || math.IsInf(s.Y[i], 0) {
			continue
		}
		at = append(at, plotter.XY{X: s.X[i], Y: s.Y[i]})
		aside = append(aside, plotter.XY{X: s.X[i] + shift, Y: s.Y[i]})
		if s.Low != nil {
			low, high := s.Y[i]-s.Low[i], s.High[i]-s.Y[i]
			if width := low + high; math.IsNaN(width) || math.IsInf(width, 0) {
				low, high = 0, 0
			}
			spread = append(spread, struct{ Low, High float64 }{low, high})
		}
	}
	line, points, err := plotter.NewLinePoints(at)
	if err != nil {
		return nil, nil, nil, err
	}
	line.LineStyle, points.GlyphStyle = look.line, look.glyph
	if spread == nil {
		return line, points, nil, nil
	}
	whiskers, err := plotter.NewYErrorBars(struct {
		plotter.XYs
		plotter.YErrors
	}{aside, spread})
	if err != nil {
		return nil, nil, nil, err
	}
	whiskers.LineStyle = draw.LineStyle{Color: faint(look.line.Color), Width: vg.Points(0.8)}
	whiskers.CapWidth = vg.Points(3)
	return line, points, whiskers, nil
}

// faint lets what is behind shine through.
func faint(c color.Color) color.Color {
	out := color.NRGBAModel.Convert(c).(color.NRGBA)
	out.A = 130
	return out
}
