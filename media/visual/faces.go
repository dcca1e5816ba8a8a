package visual

import "github.com/esimov/pigo/core"

// certain is the quality above which a detection counts as a face; pigo's own examples
// use it.
const certain = 5

// largest finds the largest face of a picture.
func (e *Encoder) largest(grey []uint8, width, height int) (pigo.Detection, bool) {
	shorter := min(width, height)
	found := e.faces.RunCascade(pigo.CascadeParams{
		MinSize: max(20, shorter/8), MaxSize: shorter, ShiftFactor: 0.1, ScaleFactor: 1.1,
		ImageParams: pigo.ImageParams{Pixels: grey, Rows: height, Cols: width, Dim: width},
	}, 0)
	var best pigo.Detection
	for _, d := range e.faces.ClusterDetections(found, 0.2) {
		if d.Q > certain && (d.Scale > best.Scale || d.Scale == best.Scale && d.Q > best.Q) {
			best = d
		}
	}
	return best, best.Scale > 0
}

// inside is the mean brightness of a face.
func inside(grey []uint8, width, height int, d pigo.Detection) float32 {
	var sum, n float64
	for y := max(0, d.Row-d.Scale/2); y < min(height, d.Row+d.Scale/2); y++ {
		for x := max(0, d.Col-d.Scale/2); x < min(width, d.Col+d.Scale/2); x++ {
			sum += float64(grey[y*width+x])
			n++
		}
	}
	if n == 0 {
		return 0
	}
	return float32(sum / n / 255)
}
