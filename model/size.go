package model

import "gsdnet/erc"

// Size is an estimate of the memory and the work of a training step, from the settings of a
// model and the shape of a batch, before the model is built. It is a sum over the layers.
// Operations that are small compared with the layers are not counted.
type Size struct {
	Parameters  float64 // trained parameters, a number of elements
	Activations float64 // elements of arrays kept for the gradient, and of inputs
	Operations  float64 // multiplications of a forward pass
}

// Sized is a model that estimates its Size for b conversations padded to n utterances.
type Sized interface {
	Size(b, n int) Size
}

// keptPerLayer is the number of arrays of the size of a layer's output that are kept for the
// gradient: before and after the activation, after the norm, and after dropout.
const keptPerLayer = 4

// Layer adds a dense layer of the widths in and out that is applied to so many rows, times
// times.
func (s *Size) Layer(rows, in, out, times int) {
	s.Parameters += float64(in) * float64(out)
	s.Operations += float64(rows) * float64(in) * float64(out) * float64(times)
	s.Keep(float64(keptPerLayer*out) * float64(rows) * float64(times))
}

// Each adds a dense layer like Layer for every modality.
func (s *Size) Each(rows, in, out, times int) {
	for range erc.NumModalities {
		s.Layer(rows, in, out, times)
	}
}

// Recurrent adds a recurrent layer with an output of the width out, which has three gates in
// each direction.
func (s *Size) Recurrent(rows, in, out, times int) { s.Layer(rows, in, 3*out, times) }

// Channels adds a dense layer between the raw features and a width, for every modality.
func (s *Size) Channels(rows int, dims [erc.NumModalities]int, width, times int) {
	for _, channels := range dims {
		s.Layer(rows, channels, width, times)
		s.Keep(float64(keptPerLayer) * float64(rows) * float64(channels) * float64(times))
	}
}

// Keep adds elements of arrays that are kept for the gradient.
func (s *Size) Keep(elements float64) { s.Activations += elements }
