package visual

import (
	"math"
	"slices"
)

// contour is a value of each picture of a turn, or of each with a face.
type contour struct {
	name string
	of   func(frames [][]float32) []float64
}

// every returns a contour of all pictures, and faced one of those with a face.
func every(name string, value int) contour {
	return contour{name, func(frames [][]float32) (x []float64) {
		for _, v := range frames {
			x = append(x, float64(v[value]))
		}
		return x
	}}
}

func faced(name string, value int) contour {
	return contour{name, func(frames [][]float32) (x []float64) {
		for _, v := range frames {
			if v[face] > 0 {
				x = append(x, float64(v[value]))
			}
		}
		return x
	}}
}

var contours = []contour{
	every("brightness", brightness), every("contrast", contrast), every("red_green", red), every("blue_yellow", blue),
	every("colourfulness", colour), every("edges", edges), every("motion", motion), every("face", face),
	faced("face_size", size), faced("face_x", across), faced("face_y", down), faced("face_brightness", light),
	{"face_speed", speeds},
}

// speeds are how far the face moves from each picture to the next, in faces a second.
func speeds(frames [][]float32) (x []float64) {
	for i := 1; i < len(frames); i++ {
		a, b := frames[i-1], frames[i]
		if a[face] == 0 || b[face] == 0 || b[size] == 0 {
			continue
		}
		x = append(x, math.Hypot(float64((b[across]-a[across])*b[aspect]), float64(b[down]-a[down]))/float64(b[size])*perSecond)
	}
	return x
}

// functionals sum up a contour that is not empty, each in one number.
var functionals = []struct {
	name string
	of   func(x []float64) float64
}{
	{"mean", func(x []float64) float64 { m := sum(x); return m.mean() }},
	{"sd", func(x []float64) float64 { m := sum(x); return m.deviation() }},
	{"min", slices.Min[[]float64]},
	{"max", slices.Max[[]float64]},
	{"slope", slope},
}

func sum(x []float64) (m moments) {
	for _, value := range x {
		m.add(value)
	}
	return m
}

// slope is that of the line of least squares, a second.
func slope(x []float64) float64 {
	centre := float64(len(x)-1) / 2
	var up, down float64
	for i, value := range x {
		d := float64(i) - centre
		up += d * value
		down += d * d
	}
	if down == 0 {
		return 0
	}
	return up / down * perSecond
}
