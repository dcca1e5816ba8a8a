package encoder

import (
	"context"
	"fmt"
	"image"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"golang.org/x/image/draw"

	"gsdnet/engine"
	"gsdnet/internal/fault"
)

// ImageOptions are the settings of an image encoder. The zero value is that of networks
// trained on ImageNet with torchvision.
type ImageOptions struct {
	Output    string // of the model; "" for the first
	Size      int    // of the square picture; 0 for that of the model, or 224 if that is free
	Whole     bool   // the whole picture is squeezed into the square; otherwise its middle is cut out
	Mean, Std [3]float32
	Limits    Limits
}

// Image turns pictures into a vector. Goroutines may use it at the same time.
type Image struct {
	model   *Model
	options ImageOptions
}

// OpenImage reads a model whose input is [pictures, 3, size, size] and whose output is
// [pictures, width], or [pictures, width, height, width].
func OpenImage(backend engine.Backend, model string, options ImageOptions) (*Image, error) {
	m, err := open(backend, model, options.Output, options.Limits, poolPlaces)
	if err != nil {
		return nil, err
	}
	if len(m.inputs) != 1 || m.inputs[0].DType != dtypes.Float32 || len(m.inputs[0].Shape) != 4 || m.inputs[0].fixed(1) != 3 {
		return nil, fault.Input("export an image model with one input [1, 3, size, size]", "%s: the model does not take pictures of three colours", m.file)
	}
	if options.Size == 0 {
		options.Size = 224
		if f := m.inputs[0].fixed(2); f > 0 {
			options.Size = f
		}
	}
	if options.Mean == [3]float32{} {
		options.Mean = [3]float32{0.485, 0.456, 0.406} // torchvision's, of ImageNet
	}
	if options.Std == [3]float32{} {
		options.Std = [3]float32{0.229, 0.224, 0.225}
	}
	return &Image{m, options}, nil
}

// Encode returns the mean of the vectors of the pictures.
func (e *Image) Encode(ctx context.Context, frames []image.Image) ([]float32, error) {
	if len(frames) == 0 {
		return nil, fault.Input("leave the pictures out where there are none", "there are no pictures")
	}
	var mean []float32
	for i, f := range frames {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if f == nil || f.Bounds().Empty() {
			return nil, fault.Input("see how the pictures were decoded", "picture %d is empty", i)
		}
		x := tensors.FromFlatDataAndDimensions(e.pixels(f), 1, 3, e.options.Size, e.options.Size)
		out, err := e.model.call(engine.Feed{e.model.inputs[0].Name: x})
		if err != nil {
			return nil, err
		}
		mean = addTo(mean, out.Values, 1/float32(len(frames)))
	}
	return mean, nil
}

// poolPlaces takes the mean over the places of a picture.
func poolPlaces(y *graph.Node, _ engine.Nodes) *graph.Node {
	switch y.Rank() {
	case 2:
		return graph.Reshape(y, y.Shape().Dimensions[1])
	case 4:
		return graph.ReduceMean(y, 0, 2, 3)
	}
	panic(fmt.Errorf("the output has the shape %v, not [1, width]", y.Shape().Dimensions))
}

// pixels scales a picture to the model's size and standardises its colours: [3, size, size].
func (e *Image) pixels(f image.Image) []float32 {
	n := e.options.Size
	to := image.NewRGBA(image.Rect(0, 0, n, n))
	from := f.Bounds()
	if !e.options.Whole {
		from = middle(from)
	}
	draw.BiLinear.Scale(to, to.Bounds(), f, from, draw.Src, nil)
	out := make([]float32, 3*n*n)
	for i := range n * n {
		for c := range 3 {
			out[c*n*n+i] = (float32(to.Pix[4*i+c])/255 - e.options.Mean[c]) / e.options.Std[c]
		}
	}
	return out
}

// middle returns the square in the middle of a picture, 224/256 of its shorter side.
func middle(r image.Rectangle) image.Rectangle {
	side := max(1, min(r.Dx(), r.Dy())*224/256)
	x, y := r.Min.X+(r.Dx()-side)/2, r.Min.Y+(r.Dy()-side)/2
	return image.Rect(x, y, x+side, y+side)
}

// Close frees what the encoder holds.
func (e *Image) Close() error { return e.model.Close() }
