package simd_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	timage "github.com/gomlx/gomlx/core/tensors/images"

	"gsdnet/simd"
)

// A convolution is one call of ConvGeneral.
type convolution struct {
	x, w                  []int
	axes                  compute.ConvolveAxesConfig
	strides               []int
	paddings              [][2]int
	dilations, kernelDils []int
	channels, batches     int // groups
}

func (c convolution) program() program {
	return func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		y, err := f.ConvGeneral(in[0], in[1], c.axes, c.strides, c.paddings, c.dilations, c.kernelDils, c.channels, c.batches)
		return []compute.Value{y}, err
	}
}

// spatialOr returns value i, or other if there are none.
func spatialOr(s []int, i, other int) int {
	if len(s) == 0 {
		return other
	}
	return s[i]
}

// textbook computes the convolution by its definition, in float64.
func (c convolution) textbook(x, w, y array) []float64 {
	out := make([]float64, y.shape.Size())
	n := len(c.axes.InputSpatial)
	outputs := w.shape.Dimensions[c.axes.KernelOutputChannels]
	depth := w.shape.Dimensions[c.axes.KernelInputChannels]
	batch := y.shape.Dimensions[c.axes.OutputBatch]
	xs, ws := x.flat.([]float32), w.flat.([]float32)
	xStep, wStep := x.shape.Strides(), w.shape.Strides()
	for flat, at := range y.shape.Iter() {
		o := at[c.axes.OutputChannels]
		b := at[c.axes.OutputBatch] + o/(outputs/c.batches)*batch
		sum := 0.0
		for _, k := range w.shape.Iter() {
			if k[c.axes.KernelOutputChannels] != o {
				continue
			}
			from := b * xStep[c.axes.InputBatch]
			inside := true
			for i := range n {
				p := at[c.axes.OutputSpatial[i]]*spatialOr(c.strides, i, 1) + k[c.axes.KernelSpatial[i]]*spatialOr(c.kernelDils, i, 1)
				if len(c.paddings) > 0 {
					p -= c.paddings[i][0]
				}
				d := spatialOr(c.dilations, i, 1)
				if p < 0 || p%d != 0 || p/d >= x.shape.Dimensions[c.axes.InputSpatial[i]] {
					inside = false
					break
				}
				from += p / d * xStep[c.axes.InputSpatial[i]]
			}
			if !inside {
				continue
			}
			ci := k[c.axes.KernelInputChannels]
			from += (ci + o/(outputs/c.channels)*depth) * xStep[c.axes.InputChannels]
			wAt := 0
			for a, i := range k {
				wAt += i * wStep[a]
			}
			sum += float64(xs[from]) * float64(ws[wAt])
		}
		out[flat] = sum
	}
	return out
}

// randomConvolution draws sizes, orders of axes and all parameters.
func randomConvolution(rng *rand.Rand) convolution {
	n := 1 + rng.IntN(3)
	c := convolution{channels: 1, batches: 1}
	batch, depth, outputs := 1+rng.IntN(3), 1+rng.IntN(4), 1+rng.IntN(5)
	switch rng.IntN(4) {
	case 0:
		c.channels = 1 + rng.IntN(3)
	case 1:
		c.batches = 1 + rng.IntN(3)
	}
	outputs *= c.channels * c.batches
	order := func(a, b *int, spatial *[]int) []int {
		p := rng.Perm(n + 2)
		switch rng.IntN(3) { // channels first and last are the usual ones
		case 0:
			for i := range p {
				p[i] = i
			}
		case 1:
			for i := range p {
				p[i] = i - 1
			}
			p[0], p[1] = 0, n+1
		}
		*a, *b, *spatial = p[0], p[1], p[2:]
		return p
	}
	c.x, c.w = make([]int, n+2), make([]int, n+2)
	p := order(&c.axes.InputBatch, &c.axes.InputChannels, &c.axes.InputSpatial)
	k := order(&c.axes.KernelOutputChannels, &c.axes.KernelInputChannels, &c.axes.KernelSpatial)
	order(&c.axes.OutputBatch, &c.axes.OutputChannels, &c.axes.OutputSpatial)
	c.x[p[0]], c.x[p[1]] = batch*c.batches, depth*c.channels
	c.w[k[0]], c.w[k[1]] = outputs, depth
	draw := func(most int) []int {
		if rng.IntN(2) == 0 {
			return nil
		}
		s := make([]int, n)
		for i := range s {
			s[i] = 1 + rng.IntN(most)
		}
		return s
	}
	c.strides, c.dilations, c.kernelDils = draw(3), draw(3), draw(2)
	c.paddings = make([][2]int, n)
	for i := range n {
		c.w[k[i+2]] = 1 + rng.IntN(4)
		c.x[p[i+2]] = 9 + rng.IntN(12)/n
		c.paddings[i] = [2]int{rng.IntN(5) - 1, rng.IntN(5) - 1}
	}
	if rng.IntN(5) == 0 { // windows of one element
		for i := range n {
			c.w[k[i+2]] = 1
		}
		c.paddings, c.dilations = nil, nil
	}
	return c
}

