// Package pooled makes one vector an utterance of features that have several steps
// an utterance: frames of audio or video, or words.
//
//	vector, hash, err := pooled.File("audio/talk1_0.npy") // [D], or [T, D] averaged over T
//
// Start reading at Mean.
package pooled

import (
	"gsdnet/internal/fault"
	"gsdnet/internal/npz"
)

// Mean averages the steps of a sequence for which valid is true, in float64. at
// returns feature j of a step. It returns nil where no step is valid.
func Mean(steps, width int, valid func(step int) bool, at func(step, j int) float64) []float32 {
	sum := make([]float64, width)
	n := 0
	for step := range steps {
		if !valid(step) {
			continue
		}
		n++
		for j := range sum {
			sum[j] += at(step, j)
		}
	}
	if n == 0 {
		return nil
	}
	out := make([]float32, width)
	for j := range out {
		out[j] = float32(sum[j] / float64(n))
	}
	return out
}

// File reads the vector of one utterance from a .npy file: [D], or [T, D] and
// [1, T, D], which are averaged over T. It returns nil where the array is empty,
// and the SHA-256 of the file.
func File(path string) (vector []float32, hash string, err error) {
	a, hash, err := npz.ReadArrayFile(path)
	if err != nil {
		return nil, "", err
	}
	shape := a.Shape
	for len(shape) > 2 && shape[0] == 1 {
		shape = shape[1:]
	}
	if len(shape) < 1 || len(shape) > 2 {
		return nil, "", fault.Input("save one vector [D] or one sequence [T, D] an utterance", "%s: shape %v, want [D] or [T, D]", npz.Shown(path), a.Shape)
	}
	if a.Len() == 0 {
		return nil, hash, nil
	}
	values, err := a.Float64s()
	if err != nil {
		return nil, "", fault.Input("features are numbers", "%s: %w", npz.Shown(path), err)
	}
	width := shape[len(shape)-1]
	all := func(int) bool { return true }
	return Mean(len(values)/width, width, all, func(step, j int) float64 { return values[step*width+j] }), hash, nil
}
