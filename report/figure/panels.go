package figure

import (
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Panels are clouds of points, a panel each, the same groups in all.
type Panels struct {
	Title  string
	Groups []string // names of the clouds, for the legend
	Panels []Panel
}

// Panel is one of them.
type Panel struct {
	Title  string
	Clouds [][][2]float64 // by group
}

// Sizes of the parts.
const (
	panelWidth  = 2.3 * vg.Inch
	panelHeight = 2.5 * vg.Inch
	headHeight  = 0.65 * vg.Inch
	mostColumns = 4
)

func (p *Panels) columns() int { return max(1, min(mostColumns, len(p.Panels))) }

func (p *Panels) size() (width, height vg.Length) {
	rows := (len(p.Panels) + p.columns() - 1) / p.columns()
	return vg.Length(max(2, p.columns())) * panelWidth, headHeight + vg.Length(rows)*panelHeight
}

func (p *Panels) draw(canvas draw.Canvas, letters handler) error {
	for i := range p.Panels {
		one, err := p.Panels[i].plot(letters)
		if err != nil {
			return err
		}
		left := canvas.Min.X + vg.Length(i%p.columns())*panelWidth
		top := canvas.Max.Y - headHeight - vg.Length(i/p.columns())*panelHeight
		one.Draw(draw.Canvas{Canvas: canvas, Rectangle: vg.Rectangle{
			Min: vg.Point{X: left + vg.Points(6), Y: top - panelHeight + vg.Points(6)},
			Max: vg.Point{X: left + panelWidth - vg.Points(6), Y: top - vg.Points(8)},
		}})
	}
	p.head(canvas, letters)
	return nil
}

// head draws the title and the legend above the panels.
func (p *Panels) head(canvas draw.Canvas, letters handler) {
	title, label := letters.style(12), letters.style(10.5)
	title.YAlign, label.YAlign = draw.YTop, draw.YCenter
	width := canvas.Max.X - canvas.Min.X - vg.Points(16)
	canvas.FillText(title, vg.Point{X: canvas.Min.X + vg.Points(8), Y: canvas.Max.Y - vg.Points(6)}, fit(title, p.Title, width))
	x, y := canvas.Min.X+vg.Points(14), canvas.Max.Y-vg.Points(34)
	for i, name := range p.Groups {
		look := cloudStyle(i)
		look.Radius = vg.Points(3.5)
		canvas.DrawGlyph(look, vg.Point{X: x, Y: y})
		canvas.FillText(label, vg.Point{X: x + vg.Points(8), Y: y}, name)
		x += label.Width(name) + vg.Points(30)
	}
}

// cloudStyle sets the groups apart by colour, and by full and hollow markers.
func cloudStyle(i int) draw.GlyphStyle {
	full := []draw.GlyphDrawer{draw.CircleGlyph{}, draw.TriangleGlyph{}, draw.CrossGlyph{}}
	return draw.GlyphStyle{Color: palette[i%len(palette)], Radius: vg.Points(1.7), Shape: full[i%len(full)]}
}

// plot is a panel without ticks: t-SNE's axes have no meaning.
func (p *Panel) plot(letters handler) (*plot.Plot, error) {
	out := plot.New()
	letters.adopt(out)
	out.Title.TextStyle.Font.Size = vg.Points(8.5)
	var title []string
	for _, line := range strings.Split(p.Title, "\n") {
		title = append(title, fit(out.Title.TextStyle, line, panelWidth-vg.Points(14)))
	}
	out.Title.Text = strings.Join(title, "\n")
	out.Title.Padding = vg.Points(3)
	reach := 1e-9
	for i, cloud := range p.Clouds {
		xys := make(plotter.XYs, len(cloud))
		for k, at := range cloud {
			xys[k] = plotter.XY{X: at[0], Y: at[1]}
			reach = max(reach, math.Abs(at[0]), math.Abs(at[1]))
		}
		if len(xys) == 0 {
			continue
		}
		points, err := plotter.NewScatter(xys)
		if err != nil {
			return nil, err
		}
		points.GlyphStyle = cloudStyle(i)
		out.Add(points)
	}
	for _, axis := range []*plot.Axis{&out.X, &out.Y} {
		axis.Min, axis.Max = -1.05*reach, 1.05*reach
		axis.Tick.Marker = plot.ConstantTicks(nil)
		axis.Tick.Length = 0
		axis.LineStyle.Color = color.Gray{Y: 160}
	}
	return out, nil
}