// TestConvolutions compares random convolutions with their definition and with
// the Go backend.
func TestConvolutions(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	rng := rand.New(rand.NewPCG(31, 32))
	for i := range 80 {
		c := randomConvolution(rng)
		in := []array{random(rng, dtypes.Float32, c.x...), random(rng, dtypes.Float32, c.w...)}
		got, err := execute(b, c.program(), in)
		if err != nil {
			t.Fatalf("convolution %d: %+v: %v", i, c, err)
		}
		for j, want := range c.textbook(in[0], in[1], got[0]) {
			if g := float64(got[0].flat.([]float32)[j]); math.Abs(g-want) > 1e-4 {
				t.Fatalf("convolution %d: %+v\nelement %d of %s: got %v, want %v", i, c, j, got[0].shape, g, want)
			}
		}
		if c.batches == 1 || c.axes.InputBatch == c.axes.OutputBatch { // else it takes the wrong axis for the batch (compute v0.1.6)
			same(t, b, reference, c.program(), in, 1e-4, 1e-4)
		}
	}
}

// channelsFirst and channelsLast are the usual orders of axes.
func channelsFirst(spatial int) compute.ConvolveAxesConfig {
	axes := compute.ConvolveAxesConfig{InputChannels: 1, KernelInputChannels: 1, OutputChannels: 1}
	for i := range spatial {
		axes.InputSpatial = append(axes.InputSpatial, i+2)
	}
	axes.KernelSpatial, axes.OutputSpatial = axes.InputSpatial, axes.InputSpatial
	return axes
}

func channelsLast(spatial int) compute.ConvolveAxesConfig {
	axes := compute.ConvolveAxesConfig{
		InputChannels: spatial + 1, KernelInputChannels: spatial, KernelOutputChannels: spatial + 1, OutputChannels: spatial + 1,
	}
	for i := range spatial {
		axes.InputSpatial, axes.KernelSpatial = append(axes.InputSpatial, i+1), append(axes.KernelSpatial, i)
	}
	axes.OutputSpatial = axes.InputSpatial
	return axes
}

