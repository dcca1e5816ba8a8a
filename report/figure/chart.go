package figure

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Chart is lines over a common axis.
type Chart struct {
	Title, X, Y string
	Series      []Series
	Zero        bool // draw the line y = 0
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

func (s *Series) style(i int) style {
	if s.Accent || s.Ground {
		hue := map[bool]color.NRGBA{true: accent, false: ground}[s.Accent]
		return style{
			draw.LineStyle{Color: hue, Width: vg.Points(2.4)},
			draw.GlyphStyle{Color: hue, Radius: vg.Points(3.4), Shape: draw.CircleGlyph{}},
		}
	}
	hue := palette[i%len(palette)]
	return style{
		draw.LineStyle{Color: hue, Width: vg.Points(1.2), Dashes: dashes[i/len(palette)%len(dashes)]},
		draw.GlyphStyle{Color: hue, Radius: vg.Points(2.8), Shape: shapes[i%len(shapes)]},
	}
}

func (c *Chart) size() (width, height vg.Length) {
	return 7.5 * vg.Inch, 4.2 * vg.Inch
}

// legendShare is the part of the width that the legend has, on the right.
const legendShare = 0.29

func (c *Chart) draw(canvas draw.Canvas) error {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = c.Title, c.X, c.Y
	p.Title.Padding = vg.Points(6)
	p.Add(plotter.NewGrid())
	c.ticks(&p.X)
	legend := plot.NewLegend()
	legend.Top, legend.Left, legend.ThumbnailWidth = true, true, 0.35*vg.Inch
	legend.Padding = vg.Points(3)
	if c.Zero {
		zero := plotter.NewFunction(func(float64) float64 { return 0 })
		p.Add(zero)
	}
	off := c.offScale()
	for i, s := range c.Series {
		line, points, whiskers, err := s.plotters(s.style(i), offset(i, len(c.Series), c.step()))
		if err != nil {
			return err
		}
		if len(line.XYs) == 0 {
			continue
		}
		if off[i] {
			legend.Add(s.Name)
			legend.Add("(off the scale)") // a line of its own, or a long name is cut off
			continue
		}
		if whiskers != nil {
			p.Add(whiskers)
		}
		p.Add(line, points)
		legend.Add(s.Name, line, points)
	}
	width := canvas.Max.X - canvas.Min.X
	p.Draw(draw.Crop(canvas, vg.Points(4), -legendShare*width, vg.Points(4), -vg.Points(4)))
	legend.Draw(draw.Crop(canvas, (1-legendShare)*width+vg.Points(6), 0, 0, -vg.Points(24)))
	return nil
}

// ticks labels the points that some series has, every one while there are few,
// and leaves room for whiskers beside the outermost.
func (c *Chart) ticks(axis *plot.Axis) {
	seen := map[float64]bool{}
	var ticks plot.ConstantTicks
	for _, s := range c.Series {
		for i, x := range s.X {
			if every := 1 + len(s.X)/12; !seen[x] && (every == 1 || (i+1)%(every+1) == 0 || i == 0) {
				seen[x] = true
				ticks = append(ticks, plot.Tick{Value: x, Label: c.tick(x)})
			}
			axis.Min, axis.Max = min(axis.Min, x-c.step()/3), max(axis.Max, x+c.step()/3)
		}
	}
	axis.Tick.Marker = ticks
}

// tick writes whole numbers as such where there are no others.
func (c *Chart) tick(x float64) string {
	if c.step() == math.Trunc(c.step()) {
		return fmt.Sprintf("%.0f", x)
	}
	if hundredths := math.Round(100 * x); math.Mod(hundredths, 10) != 0 {
		return fmt.Sprintf("%.2f", hundredths/100)
	}
	return fmt.Sprintf("%.1f", x)
}

// step is the least distance between two points of a series.
func (c *Chart) step() float64 {
	step := math.Inf(1)
	for _, s := range c.Series {
		for i := 1; i < len(s.X); i++ {
			step = min(step, math.Abs(s.X[i]-s.X[i-1]))
		}
	}
	if math.IsInf(step, 1) {
		return 0
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
			if math.IsNaN(low + high) {
				low, high = 0, 0
			}
			spread = append(spread, struct{ Low, High float64 }{low, high})
		}
	}
	if len(at) == 0 {
		return &plotter.Line{}, nil, nil, nil
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
