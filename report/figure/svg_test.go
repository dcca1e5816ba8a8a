package figure_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/font"

	"gsdnet/report/figure"
)

// element is a text or a path of an SVG.
type element struct {
	Name, Text string
	attributes map[string]string
	rotated    bool
}

// parse lists the texts and paths of an SVG.
func parse(t *testing.T, svg []byte) (out []element) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(svg))
	rotations := []bool{false}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{Name: token.Name.Local, attributes: map[string]string{}}
			for _, a := range token.Attr {
				e.attributes[a.Name.Local] = a.Value
			}
			e.rotated = rotations[len(rotations)-1] || strings.Contains(e.attributes["transform"], "rotate")
			rotations = append(rotations, e.rotated)
			out = append(out, e)
		case xml.CharData:
			if len(out) > 0 && out[len(out)-1].Name == "text" {
				out[len(out)-1].Text += strings.TrimSpace(string(token))
			}
		case xml.EndElement:
			rotations = rotations[:len(rotations)-1]
		}
	}
}

func rendered(t *testing.T, f figure.Figure) []element {
	t.Helper()
	svg, _, err := figure.Render(f)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, svg)
}

func (e element) style(key string) string {
	for _, part := range strings.Split(e.attributes["style"], ";") {
		if name, value, _ := strings.Cut(part, ":"); strings.TrimSpace(name) == key {
			return value
		}
	}
	return ""
}

var coordinate = regexp.MustCompile(`-?[0-9.]+(?:e[-+]?[0-9]+)?,-?[0-9.]+(?:e[-+]?[0-9]+)?`)

// box is the extent of a path.
func (e element) box(t *testing.T) (left, low, right, high float64) {
	t.Helper()
	left, low, right, high = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, pair := range coordinate.FindAllString(e.attributes["d"], -1) {
		x, y, _ := strings.Cut(pair, ",")
		left, right = min(left, float(t, x)), max(right, float(t, x))
		low, high = min(low, float(t, y)), max(high, float(t, y))
	}
	return left, low, right, high
}

func float(t *testing.T, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSuffix(text, "pt"), "px"), 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// many returns a chart of n lines with whiskers.
func many(n int) *figure.Chart {
	c := &figure.Chart{Title: "corpus: MAE", X: "missing rate", Y: "mean absolute error"}
	for i := range n {
		s := line("model "+strconv.Itoa(i), 1, 2, 3)
		for k := range s.Y {
			s.Y[k] += float64(i)
			s.Low[k], s.High[k] = s.Y[k]-0.5, s.Y[k]+0.5
		}
		c.Series = append(c.Series, s)
	}
	return c
}

// Nine models have nine colours, and 27 lines 27 looks.
func TestLooksDoNotRepeat(t *testing.T) {
	for n, want := range map[int]int{9: 9, 27: 9} {
		colours, looks := map[string]bool{}, map[string]bool{}
		for _, e := range rendered(t, many(n)) {
			if e.Name == "path" && e.style("stroke-width") == "1.3" {
				colours[e.style("stroke")] = true
				looks[e.style("stroke")+" "+e.style("stroke-dasharray")] = true
			}
		}
		if len(colours) != want || len(looks) != n {
			t.Errorf("%d lines: %d colours and %d looks, want %d and %d", n, len(colours), len(looks), want, n)
		}
	}
}

// Whiskers are inside of the axes, caps included, however far out they reach.
func TestWhiskersAreWhole(t *testing.T) {
	for name, c := range map[string]*figure.Chart{
		"nine": many(9),
		"one":  {Series: []figure.Series{{Name: "a", X: []float64{0.3}, Y: []float64{0.5}, Low: []float64{-7}, High: []float64{0.6}}}},
		"flat": {Series: []figure.Series{{Name: "a", X: []float64{0, 1}, Y: []float64{0.5, 0.5}, Low: []float64{0.5, 0.5}, High: []float64{0.5, 0.9}}}},
	} {
		var left, low, right, high float64 // of the axes
		whiskers := 0
		elements := rendered(t, c)
		for _, e := range elements { // the longest thin black lines
			if e.Name != "path" || e.style("stroke-width") != "" && e.style("stroke-width") != "0.5" {
				continue
			}
			l, b, r, h := e.box(t)
			if l == r && h-b > high-low {
				low, high = b, h
			}
			if b == h && r-l > right-left {
				left, right = l, r
			}
		}
		for _, e := range elements {
			if e.Name != "path" || e.style("stroke-width") != "0.8" {
				continue
			}
			whiskers++
			l, b, r, h := e.box(t)
			if l < left || r > right || b <= low+1 || h >= high-1 {
				t.Errorf("%s: a whisker in x %g to %g, y %g to %g reaches the axes in %g to %g, %g to %g", name, l, r, b, h, left, right, low, high)
			}
		}
		points := 0
		for _, s := range c.Series {
			points += len(s.X)
		}
		if whiskers != 3*points { // a line and two caps each
			t.Errorf("%s: %d strokes of whiskers at %d points, want 3 each", name, whiskers, points)
		}
	}
}

// ticks lists the labels of the axes: anchored at their middle and a number, or at
// their end.
func ticks(elements []element) (x, y []string) {
	for _, e := range elements {
		if e.Name != "text" || e.style("font-size") != "9.5px" {
			continue
		}
		if e.attributes["text-anchor"] == "end" {
			y = append(y, e.Text)
		} else {
			x = append(x, e.Text)
		}
	}
	return x, y
}