// largeConvolutions are cut into several tasks, blocks of the sum or parts.
func largeConvolutions() []convolution {
	same := [][2]int{{1, 1}, {1, 1}}
	return []convolution{
		{x: []int{2, 130, 19, 21}, w: []int{40, 130, 3, 3}, axes: channelsFirst(2), paddings: same, channels: 1, batches: 1},
		{x: []int{3, 40, 7, 7}, w: []int{200, 40, 3, 3}, axes: channelsFirst(2), paddings: same, channels: 1, batches: 1},
		{x: []int{1, 512, 70}, w: []int{160, 512, 3}, axes: channelsFirst(1), strides: []int{2}, channels: 1, batches: 1},
		{x: []int{1, 64, 49}, w: []int{64, 16, 128}, axes: channelsFirst(1), paddings: [][2]int{{64, 64}}, channels: 4, batches: 1},
		{x: []int{2, 21, 23, 48}, w: []int{3, 3, 48, 40}, axes: channelsLast(2), paddings: same, strides: []int{2, 1}, channels: 1, batches: 1},
		{x: []int{2, 64, 30, 30}, w: []int{64, 1, 3, 3}, axes: channelsFirst(2), paddings: same, channels: 64, batches: 1},
		{x: []int{2, 48, 33, 31}, w: []int{64, 48, 3, 3}, axes: channelsFirst(2), paddings: same, channels: 1, batches: 1},
		{x: []int{1, 96, 20, 300}, w: []int{64, 48, 3, 2}, axes: channelsFirst(2), paddings: same, kernelDils: []int{2, 3}, channels: 2, batches: 1},
		{x: []int{1, 600, 700}, w: []int{48, 600, 3}, axes: channelsFirst(1), channels: 1, batches: 1},
		{x: []int{2, 96, 20, 20}, w: []int{40, 96, 1, 1}, axes: channelsFirst(2), channels: 1, batches: 1},
		{x: []int{2, 20, 20, 96}, w: []int{1, 1, 96, 40}, axes: channelsLast(2), channels: 1, batches: 1},
		{x: []int{48, 2, 3000}, w: []int{32, 2, 500}, axes: channelsFirst(1), paddings: [][2]int{{0, 2501 - 2499}}, strides: []int{700}, channels: 1, batches: 1},
	}
}

func TestLargeConvolutions(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	rng := rand.New(rand.NewPCG(33, 34))
	for _, c := range largeConvolutions() {
		t.Run(fmt.Sprint(c.x, c.w), func(t *testing.T) {
			in := []array{random(rng, dtypes.Float32, c.x...), random(rng, dtypes.Float32, c.w...)}
			same(t, b, reference, c.program(), in, 1e-4, 2e-2)
		})
	}
}

// TestConvolutionsSameBits runs convolutions and pooling with one worker and
// more.
func TestConvolutionsSameBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(35, 36))
	one := newBackend(t, "workers=1")
	for _, c := range largeConvolutions() {
		in := []array{random(rng, dtypes.Float32, c.x...), random(rng, dtypes.Float32, c.w...)}
		p := func(f compute.Function, v []compute.Value) ([]compute.Value, error) {
			y, err := c.program()(f, v)
			if err != nil {
				return nil, err
			}
			s, err := f.Shape(y[0])
			if err != nil {
				return nil, err
			}
			window := make([]int, s.Rank())
			for i, d := range s.Dimensions {
				window[i] = min(2, d)
			}
			pooled, err := f.ReduceWindow(y[0], compute.ReduceOpSum, window, nil, nil, nil, nil)
			return append(y, pooled), err
		}
		want, err := execute(one, p, in)
		if err != nil {
			t.Fatal(err)
		}
		for _, workers := range []int{2, 3, 4} {
			got, err := execute(newBackend(t, fmt.Sprint("workers=", workers)), p, in)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%v * %v: %d workers gave other bits than one", c.x, c.w, workers)
			}
		}
	}
}

// TestConvolutionsOfViews convolves what lies transposed, sliced and reversed
// in memory.
func TestConvolutionsOfViews(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	rng := rand.New(rand.NewPCG(37, 38))
	in := []array{random(rng, dtypes.Float32, 9, 11, 3, 4), random(rng, dtypes.Float32, 4, 3, 6, 2)}
	same(t, b, reference, func(f compute.Function, v []compute.Value) ([]compute.Value, error) {
		x, err := f.Transpose(v[0], 2, 3, 0, 1)
		if err != nil {
			return nil, err
		}
		if x, err = f.Slice(x, []int{1, 0, 1, 0}, []int{3, 4, 9, 11}, []int{1, 2, 1, 2}); err != nil {
			return nil, err
		}
		w, err := f.Reverse(v[1], 0, 2)
		if err != nil {
			return nil, err
		}
		if w, err = f.Transpose(w, 2, 3, 0, 1); err != nil {
			return nil, err
		}
		y, err := f.ConvGeneral(x, w, channelsFirst(2), nil, [][2]int{{1, 2}, {2, 0}}, nil, nil, 1, 1)
		return []compute.Value{y, w}, err
	}, in, 1e-4, 1e-4)
}

