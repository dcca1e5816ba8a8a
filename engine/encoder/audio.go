package encoder

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/engine"
	"gsdnet/internal/fault"
)

// Rate is the number of samples a second of the sound that an audio encoder takes.
const Rate = 16000

// AudioOptions are the settings of an audio encoder. The zero value is that of wav2vec 2.0.
type AudioOptions struct {
	Output   string  // of the model; "" for the first
	Raw      bool    // the wave is not standardised to mean 0 and deviation 1
	Channels bool    // the output is [1, width, frames] rather than [1, frames, width], as that of wav2vec 1.0
	Step     int     // samples that lengths are multiples of; 0 for 320, a frame of wav2vec
	Least    int     // samples of the shortest wave, which shorter ones are padded to; 0 for 800
	Seconds  float64 // a longer wave is cut into pieces of this length; 0 for 20
	Limits   Limits
}

// Audio turns a wave into a vector. Goroutines may use it at the same time.
type Audio struct {
	model   *Model
	options AudioOptions
}

// OpenAudio reads a model whose input is a wave, [1, samples] or [1, 1, samples], and whose
// output is [1, frames, width] or [1, width].
func OpenAudio(backend engine.Backend, model string, options AudioOptions) (*Audio, error) {
	a := &Audio{options: options}
	m, err := open(backend, model, options.Output, options.Limits, a.pool)
	if err != nil {
		return nil, err
	}
	if len(m.inputs) != 1 || m.inputs[0].DType != dtypes.Float32 || len(m.inputs[0].Shape) < 2 || len(m.inputs[0].Shape) > 3 {
		return nil, fault.Input("export an audio model with one input [1, samples]", "%s: the model does not take one wave of float32 numbers", m.file)
	}
	if options.Step == 0 {
		options.Step = 320
	}
	if options.Least == 0 {
		options.Least = 800
	}
	if options.Seconds == 0 {
		options.Seconds = 20
	}
	a.model, a.options = m, options
	return a, nil
}

// Encode returns the mean of the vectors of a wave's frames. The wave is one channel of
// 16,000 samples a second. Up to a step of its end is left out, so that few lengths occur;
// it is not padded, since padding changes the statistics of group normalisation. Long
// waves are cut into pieces of equal length, whose vectors are averaged.
func (a *Audio) Encode(ctx context.Context, wave []float32) ([]float32, error) {
	if len(wave) == 0 {
		return nil, fault.Input("leave the sound out where there is none", "the wave has no samples")
	}
	for i, x := range wave {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return nil, fault.Input("see how the sound was decoded", "sample %d of the wave is not a number", i)
		}
	}
	x := wave
	if !a.options.Raw {
		x = standardised(wave)
	}
	most := max(a.options.Step, a.options.Least, int(a.options.Seconds*Rate))
	pieces := (len(x) + most - 1) / most
	length := len(x) / pieces
	if length < a.options.Least {
		x = append(append([]float32(nil), x...), make([]float32, a.options.Least-length)...)
		length = a.options.Least
	}
	length = max(a.options.Least, length/a.options.Step*a.options.Step)
	if f := a.model.inputs[0].fixed(len(a.model.inputs[0].Shape) - 1); f > 0 && f != length {
		return nil, fault.Input("export the model with a free number of samples", "%s: the model is made for %d samples, and the wave has %d", a.model.file, f, length)
	}
	var mean []float32
	for p := range pieces {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		from := p * (len(x) / pieces)
		y, err := a.piece(x[from : from+length])
		if err != nil {
			return nil, err
		}
		mean = addTo(mean, y, 1/float32(pieces))
	}
	return mean, nil
}

func (a *Audio) piece(x []float32) ([]float32, error) {
	in := a.model.inputs[0]
	dims := []int{1, len(x)}
	if len(in.Shape) == 3 {
		dims = []int{1, 1, len(x)}
	}
	out, err := a.model.call(engine.Feed{in.Name: tensors.FromFlatDataAndDimensions(append([]float32(nil), x...), dims...)})
	return out.Values, err
}

// pool takes the mean over frames.
func (a *Audio) pool(y *graph.Node, _ engine.Nodes) *graph.Node {
	switch {
	case y.Rank() == 2:
		return graph.Reshape(y, y.Shape().Dimensions[1])
	case y.Rank() != 3:
		panic(fmt.Errorf("the output has the shape %v, not [1, frames, width]", y.Shape().Dimensions))
	case a.options.Channels:
		return graph.ReduceMean(y, 0, 2)
	}
	return graph.ReduceMean(y, 0, 1)
}

// Close frees what the encoder holds.
func (a *Audio) Close() error { return a.model.Close() }

// standardised returns the wave with mean 0 and deviation 1, as wav2vec 2.0 takes it.
func standardised(wave []float32) []float32 {
	var sum, squares float64
	for _, x := range wave {
		sum += float64(x)
	}
	mean := sum / float64(len(wave))
	for _, x := range wave {
		squares += (float64(x) - mean) * (float64(x) - mean)
	}
	scale := 1 / math.Sqrt(squares/float64(len(wave))+1e-7)
	out := make([]float32, len(wave))
	for i, x := range wave {
		out[i] = float32((float64(x) - mean) * scale)
	}
	return out
}

// addTo adds weight·x to a sum, which is made if there is none.
func addTo(sum, x []float32, weight float32) []float32 {
	if sum == nil {
		sum = make([]float32, len(x))
	}
	for i, v := range x {
		sum[i] += weight * v
	}
	return sum
}
