package model

import "gsdnet/erc"

// Size is what a training step of a model holds and does, estimated from its
// settings and the shape of a batch before anything is built. It adds up the layers
// and leaves out what is small beside them.
type Size struct {
	Parameters  float64 // trained numbers
	Activations float64 // numbers kept for the gradient, and inputs
	Operations  float64 // multiplications of a forward pass
}

// Sized is a model that knows its Size for b conversations padded to n utterances.
type Sized interface {
	Size(b, n int) Size
}

// keptPerLayer is how many arrays of the size of a layer's output are kept on
// average: before and after the activation, normalised, and scaled by dropout.
const keptPerLayer = 4

// Layer adds a dense layer on rows, applied times over.
func (s *Size) Layer(rows, in, out, times int) {
	s.Parameters += float64(in) * float64(out)
	s.Operations += float64(rows) * float64(in) * float64(out) * float64(times)
	s.Keep(float64(keptPerLayer*out) * float64(rows) * float64(times))
}

// Each adds a dense layer for every modality.
func (s *Size) Each(rows, in, out, times int) {
	for range erc.NumModalities {
		s.Layer(rows, in, out, times)
	}
}

// Recurrent adds a recurrent layer with an output of the width out: three gates in
// each direction.
func (s *Size) Recurrent(rows, in, out, times int) { s.Layer(rows, in, 3*out, times) }

// Channels adds a layer between the raw features and a width, for every modality.
func (s *Size) Channels(rows int, dims [erc.NumModalities]int, width, times int) {
	for _, channels := range dims {
		s.Layer(rows, channels, width, times)
		s.Keep(float64(keptPerLayer) * float64(rows) * float64(channels) * float64(times))
	}
}

// Keep adds numbers that are kept.
func (s *Size) Keep(numbers float64) { s.Activations += numbers }
