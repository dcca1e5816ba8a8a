package figure

import (
	"errors"
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Matrices are square matrices of shares side by side, such as confusion matrices, all with
// the same names of rows and columns. The darker a cell, the larger its share.
type Matrices struct {
	Title         string
	Names         []string // of the rows and of the columns
	Rows, Columns string   // what rows and columns stand for
	Matrices      []Matrix
}

// Matrix is one of them.
type Matrix struct {
	Title  string
	Shares [][]float64 // [row][column] from 0 to 1, NaN where there is none; printed in percent
}

// Sizes of the parts.
const (
	gridWidth     = 2.2 * vg.Inch  // of the cells of a matrix
	mostCell      = 0.55 * vg.Inch // the largest width of a cell
	mostName      = 1.1 * vg.Inch  // the largest width of a name
	matrixGap     = 0.15 * vg.Inch
	titleHeight   = 0.3 * vg.Inch
	captionHeight = 0.22 * vg.Inch
	mostAcross    = 3 // matrices beside each other
)

// across returns how many matrices stand beside each other.
func (m *Matrices) across() int { return max(1, min(mostAcross, len(m.Matrices))) }

// cell returns the width and the height of a cell.
func (m *Matrices) cell() vg.Length { return min(mostCell, gridWidth/vg.Length(max(1, len(m.Names)))) }

// nameStyle returns the style of names: smaller where cells are small.
func (m *Matrices) nameStyle(letters handler) draw.TextStyle {
	return letters.style(max(5, min(9.5, 0.62*m.cell().Points())))
}

// nameWidth returns the width that the longest name takes.
func (m *Matrices) nameWidth() vg.Length {
	style, width := m.nameStyle(newHandler(false)), vg.Length(0)
	for _, name := range m.Names {
		width = max(width, min(mostName, style.Width(name)))
	}
	return width + vg.Points(5)
}

// upright reports whether the names of columns are turned by 90°, because they are wider
// than their column.
func (m *Matrices) upright() bool { return m.nameWidth() > m.cell() }

// footHeight returns the height of the names of the columns.
func (m *Matrices) footHeight() vg.Length {
	if m.upright() {
		return m.nameWidth()
	}
	return vg.Points(14)
}

// panel returns the width and the height of a matrix with its names and titles.
func (m *Matrices) panel() (width, height vg.Length) {
	grid := m.cell() * vg.Length(len(m.Names))
	return captionHeight + m.nameWidth() + grid + matrixGap, titleHeight + grid + m.footHeight() + captionHeight + matrixGap
}

func (m *Matrices) size() (width, height vg.Length) {
	w, h := m.panel()
	down := (len(m.Matrices) + m.across() - 1) / m.across()
	return max(5*vg.Inch, vg.Length(m.across())*w+matrixGap), titleHeight + vg.Length(down)*h
}

func (m *Matrices) draw(canvas draw.Canvas, letters handler) error {
	if len(m.Matrices) == 0 {
		return errors.New("figure: no matrices to draw")
	}
	title := letters.style(12)
	title.YAlign = draw.YTop
	width := canvas.Max.X - canvas.Min.X - vg.Points(16)
	canvas.FillText(title, vg.Point{X: canvas.Min.X + vg.Points(8), Y: canvas.Max.Y - vg.Points(6)}, fit(title, m.Title, width))
	w, h := m.panel()
	for i := range m.Matrices {
		m.one(canvas, letters, i, vg.Point{
			X: canvas.Min.X + matrixGap + vg.Length(i%m.across())*w + captionHeight + m.nameWidth(),
			Y: canvas.Max.Y - titleHeight - vg.Length(i/m.across())*h - titleHeight,
		})
	}
	return nil
}

// one draws a matrix, given the corner of its cells at the top left.
func (m *Matrices) one(canvas draw.Canvas, letters handler, i int, corner vg.Point) {
	cell := m.cell()
	grid := cell * vg.Length(len(m.Names))
	title, name, caption := letters.style(10.5), m.nameStyle(letters), letters.style(9)
	title.XAlign, title.YAlign = draw.XCenter, draw.YBottom
	canvas.FillText(title, vg.Point{X: corner.X + grid/2, Y: corner.Y + vg.Points(5)}, fit(title, m.Matrices[i].Title, grid+m.nameWidth()))
	for k, text := range m.Names {
		text = fit(name, text, mostName)
		middle := cell * (vg.Length(k) + 0.5)
		row, column := name, name
		row.XAlign, row.YAlign = draw.XRight, draw.YCenter
		canvas.FillText(row, vg.Point{X: corner.X - vg.Points(4), Y: corner.Y - middle}, text)
		column.XAlign, column.YAlign = draw.XCenter, draw.YTop
		if m.upright() {
			column.XAlign, column.YAlign, column.Rotation = draw.XRight, draw.YCenter, math.Pi/2
		}
		canvas.FillText(column, vg.Point{X: corner.X + middle, Y: corner.Y - grid - vg.Points(4)}, text)
	}
	caption.XAlign, caption.YAlign = draw.XCenter, draw.YTop
	canvas.FillText(caption, vg.Point{X: corner.X + grid/2, Y: corner.Y - grid - m.footHeight() - vg.Points(3)}, m.Columns)
	caption.YAlign, caption.Rotation = draw.YBottom, math.Pi/2
	canvas.FillText(caption, vg.Point{X: corner.X - m.nameWidth() - vg.Points(3), Y: corner.Y - grid/2}, m.Rows)
	m.cells(canvas, letters, m.Matrices[i].Shares, corner)
}

// cells draws the cells of a matrix, each with its share in percent.
func (m *Matrices) cells(canvas draw.Canvas, letters handler, shares [][]float64, corner vg.Point) {
	cell := m.cell()
	style := letters.style(min(10, 0.42*cell.Points()))
	style.XAlign, style.YAlign = draw.XCenter, draw.YCenter
	border := draw.LineStyle{Color: color.Gray{Y: 190}, Width: vg.Points(0.5)}
	for i, row := range shares {
		for j, share := range row {
			x, y := corner.X+cell*vg.Length(j), corner.Y-cell*vg.Length(i)
			edge := []vg.Point{{X: x, Y: y}, {X: x + cell, Y: y}, {X: x + cell, Y: y - cell}, {X: x, Y: y - cell}}
			canvas.FillPolygon(shade(share), edge)
			canvas.StrokeLines(border, append(edge, edge[0]))
			text := "–"
			if !math.IsNaN(share) {
				text = fmt.Sprintf("%.0f", 100*share)
			}
			style.Color = accent
			if share > 0.5 {
				style.Color = color.White
			}
			canvas.FillText(style, vg.Point{X: x + cell/2, Y: y - cell/2}, text)
		}
	}
}

// shade returns the colour of a share: white for 0 and NaN, the first of the palette for 1.
func shade(share float64) color.NRGBA {
	if math.IsNaN(share) {
		share = 0
	}
	full := palette[0]
	mix := func(c uint8) uint8 { return uint8(math.Round(255 + share*(float64(c)-255))) }
	return color.NRGBA{mix(full.R), mix(full.G), mix(full.B), 255}
}
