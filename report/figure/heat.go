package figure

import (
	"errors"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Heat is a field of numbers as colours: the first of the palette where they are above 0,
// the second where they are below, white for 0, and grey for NaN. The darkest colour stands
// for the largest absolute value.
type Heat struct {
	Title, X, Y string      // X is the axis of columns, Y that of rows
	Values      [][]float64 // [row][column], as many columns in every row; row 0 is at the top
}

const heatWidth = 5.3 * vg.Inch

func (h *Heat) size() (width, height vg.Length) {
	rows, columns := h.shape()
	tall := heatWidth * vg.Length(rows) / vg.Length(max(columns, 1))
	return heatWidth + 0.8*vg.Inch, min(max(tall, 1.5*vg.Inch), 7*vg.Inch) + 1.1*vg.Inch
}

func (h *Heat) shape() (rows, columns int) {
	if len(h.Values) > 0 {
		columns = len(h.Values[0])
	}
	return len(h.Values), columns
}

func (h *Heat) draw(canvas draw.Canvas, letters handler) error {
	rows, columns := h.shape()
	if rows == 0 || columns == 0 {
		return errors.New("figure: no values to draw")
	}
	p := plot.New()
	letters.adopt(p)
	p.X.Label.Text, p.Y.Label.Text = h.X, h.Y
	p.Title.Text, p.Title.Padding = fit(p.Title.TextStyle, h.Title+", ±"+strconv.FormatFloat(h.largest(), 'g', 2, 64), heatWidth), vg.Points(6)
	p.Add(&heatCells{h})
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = -0.5, float64(columns)-0.5, -0.5, float64(rows)-0.5
	p.X.Tick.Marker = plot.ConstantTicks(whole(columns, 8))
	down := whole(rows, 8)
	for i := range down { // row 0 is at the top
		down[i].Value = float64(rows-1) - down[i].Value
	}
	p.Y.Tick.Marker = plot.ConstantTicks(down)
	p.Draw(draw.Crop(canvas, vg.Points(4), -vg.Points(10), vg.Points(4), -vg.Points(4)))
	return nil
}

// largest returns the largest absolute value, 0 without numbers.
func (h *Heat) largest() float64 {
	out := 0.0
	for _, row := range h.Values {
		for _, v := range row {
			if !math.IsNaN(v) {
				out = max(out, math.Abs(v))
			}
		}
	}
	return out
}

// whole returns ticks at round whole numbers from 0 to n−1.
func whole(n, most int) []plot.Tick {
	step := max(1, int(roundStep(float64(n)/float64(most))))
	var out []plot.Tick
	for i := 0; i < n; i += step {
		out = append(out, plot.Tick{Value: float64(i), Label: tickLabel(float64(i), 1)})
	}
	return out
}

// heatCells draws the cells of a heat.
type heatCells struct{ *Heat }

var _ plot.Plotter = (*heatCells)(nil)

// Plot implements plot.Plotter.
func (h *heatCells) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	rows, _ := h.shape()
	largest := h.largest()
	for i, row := range h.Values {
		at := float64(rows - 1 - i)
		for j, v := range row {
			if v == 0 {
				continue
			}
			left, right, low, high := x(float64(j)-0.5), x(float64(j)+0.5), y(at-0.5), y(at+0.5)
			c.FillPolygon(heatColour(v, largest), []vg.Point{{X: left, Y: low}, {X: right, Y: low}, {X: right, Y: high}, {X: left, Y: high}})
		}
	}
	frame := plotter.DefaultLineStyle
	frame.Color = color.Gray{Y: 190}
	c.StrokeLines(frame, []vg.Point{c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}, c.Min})
}

// heatColour returns the colour of a value.
func heatColour(v, largest float64) color.Color {
	if math.IsNaN(v) {
		return color.Gray{Y: 220}
	}
	full := palette[0]
	if v < 0 {
		full = palette[1]
	}
	share := math.Abs(v) / largest
	mix := func(c uint8) uint8 { return uint8(math.Round(255 + share*(float64(c)-255))) }
	return color.NRGBA{mix(full.R), mix(full.G), mix(full.B), 255}
}
