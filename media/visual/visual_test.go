package visual_test

import (
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gsdnet/media/visual"
)

// encode returns the features of pictures by name.
func encode(t *testing.T, pictures ...*image.RGBA) (map[string]float64, error) {
	t.Helper()
	e := visual.New()
	var frames [][]float32
	var before *image.RGBA
	for _, p := range pictures {
		v, err := e.Frame(t.Context(), p, before)
		if err != nil {
			t.Fatal(err)
		}
		frames = append(frames, v)
		before = p
	}
	values, err := e.Turn(t.Context(), frames)
	if err != nil {
		return nil, err
	}
	if len(values) != len(e.Names()) {
		t.Fatalf("%d features, and %d names", len(values), len(e.Names()))
	}
	out := map[string]float64{}
	for i, name := range e.Names() {
		if out[name] = float64(values[i]); math.IsNaN(out[name]) || math.IsInf(out[name], 0) {
			t.Errorf("%s = %g", name, out[name])
		}
	}
	if len(out) != len(values) {
		t.Error("two features have the same name")
	}
	return out, nil
}

// filled returns a picture whose left half has one colour and whose right half another.
func filled(width, height int, left, right color.RGBA) *image.RGBA {
	p := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(p, image.Rect(0, 0, width/2, height), image.NewUniform(left), image.Point{}, draw.Src)
	draw.Draw(p, image.Rect(width/2, 0, width, height), image.NewUniform(right), image.Point{}, draw.Src)
	return p
}

func near(t *testing.T, values map[string]float64, name string, want, tolerance float64) {
	t.Helper()
	if got, ok := values[name]; !ok || !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %g, want %g ± %g", name, got, want, tolerance)
	}
}

var (
	black = color.RGBA{0, 0, 0, 255}
	white = color.RGBA{255, 255, 255, 255}
	grey  = color.RGBA{51, 51, 51, 255}
)

// The statistics of pictures that are half black and half white are known.
func TestStatistics(t *testing.T) {
	a, b := filled(100, 60, black, white), filled(100, 60, white, black)
	v, err := encode(t, a, b, b, b)
	if err != nil {
		t.Fatal(err)
	}
	near(t, v, "brightness_mean", 0.5, 1e-6)
	near(t, v, "brightness_sd", 0, 1e-6)
	near(t, v, "contrast_mean", 0.5, 1e-6)
	near(t, v, "red_green_mean", 0, 1e-6)
	near(t, v, "colourfulness_mean", 0, 1e-6)
	near(t, v, "edges_mean", 1/(2*99.), 1e-6)
	near(t, v, "motion_mean", 0.25, 1e-6)
	near(t, v, "motion_max", 1, 1e-6)
	near(t, v, "motion_min", 0, 1e-6)
	near(t, v, "face_mean", 0, 0)
	near(t, v, "face_size_mean", 0, 0)
}

// A picture that becomes lighter by a fifth five times a second has that slope.
func TestSlope(t *testing.T) {
	var pictures []*image.RGBA
	for i := range uint8(4) {
		c := color.RGBA{51 * i, 51 * i, 51 * i, 255}
		pictures = append(pictures, filled(64, 64, c, color.RGBA{51*i + 51, 51*i + 51, 51*i + 51, 255}))
	}
	v, err := encode(t, pictures...)
	if err != nil {
		t.Fatal(err)
	}
	near(t, v, "brightness_slope", 1, 1e-5)
	near(t, v, "brightness_max", 0.7, 1e-5)
	near(t, v, "contrast_slope", 0, 1e-5)
}

// Colours are on the axes from green to red and from yellow to blue.
func TestColour(t *testing.T) {
	v, err := encode(t, filled(64, 64, color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}))
	if err != nil {
		t.Fatal(err)
	}
	near(t, v, "red_green_mean", 0.5, 1e-6)
	near(t, v, "blue_yellow_mean", 0.25, 1e-6)
	// Hasler & Süsstrunk: deviations .5 and .75, means .5 and -.25.
	near(t, v, "colourfulness_mean", math.Hypot(0.5, 0.75)+0.3*math.Hypot(0.5, 0.25), 1e-6)
}

// A camera that is switched off, or covered, gives no features.
func TestBlank(t *testing.T) {
	for _, c := range []color.RGBA{black, white, grey} {
		if _, err := encode(t, filled(64, 64, c, c)); err == nil || err.Error() != "the pictures are of one colour" {
			t.Errorf("%v: got %v", c, err)
		}
	}
	if _, err := encode(t, filled(64, 64, black, black), filled(64, 64, black, grey)); err != nil {
		t.Error(err)
	}
}

// sample returns pigo's own photograph with a face, which comes with its module.
func sample(t *testing.T) *image.RGBA {
	t.Helper()
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/esimov/pigo").Output()
	if err != nil {
		t.Skip("SKIPPED: the module pigo is not found")
	}
	f, err := os.Open(filepath.Join(strings.TrimSpace(string(out)), "testdata", "sample.jpg"))
	if err != nil {
		t.Skip("SKIPPED: pigo's photograph is not found")
	}
	defer f.Close()
	photograph, err := jpeg.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	small := image.NewRGBA(image.Rect(0, 0, 320, 320*photograph.Bounds().Dy()/photograph.Bounds().Dx()))
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			small.Set(x, y, photograph.At(x*photograph.Bounds().Dx()/320, y*photograph.Bounds().Dx()/320))
		}
	}
	return small
}

// A face is found where it is, and followed when the picture moves by a tenth of its width.
func TestFace(t *testing.T) {
	p := sample(t)
	moved := image.NewRGBA(p.Rect)
	draw.Draw(moved, p.Rect, image.NewUniform(grey), image.Point{}, draw.Src)
	draw.Draw(moved, p.Rect.Add(image.Pt(32, 0)), p, image.Point{}, draw.Src)
	still, err := encode(t, p, p)
	if err != nil {
		t.Fatal(err)
	}
	moving, err := encode(t, p, moved)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(p.Rect, still["face_x_mean"], still["face_y_mean"], still["face_size_mean"])
	near(t, still, "face_mean", 1, 0)
	near(t, still, "face_speed_mean", 0, 0)
	near(t, moving, "face_mean", 1, 0)
	near(t, moving, "face_x_max", still["face_x_mean"]+0.1, 0.015)
	near(t, moving, "face_y_mean", still["face_y_mean"], 0.02)
	size := still["face_size_mean"] * float64(p.Rect.Dy()) // pixels
	near(t, moving, "face_speed_mean", 32/size*5, 0.15*32/size*5)
	if size < 40 || size > float64(p.Rect.Dy()) {
		t.Errorf("a face of %g pixels in a picture of %v", size, p.Rect)
	}
}

// Equal pictures give equal features.
func TestDeterministic(t *testing.T) {
	p := filled(320, 200, grey, white)
	first, _ := visual.New().Frame(t.Context(), p, nil)
	second, _ := visual.New().Frame(t.Context(), p, nil)
	if !slices.Equal(first, second) {
		t.Error("two runs differ")
	}
}
