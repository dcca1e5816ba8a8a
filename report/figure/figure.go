// Package figure draws a report's pictures as SVG and PNG: Chart is lines with
// markers and whiskers, Panels are clouds of points side by side, Matrices are tables of
// shares, Heat is a field of numbers as colours.
//
// Colours are the nine of Paul Tol's scheme "muted" (SRON technical note
// EPS/TN/09-002, version 3.2), which readers with any colour vision can tell apart;
// markers and dashes differ with them, so that a print without colour can be read
// too.
//
// Start reading at Chart.
package figure

import (
	"bytes"
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// palette is Tol's "muted", ordered so that neighbours differ most.
var palette = []color.NRGBA{
	{51, 34, 136, 255}, {204, 102, 119, 255}, {17, 119, 51, 255}, {136, 204, 238, 255}, {136, 34, 85, 255},
	{68, 170, 153, 255}, {170, 68, 153, 255}, {153, 153, 51, 255}, {221, 204, 119, 255},
}

// accent is the colour of what a picture is about, ground of what the others are
// measured by.
var (
	accent = color.NRGBA{0, 0, 0, 255}
	ground = color.NRGBA{150, 150, 150, 255}
)

var shapes = []draw.GlyphDrawer{
	draw.CircleGlyph{}, draw.SquareGlyph{}, draw.PyramidGlyph{}, draw.CrossGlyph{},
	draw.RingGlyph{}, draw.BoxGlyph{}, draw.TriangleGlyph{}, draw.PlusGlyph{},
}

var dashes = [][]vg.Length{nil, {vg.Points(6), vg.Points(3)}, {vg.Points(2), vg.Points(2)}}

// Figure is something that can be drawn.
type Figure interface {
	size() (width, height vg.Length)
	draw(c draw.Canvas, letters handler) error
}

const dotsPerInch = 150

// Render draws a figure as SVG and as PNG.
func Render(f Figure) (svg, png []byte, err error) {
	width, height := f.size()
	drawn := vgsvg.New(width, height)
	anchored, page := newHandler(true), draw.New(drawn)
	page.SetColor(color.White) // readers may have dark pages
	page.Fill(page.Rectangle.Path())
	if err := f.draw(page, anchored); err != nil {
		return nil, nil, err
	}
	painted := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dotsPerInch), vgimg.UseBackgroundColor(color.White))
	if err := f.draw(draw.New(painted), newHandler(false)); err != nil {
		return nil, nil, err
	}
	var vectors, pixels bytes.Buffer
	if _, err := drawn.WriteTo(&vectors); err != nil {
		return nil, nil, err
	}
	if _, err := (vgimg.PngCanvas{Canvas: painted}).WriteTo(&pixels); err != nil {
		return nil, nil, err
	}
	return anchored.anchor(vectors.Bytes()), pixels.Bytes(), nil
}
