package figure_test

import (
	"bytes"
	"image/png"
	"math"
	"strings"
	"testing"

	"gsdnet/report/figure"
)

// drawn draws a figure and returns the text of its SVG; both forms must parse.
func drawn(t *testing.T, f figure.Figure) string {
	t.Helper()
	svg, pixels, err := figure.Render(f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(pixels)); err != nil {
		t.Error(err)
	}
	var said strings.Builder
	for _, e := range parse(t, svg) {
		said.WriteString(e.Text + "\n")
	}
	return said.String()
}

func line(name string, at ...float64) figure.Series {
	s := figure.Series{Name: name, Y: at}
	for i, y := range at {
		s.X = append(s.X, float64(i)/10)
		s.Low, s.High = append(s.Low, y-0.1), append(s.High, y+0.1)
	}
	return s
}

func TestChartSaysWhatItShows(t *testing.T) {
	said := drawn(t, &figure.Chart{
		Title: "corpus: MAE", X: "missing rate", Y: "mean absolute error", Zero: true,
		Series: []figure.Series{line("zero", 1, 2, 3), line("hole", 1, math.NaN(), 2), line("nothing", math.NaN()), {}},
	})
	for _, want := range []string{"corpus: MAE", "missing rate", "mean absolute error", "zero", "hole", "0.0", "0.2"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in %q", want, said)
		}
	}
	if strings.Contains(said, "nothing") {
		t.Error("a series without a point is in the legend")
	}
}

// A model that diverged does not press the others into a line, and is named.
func TestWhatIsFarOutIsLeftOff(t *testing.T) {
	said := drawn(t, &figure.Chart{Series: []figure.Series{
		line("a", 0.6, 0.7), line("b", 0.62, 0.72), line("c", 0.65, 0.75), line("d", 0.7, 0.8), line("lost", 5, 50),
	}})
	_, after, named := strings.Cut(said, "lost")
	if !named || !strings.HasPrefix(strings.TrimSpace(after), "(off the scale)") || strings.Count(said, "(off") != 1 || strings.Contains(said, "50") {
		t.Errorf("got %q", said)
	}
	said = drawn(t, &figure.Chart{Series: []figure.Series{line("a", 0.6), line("b", 0.7), line("lost", 5)}})
	if strings.Contains(said, "off the scale") {
		t.Error("of three, one is left off")
	}
}

func TestPanels(t *testing.T) {
	p := &figure.Panels{Title: "clouds", Groups: []string{"original", "recovered"}}
	for _, name := range []string{"one", "two", "three", "four", "five"} {
		p.Panels = append(p.Panels, figure.Panel{Title: name, Clouds: [][][2]float64{{{0, 1}, {2, 3}}, {{1, 1}}}})
	}
	p.Panels = append(p.Panels, figure.Panel{Title: "empty"})
	said := drawn(t, p)
	for _, want := range []string{"clouds", "original", "recovered", "one", "five", "empty"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in %q", want, said)
		}
	}
}