// Ticks are at round numbers, and only where the axis has a number.
func TestTicksAreRound(t *testing.T) {
	trajectory := &figure.Chart{Named: map[float64]string{1.2: "refined"}, Series: []figure.Series{
		{Name: "a", X: []float64{0, 0.143, 0.286, 0.857, 1, 1.2}, Y: []float64{3.17, 2.9, 2.2, 1.4, 1.31, 1.29}},
	}}
	spectrum := &figure.Chart{Series: []figure.Series{{Name: "a"}}}
	for k := range 32 {
		spectrum.Series[0].X = append(spectrum.Series[0].X, float64(k+1))
		spectrum.Series[0].Y = append(spectrum.Series[0].Y, 0.0137*math.Exp(-float64(k)/9))
	}
	for name, c := range map[string]struct {
		chart *figure.Chart
		x, y  string
	}{
		"trajectory": {trajectory, "0.0 0.2 0.4 0.6 0.8 1.0 refined", "1.5 2.0 2.5 3.0"},
		"spectrum":   {spectrum, "5 10 15 20 25 30", "0.000 0.002 0.004 0.006 0.008 0.010 0.012 0.014"},
		"rates":      {many(3), "0.0 0.1 0.2", "1 2 3 4 5"},
		"two rates":  {&figure.Chart{Series: []figure.Series{{Name: "a", X: []float64{0, 0.7}, Y: []float64{0.5, 0.5}}}}, "0.0 0.7", "0.48 0.49 0.50 0.51 0.52"},
		"one point":  {&figure.Chart{Series: []figure.Series{{Name: "a", X: []float64{0.3}, Y: []float64{-2}}}}, "0.3", "-2.10 -2.05 -2.00 -1.95 -1.90"},
		"nothing":    {&figure.Chart{Series: []figure.Series{{Name: "a", X: []float64{0.3}, Y: []float64{math.NaN()}}}}, "", ""},
		"huge":       {&figure.Chart{Series: []figure.Series{{Name: "a", X: []float64{0, 0.1}, Y: []float64{-4e12, 2e12}}}}, "0.0 0.1", "-4e+12 -3e+12 -2e+12 -1e+12 0 1e+12 2e+12"},
		"tiny":       {&figure.Chart{Series: []figure.Series{{Name: "a", X: []float64{0, 0.1}, Y: []float64{1e-9, 3e-9}}}}, "0.0 0.1", "1.0e-09 1.5e-09 2.0e-09 2.5e-09 3.0e-09"},
	} {
		x, y := ticks(rendered(t, c.chart))
		if got := strings.Join(x, " "); got != c.x {
			t.Errorf("%s: ticks of x %q, want %q", name, got, c.x)
		}
		if got := strings.Join(y, " "); got != c.y {
			t.Errorf("%s: ticks of y %q, want %q", name, got, c.y)
		}
	}
}

// Texts neither overlap nor leave the picture in a font that is wider than ours.
func TestTextsHaveRoom(t *testing.T) {
	const wider = 1.15
	long := many(9)
	for i := range long.Series {
		long.Series[i].Name = "a-variant-with-a-name-of-many-letters-" + strconv.Itoa(i)
		for k := range long.Series[i].Y {
			long.Series[i].Y[k] *= -1e9
		}
	}
	panels := &figure.Panels{Title: strings.Repeat("a title ", 20), Groups: []string{"original", "recovered"}}
	for range 5 {
		panels.Panels = append(panels.Panels, figure.Panel{Title: "a-variant-with-a-name-of-many-letters\nMMD² 0.123, told apart 100 %", Clouds: [][][2]float64{{{0, 1}}}})
	}
	face := font.DefaultCache
	for name, f := range map[string]figure.Figure{"nine": many(9), "27": many(27), "long": long, "panels": panels} {
		type rectangle struct {
			text                   string
			left, low, right, high float64
		}
		var boxes []rectangle
		var width float64
		for _, e := range rendered(t, f) {
			if e.Name == "svg" {
				width = float(t, e.attributes["width"])
			}
			if e.Name != "text" || e.rotated {
				continue
			}
			size := float(t, e.style("font-size"))
			fnt := face.Lookup(font.Font{Typeface: "Liberation", Variant: "Sans", Size: font.Length(size)}, font.Length(size))
			w := wider * float64(fnt.Width(e.Text))
			x, y := float(t, e.attributes["x"]), -float(t, e.attributes["y"])
			switch e.attributes["text-anchor"] {
			case "middle":
				x -= w / 2
			case "end":
				x -= w
			}
			boxes = append(boxes, rectangle{e.Text, x, y, x + w, y + 0.7*size})
		}
		for i, a := range boxes {
			if a.left < 0 || a.right > width {
				t.Errorf("%s: %q leaves the picture: %g to %g of %g", name, a.text, a.left, a.right, width)
			}
			for _, b := range boxes[:i] {
				if a.left < b.right && b.left < a.right && a.low < b.high && b.low < a.high {
					t.Errorf("%s: %q and %q overlap", name, a.text, b.text)
				}
			}
		}
		if len(boxes) < 10 {
			t.Errorf("%s: %d texts", name, len(boxes))
		}
	}
}
