// Package visual describes the pictures of a turn by brightness, contrast, colour and
// motion, and by where the largest face is, how large it is and how it moves. There are no
// landmarks, and no expression is recognised.
//
//	encoder := visual.New()
//	values, err := encoder.Frame(ctx, picture, before)
//	features, err := encoder.Turn(ctx, [][]float32{values, …})
//
// Faces are found by pigo (Markuš et al., "Object Detection with Pixel Intensity
// Comparisons Organized in Decision Trees", 2013), whose classifier for faces is part of
// the program. The order of the features is that of Names, and docs/features.md defines
// each.
//
// Start reading at New.
package visual

import (
	"context"
	_ "embed" // the classifier of faces
	"errors"
	"image"
	"math"
	"slices"

	"github.com/esimov/pigo/core"
)

const (
	perSecond = 5
	side      = 320
)

// facefinder is pigo's classifier, under the licence beside it.
//
//go:embed facefinder
var facefinder []byte

// Encoder describes pictures. It may be used from several goroutines.
type Encoder struct {
	faces *pigo.Pigo
	names []string
}

// New returns an encoder.
func New() *Encoder {
	faces, err := pigo.NewPigo().Unpack(facefinder)
	if err != nil {
		panic("visual: the classifier of faces is damaged") // it is part of the program
	}
	e := &Encoder{faces: faces}
	for _, c := range contours {
		for _, f := range functionals {
			e.names = append(e.names, c.name+"_"+f.name)
		}
	}
	return e
}

// Names returns the names of the features of a turn, in their order.
func (e *Encoder) Names() []string { return e.names }

// PerSecond returns the number of pictures a second that are wanted, 5.
func (e *Encoder) PerSecond() int { return perSecond }

// Side returns the length in pixels of the longer side of the pictures that are wanted, 320.
func (e *Encoder) Side() int { return side }

// What Frame returns of a picture, in this order.
const (
	brightness = iota
	contrast
	red  // red against green
	blue // blue against yellow
	colour
	edges
	motion
	face // 1 with a face
	size
	across
	down
	light
	aspect // width over height, for distances
	values
)

// Frame returns the description of a picture, which depends on the one before it, nil
// for the first.
func (e *Encoder) Frame(_ context.Context, picture, before *image.RGBA) ([]float32, error) {
	v := make([]float32, values)
	width, height := picture.Rect.Dx(), picture.Rect.Dy()
	grey := luma(picture)
	describe(v, picture, grey)
	if before != nil && before.Rect.Eq(picture.Rect) {
		var sum float64
		for i, y := range luma(before) {
			sum += math.Abs(float64(grey[i]) - float64(y))
		}
		v[motion] = float32(sum / float64(len(grey)) / 255)
	}
	if found, ok := e.largest(grey, width, height); ok {
		v[face] = 1
		v[aspect] = float32(width) / float32(height)
		v[size] = float32(found.Scale) / float32(height)
		v[across] = float32(found.Col) / float32(width)
		v[down] = float32(found.Row) / float32(height)
		v[light] = inside(grey, width, height, found)
	}
	return v, nil
}

// errBlank is the error of a turn whose pictures show nothing.
var errBlank = errors.New("the pictures are of one colour")

// Turn returns the features of a turn from the descriptions of its pictures. Its error is
// a turn all of whose pictures are of one colour, which is what a camera that is
// switched off gives.
func (e *Encoder) Turn(_ context.Context, frames [][]float32) ([]float32, error) {
	if !slices.ContainsFunc(frames, func(v []float32) bool { return v[contrast] > blank || v[edges] > blank }) {
		return nil, errBlank
	}
	features := make([]float32, 0, len(e.names))
	for _, c := range contours {
		x := c.of(frames)
		for _, f := range functionals {
			if len(x) == 0 {
				features = append(features, 0)
				continue
			}
			features = append(features, float32(f.of(x)))
		}
	}
	return features, nil
}

// blank is a contrast that the noise of a compressed picture of one colour has.
const blank = 0.004

// luma returns the brightness of each pixel (ITU-R BT.601).
func luma(picture *image.RGBA) []uint8 {
	width, height := picture.Rect.Dx(), picture.Rect.Dy()
	grey := make([]uint8, 0, width*height)
	for y := range height {
		line := picture.Pix[y*picture.Stride:][:4*width]
		for x := 0; x < len(line); x += 4 {
			grey = append(grey, uint8((299*int(line[x])+587*int(line[x+1])+114*int(line[x+2])+500)/1000))
		}
	}
	return grey
}

// describe fills in what does not depend on other pictures and on faces.
func describe(v []float32, picture *image.RGBA, grey []uint8) {
	width, height := picture.Rect.Dx(), picture.Rect.Dy()
	var light, rg, yb moments
	var edge float64
	for y := range height {
		line := picture.Pix[y*picture.Stride:][:4*width]
		for x := range width {
			r, g, b := float64(line[4*x]), float64(line[4*x+1]), float64(line[4*x+2])
			here := float64(grey[y*width+x])
			light.add(here / 255)
			rg.add((r - g) / 255)
			yb.add(((r+g)/2 - b) / 255)
			if x > 0 && y > 0 {
				edge += math.Abs(here-float64(grey[y*width+x-1])) + math.Abs(here-float64(grey[(y-1)*width+x]))
			}
		}
	}
	v[brightness], v[contrast] = float32(light.mean()), float32(light.deviation())
	v[red], v[blue] = float32(rg.mean()), float32(-yb.mean())
	// Hasler & Süsstrunk, "Measuring colourfulness in natural images", 2003.
	v[colour] = float32(math.Hypot(rg.deviation(), yb.deviation()) + 0.3*math.Hypot(rg.mean(), yb.mean()))
	v[edges] = float32(edge / float64(2*max((width-1)*(height-1), 1)) / 255)
}

// moments sum up values.
type moments struct{ n, sum, squares float64 }

func (m *moments) add(x float64) { m.n++; m.sum += x; m.squares += x * x }

func (m *moments) mean() float64 { return m.sum / m.n }

func (m *moments) deviation() float64 {
	return math.Sqrt(max(0, m.squares/m.n-m.mean()*m.mean()))
}