// TestPooling compares random windows with the Go backend.
func TestPooling(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t)
	rng := rand.New(rand.NewPCG(39, 40))
	reductions := []compute.ReduceOpType{compute.ReduceOpSum, compute.ReduceOpMax, compute.ReduceOpMin, compute.ReduceOpProduct}
	types := []dtypes.DType{dtypes.Float32, dtypes.Float64, dtypes.Int32, dtypes.Uint8}
	for i := range 200 {
		w := randomWindow(rng)
		x := random(rng, types[i%len(types)], w.x...)
		reduction := reductions[rng.IntN(len(reductions))]
		same(t, b, reference, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			y, err := f.ReduceWindow(in[0], reduction, w.window, w.strides, w.dilations, w.windowDils, w.paddings)
			if err != nil || len(w.x) < 2 {
				return []compute.Value{y}, err
			}
			turned, err := f.Transpose(in[0], append([]int{1, 0}, sequence(2, len(w.x))...)...)
			if err != nil {
				return nil, err
			}
			z, err := f.ReduceWindow(turned, reduction, sequence(1, len(w.x)+1), nil, nil, nil, w.paddings)
			if err != nil {
				return []compute.Value{y}, nil //nolint:nilerr // the window is larger than the array
			}
			return []compute.Value{y, z}, nil
		}, []array{x}, 1e-4, 1e-4)
	}
}

func sequence(from, to int) []int {
	var s []int
	for ; from < to; from++ {
		s = append(s, from)
	}
	return s
}

type window struct {
	x, window, strides, dilations, windowDils []int
	paddings                                  [][2]int
}

func randomWindow(rng *rand.Rand) window {
	w := window{}
	for range 1 + rng.IntN(4) {
		w.x, w.window = append(w.x, 4+rng.IntN(9)), append(w.window, 1+rng.IntN(3))
		w.strides, w.paddings = append(w.strides, 1+rng.IntN(3)), append(w.paddings, [2]int{rng.IntN(3), rng.IntN(3)})
		w.dilations, w.windowDils = append(w.dilations, 1+rng.IntN(3)), append(w.windowDils, 1+rng.IntN(2))
	}
	if rng.IntN(2) == 0 {
		w.dilations = nil
	}
	if rng.IntN(2) == 0 {
		w.windowDils = nil
	}
	if rng.IntN(3) == 0 {
		w.strides = nil
	}
	return w
}

// TestSelectAndScatter compares the gradients of pooling with the Go backend,
// where elements are equal too. The Go backend has one worker here: with more, those that
// add to one element at the same time lose sums.
func TestSelectAndScatter(t *testing.T) {
	b, reference := newBackend(t, ""), goBackend(t, "parallelism=1")
	rng := rand.New(rand.NewPCG(41, 42))
	for i := range 200 {
		w := randomWindow(rng)
		dtype := []dtypes.DType{dtypes.Float32, dtypes.Float64, dtypes.Int32}[i%3]
		x := random(rng, dtype, w.x...)
		pooled := func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			y, err := f.ReduceWindow(in[0], compute.ReduceOpMax, w.window, w.strides, nil, nil, w.paddings)
			return []compute.Value{y}, err
		}
		y, err := execute(b, pooled, []array{x})
		if err != nil {
			t.Fatal(err)
		}
		source := random(rng, dtype, y[0].shape.Dimensions...)
		same(t, b, reference, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			largest, err := f.SelectAndScatterMax(in[0], in[1], w.window, w.strides, w.paddings)
			if err != nil {
				return nil, err
			}
			smallest, err := f.SelectAndScatterMin(in[0], in[1], w.window, w.strides, w.paddings)
			return []compute.Value{largest, smallest}, err
		}, []array{x, source}, 1e-5, 1e-4)
	}
}

