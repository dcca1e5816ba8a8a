package figure

import (
	"bytes"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// generous is how much wider than in our font a text may be set: DejaVu Sans, one
// of the widest that a browser may put in its place, is 1.2 times as wide.
const generous = 1.2

// handler measures and draws texts. It leaves room for another font, and has texts
// in an SVG anchored at their middle or end, where they are aligned so, because a
// reader's font may not be ours.
type handler struct {
	text.Plain
	anchors *[]string // of the texts drawn so far; nil for pixels
}

func newHandler(svg bool) handler {
	h := handler{Plain: text.Plain{Fonts: font.DefaultCache}}
	if svg {
		h.anchors = &[]string{}
	}
	return h
}

// style is a text in the figures' font, aligned at its left and its baseline.
func (h handler) style(size float64) text.Style {
	return text.Style{Font: font.From(font.Font{Typeface: "Liberation", Variant: "Sans"}, vg.Points(size)), Handler: h, Color: accent}
}

// adopt sets the texts of a plot in the figures' font.
func (h handler) adopt(p *plot.Plot) {
	p.TextHandler = h
	for style, size := range map[*text.Style]float64{
		&p.Title.TextStyle: 12, &p.X.Label.TextStyle: 10.5, &p.Y.Label.TextStyle: 10.5,
		&p.X.Tick.Label: 9.5, &p.Y.Tick.Label: 9.5, &p.Legend.TextStyle: 10,
	} {
		own := h.style(size)
		style.Font, style.Handler = own.Font, h
	}
}

// Box is that of the text, and wider.
func (h handler) Box(txt string, fnt font.Font) (width, height, depth vg.Length) {
	width, height, depth = h.Plain.Box(txt, fnt)
	return generous * width, height, depth
}

// Draw draws a text as text.Plain does. In an SVG each line stands where its anchor
// is to be.
func (h handler) Draw(c vg.Canvas, txt string, sty text.Style, pt vg.Point) {
	txt = strings.TrimRight(txt, "\n")
	if h.anchors == nil || txt == "" {
		h.Plain.Draw(c, txt, sty, pt)
		return
	}
	fnt := h.Fonts.Lookup(sty.Font, sty.Font.Size)
	c.SetColor(sty.Color)
	if sty.Rotation != 0 {
		c.Push()
		defer c.Pop()
		c.Rotate(sty.Rotation)
	}
	sin, cos := math.Sincos(sty.Rotation)
	pt.X, pt.Y = pt.Y*vg.Length(sin)+pt.X*vg.Length(cos), pt.Y*vg.Length(cos)-pt.X*vg.Length(sin)
	pt.Y += sty.Height(txt)*vg.Length(sty.YAlign) - fnt.Extents().Ascent
	lines := h.Lines(txt)
	for i, line := range lines {
		anchor := map[draw.XAlignment]string{draw.XCenter: "middle", draw.XRight: "end"}[sty.XAlign]
		*h.anchors = append(*h.anchors, anchor)
		c.FillString(fnt, pt.Add(vg.Point{Y: vg.Length(len(lines)-i) * sty.Font.Size}), line)
	}
}

// Where the anchors go, and the fonts of the same widths as ours on other systems.
const (
	opening  = "<text "
	family   = "font-family:Liberation Sans"
	families = "font-family:'Liberation Sans',Arial,Helvetica,sans-serif"
)

// anchor enters the anchors into an SVG, text by text.
func (h handler) anchor(svg []byte) []byte {
	var out bytes.Buffer
	for _, anchor := range *h.anchors {
		before, after, _ := bytes.Cut(svg, []byte(opening))
		out.Write(before)
		out.WriteString(opening)
		if anchor != "" {
			fmt.Fprintf(&out, "text-anchor=%q ", anchor)
		}
		svg = after
	}
	out.Write(svg)
	return bytes.ReplaceAll(out.Bytes(), []byte(family), []byte(families))
}

// fit shortens a line in its middle until it is no wider than some width.
func fit(style text.Style, line string, width vg.Length) string {
	if style.Width(line) <= width {
		return line
	}
	letters := []rune(line)
	for n := len(letters) - 1; n > 1; n-- {
		short := string(letters[:(n+1)/2]) + "…" + string(letters[len(letters)-n/2:])
		if style.Width(short) <= width {
			return short
		}
	}
	return "…"
}
