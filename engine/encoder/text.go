package encoder

import (
	"context"
	"fmt"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/engine"
	"gsdnet/internal/fault"
)

// TextOptions are the settings of a text encoder. The zero value is ready.
type TextOptions struct {
	Output string // of the model; "" for the first
	Tokens int    // the most tokens that are read of a text; 0 for 512
	First  bool   // the vector is that of the first token, not the mean over all
	Limits Limits
}

// Text turns a text into a vector. Goroutines may use it at the same time.
type Text struct {
	model   *Model
	tokens  *Tokenizer
	options TextOptions
	roles   map[string]string // of inputs: ids, mask, types
	masked  bool
}

// OpenText reads a model whose inputs are the numbers of tokens and, if it has one, a mask
// of those that are not padding, both [1, tokens], and whose output is [1, tokens, width]
// or [1, width]; and its tokenizer.json.
func OpenText(backend engine.Backend, model, tokenizer string, options TextOptions) (*Text, error) {
	tokens, err := OpenTokenizer(tokenizer)
	if err != nil {
		return nil, err
	}
	if options.Tokens == 0 {
		options.Tokens = 512
	}
	t := &Text{tokens: tokens, options: options, roles: map[string]string{}}
	m, err := open(backend, model, options.Output, options.Limits, t.pool)
	if err != nil {
		return nil, err
	}
	t.model = m
	for _, i := range m.inputs {
		role := "ids"
		switch {
		case strings.Contains(i.Name, "mask"):
			role, t.masked = "mask", true
		case strings.Contains(i.Name, "type"):
			role = "types"
		}
		t.roles[i.Name] = role
		if len(i.Shape) != 2 || i.fixed(0) > 1 {
			return nil, fault.Input("export a text model with inputs [1, tokens]", "%s: input %q has the shape %v, not [1, tokens]", m.file, i.Name, i.Shape)
		}
	}
	return t, nil
}

// padded returns how many tokens a graph is compiled for: multiples of 16, and from 128 on
// of 64.
func padded(n, most int) int {
	step := 16
	if n > 128 {
		step = 64
	}
	return min(max(n, min((n+step-1)/step*step, most)), most)
}

// Encode returns the mean of the vectors of a text's tokens. Of a text with too many
// tokens the first ones are read, and its last, which marks the end.
func (t *Text) Encode(ctx context.Context, text string) ([]float32, error) {
	ids, err := t.tokens.Encode(text)
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, fault.Input("leave the text out where there is none", "the text has no tokens")
	}
	return t.encode(ctx, ids)
}

// encode is Encode for tokens.
func (t *Text) encode(ctx context.Context, ids []int) ([]float32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if most := t.options.Tokens; len(ids) > most {
		ids = append(ids[:most-1:most-1], ids[len(ids)-1])
	}
	length := len(ids)
	if t.masked {
		length = padded(length, t.options.Tokens)
	}
	feed := engine.Feed{}
	for _, i := range t.model.inputs {
		x, err := t.input(i, ids, length)
		if err != nil {
			feed.Free()
			return nil, err
		}
		feed[i.Name] = x
	}
	out, err := t.model.call(feed)
	return out.Values, err
}

// input makes an input of the model: tokens, the mask, or the types of tokens, which are 0.
func (t *Text) input(i Input, ids []int, length int) (*tensors.Tensor, error) {
	if f := i.fixed(1); f > 0 {
		length = f
	}
	if length < len(ids) || length > len(ids) && !t.masked {
		return nil, fault.Input("export the model with a free number of tokens", "%s: the text has %d tokens, and the model is made for %d", t.model.file, len(ids), length)
	}
	x := make([]int64, length)
	for k := range x {
		there := k < len(ids)
		switch role := t.roles[i.Name]; {
		case role == "mask" && there:
			x[k] = 1
		case role == "ids" && there:
			x[k] = int64(ids[k])
		case role == "ids":
			x[k] = int64(t.tokens.pad)
		}
	}
	tensor, err := whole(i.DType, x, 1, length)
	if err != nil {
		return nil, fault.Input("export the model with integer inputs", "%s: input %q: %w", t.model.file, i.Name, err)
	}
	return tensor, nil
}

// whole makes a tensor of integers.
func whole(dtype dtypes.DType, x []int64, dims ...int) (*tensors.Tensor, error) {
	switch dtype {
	case dtypes.Int64:
		return tensors.FromFlatDataAndDimensions(x, dims...), nil
	case dtypes.Int32:
		return tensors.FromFlatDataAndDimensions(convert(x, func(v int64) int32 { return int32(v) }), dims...), nil
	case dtypes.Float32:
		return tensors.FromFlatDataAndDimensions(convert(x, func(v int64) float32 { return float32(v) }), dims...), nil
	case dtypes.Bool:
		return tensors.FromFlatDataAndDimensions(convert(x, func(v int64) bool { return v != 0 }), dims...), nil
	}
	return nil, fmt.Errorf("it has elements of another type")
}

func convert[T any](x []int64, f func(int64) T) []T {
	out := make([]T, len(x))
	for i, v := range x {
		out[i] = f(v)
	}
	return out
}

// pool takes the mean over tokens that are not padding, or the first token.
func (t *Text) pool(y *graph.Node, in engine.Nodes) *graph.Node {
	if y.Rank() == 2 {
		return graph.Reshape(y, y.Shape().Dimensions[1])
	}
	if y.Rank() != 3 {
		panic(fmt.Errorf("the output has the shape %v, not [1, tokens, width]", y.Shape().Dimensions))
	}
	width, n := y.Shape().Dimensions[2], y.Shape().Dimensions[1]
	if t.options.First {
		return graph.Reshape(graph.Slice(y, graph.AxisRange(), graph.AxisRange(0, 1)), width)
	}
	for name, role := range t.roles {
		if role == "mask" {
			m := graph.ConvertDType(graph.Reshape(in.Get(name), 1, n, 1), y.DType())
			sum := graph.ReduceSum(graph.Mul(y, graph.BroadcastToShape(m, shapes.Make(y.DType(), 1, n, width))), 0, 1)
			return graph.Div(sum, graph.BroadcastToShape(graph.Reshape(graph.ReduceAllSum(m), 1), sum.Shape()))
		}
	}
	return graph.ReduceMean(y, 0, 1)
}

// Close frees what the encoder holds.
func (t *Text) Close() error { return t.model.Close() }
