// Package figure draws a report's pictures as SVG and PNG: Chart is lines with
// markers and whiskers, Panels are clouds of points side by side.
//
// Colours are those of Okabe and Ito (jfly.uni-koeln.de/color, 2008), which
// readers with any colour vision can tell apart; markers and dashes differ with
// them, so that print without colour does as well.
//
// Start reading at Chart.
package figure

import (
	"image/color"
	"io"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"gsdnet/internal/atomicfile"
)

// palette is Okabe and Ito's, without yellow, which is faint on white, and
// without black, which is accent.
var palette = []color.NRGBA{
	{0, 114, 178, 255}, {213, 94, 0, 255}, {0, 158, 115, 255}, {204, 121, 167, 255},
	{230, 159, 0, 255}, {86, 180, 233, 255},
}

// accent is the colour of what a picture is about, ground of what the others are
// measured by.
var (
	accent = color.NRGBA{0, 0, 0, 255}
	ground = color.NRGBA{150, 150, 150, 255}
)

var shapes = []draw.GlyphDrawer{
	draw.CircleGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.CrossGlyph{},
	draw.RingGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.PlusGlyph{},
}

var dashes = [][]vg.Length{nil, {vg.Points(6), vg.Points(3)}, {vg.Points(2), vg.Points(2)}}

// Figure is something that can be drawn.
type Figure interface {
	size() (width, height vg.Length)
	draw(c draw.Canvas) error
}

const dotsPerInch = 150

// Write draws a figure into base.svg and base.png, each whole or not at all, and
// returns their paths.
func Write(base string, f Figure) ([]string, error) {
	width, height := f.size()
	drawn := vgsvg.New(width, height)
	if err := f.draw(draw.New(drawn)); err != nil {
		return nil, err
	}
	painted := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dotsPerInch), vgimg.UseBackgroundColor(color.White))
	if err := f.draw(draw.New(painted)); err != nil {
		return nil, err
	}
	paths := []string{base + ".svg", base + ".png"}
	for i, from := range []io.WriterTo{drawn, vgimg.PngCanvas{Canvas: painted}} {
		err := atomicfile.WriteFunc(paths[i], func(w io.Writer) error {
			_, err := from.WriteTo(w)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return paths, nil
}