// TestWindowsRunHere checks that no convolution or pooling, and no gradient of
// one, is left to the Go backend.
func TestWindowsRunHere(t *testing.T) {
	b := newBackend(t, "")
	x, w := shapes.Make(dtypes.Float32, 2, 3, 9, 9), shapes.Make(dtypes.Float32, 4, 3, 3, 3)
	e, err := compile(b, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		y, err := f.ConvGeneral(in[0], in[1], channelsFirst(2), []int{2, 2}, [][2]int{{1, 1}, {1, 1}}, []int{1, 2}, nil, 1, 1)
		if err != nil {
			return nil, err
		}
		p, err := f.ReduceWindow(y, compute.ReduceOpMax, []int{1, 1, 2, 2}, nil, nil, nil, nil)
		if err != nil {
			return nil, err
		}
		s, err := f.SelectAndScatterMax(y, p, []int{1, 1, 2, 2}, nil, nil)
		if err != nil {
			return nil, err
		}
		r, err := f.Reverse(s, 2, 3)
		return []compute.Value{r}, err
	}, []array{{shape: x}, {shape: w}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Finalize()
	if n := simd.Foreign(e); n != 0 {
		t.Errorf("got %d steps on the Go backend, want none", n)
	}
}

// gradients builds the gradients of a small network of convolutions and
// pooling, as GoMLX differentiates it.
func gradients(last bool, groups, strides, dilations int, pool func(*graph.Node) *graph.PoolBuilder) func(x, w *graph.Node) []*graph.Node {
	return func(x, w *graph.Node) []*graph.Node {
		axes := timage.ChannelsFirst
		if last {
			axes = timage.ChannelsLast
		}
		y := graph.Convolve(x, w).ChannelsAxis(axes).PadSame().ChannelGroupCount(groups)
		if strides > 1 {
			y = y.Strides(strides).NoPadding()
		}
		if dilations > 1 {
			y = y.Dilations(dilations)
		}
		z := pool(graph.Tanh(y.Done())).ChannelsAxis(axes).Window(2).Done()
		loss := graph.ReduceAllSum(graph.Square(z))
		return append(graph.Gradient(loss, x, w), z)
	}
}

// TestWindowGradients compares gradients with those on the Go backend, and
// checks that none of their operations is left to it.
func TestWindowGradients(t *testing.T) {
	rng := rand.New(rand.NewPCG(43, 44))
	pools := map[string]func(*graph.Node) *graph.PoolBuilder{"max": graph.MaxPool, "mean": graph.MeanPool, "sum": graph.SumPool}
	for name, pool := range pools {
		for _, c := range []struct {
			last                       bool
			groups, strides, dilations int
		}{{false, 1, 1, 1}, {true, 1, 1, 1}, {false, 2, 1, 1}, {true, 1, 2, 1}, {false, 1, 3, 1}, {false, 1, 1, 2}} {
			t.Run(fmt.Sprint(name, c), func(t *testing.T) {
				x, w := []int{2, 4, 12, 16}, []int{6, 4 / c.groups, 3, 3}
				if c.last {
					x, w = []int{2, 12, 16, 4}, []int{3, 3, 4 / c.groups, 6}
				}
				in := []any{random(rng, dtypes.Float32, x...), random(rng, dtypes.Float32, w...)}
				build := gradients(c.last, c.groups, c.strides, c.dilations, pool)
				rec := &recorder{Backend: newBackend(t, "")}
				got, want := runGraph(t, rec, build, in), runGraph(t, goBackend(t), build, in)
				for i := range want {
					if d := differ(got[i], want[i], 1e-4, 1e-4); d != "" {
						t.Errorf("result %d: %s", i, d)
					}
				}
				if n := simd.Foreign(rec.last); n != 0 {
					t.Errorf("got %d steps on the Go backend, want none\n%s", n, simd.Plan(rec.last))
				}
			})
		}
	}
}

// runGraph runs a graph of two inputs once.
func runGraph(t *testing.T, b compute.Backend, build func(x, w *graph.Node) []*graph.Node, in []any) []array {
	t.Helper()
	exec := graph.MustNewExec(b, build)
	t.Cleanup(exec.Finalize)
	var args []any
	for _, a := range in {
		args = append(args, tensors.FromFlatDataAndDimensions(a.(array).flat.([]float32), a.(array).shape.Dimensions...))
	}
	outputs, err := exec.Call(args...)
	if err != nil {
		t.Fatal(err)
	}
	var out []array
	for _, o := range outputs {
		var flat []float32
		o.MustConstFlatData(func(f any) { flat = append(flat, f.([]float32)...) })
		out = append(out, array{o.Shape(), flat})
	}
	return out
}
