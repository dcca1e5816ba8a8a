package model

import (
	"fmt"
	"math"
	"path"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/internal/fault"
	"gsdnet/internal/stream"
)

// Params is where a model's parameters live: a path in a store. A parameter is
// created when a graph first asks for it, with a value that depends on the seed
// and its path alone, not on the order of creation.
type Params struct {
	scope *mlx.Scope
	seed  uint64
	fixed bool // nothing is created
}

// NewParams returns the root of the parameters in a store.
func NewParams(store *mlx.Store, seed uint64) *Params {
	return &Params{scope: store.RootScope(), seed: seed}
}

// TrainedParams returns the root of parameters that are all in the store. A
// graph that asks for another one panics, which GoMLX returns as an error.
func TrainedParams(store *mlx.Store) *Params {
	return &Params{scope: store.RootScope(), fixed: true}
}

// In returns the parameters below a name.
func (p *Params) In(format string, args ...any) *Params {
	return &Params{scope: p.scope.At(format, args...), seed: p.seed, fixed: p.fixed}
}

// Weight returns a trainable matrix or stack of matrices [..., in, out],
// uniform in ±sqrt(3/in): unit variance in, unit variance out (LeCun et al.,
// Efficient BackProp, 1998).
func (p *Params) Weight(g *graph.Graph, name string, dims ...int) *graph.Node {
	bound := math.Sqrt(3 / float64(dims[len(dims)-2]))
	return p.trainable(g, name, dims, func(out []float32) {
		rng := stream.New(p.seed, p.scope.Scope()+"/"+name)
		for i := range out {
			out[i] = float32((2*rng.Float64() - 1) * bound)
		}
	})
}

// Zeros returns a trainable tensor that starts at zero.
func (p *Params) Zeros(g *graph.Graph, name string, dims ...int) *graph.Node {
	return p.trainable(g, name, dims, func([]float32) {})
}

func (p *Params) trainable(g *graph.Graph, name string, dims []int, fill func([]float32)) *graph.Node {
	v := p.scope.GetVariable(name)
	if v == nil && p.fixed {
		panic(fault.Input("the checkpoint was changed, or made by another version: train again", "parameter %s is missing from the checkpoint", path.Join(p.scope.Scope(), name)))
	}
	if v == nil {
		values := make([]float32, product(dims))
		fill(values)
		v = p.scope.VariableWithValue(name, tensors.FromFlatDataAndDimensions(values, dims...))
	}
	if want := fmt.Sprint(dims); fmt.Sprint(v.Shape().Dimensions) != want {
		panic(fault.Input("the checkpoint was changed, or made by another version: train again", "parameter %s has shape %v, the model needs %s", v.Path(), v.Shape().Dimensions, want))
	}
	return v.NodeValue(g)
}

// SetConstant stores a tensor that training leaves alone.
func (p *Params) SetConstant(name string, values []float32, dims ...int) error {
	v, err := p.scope.At(ConstantScope).CreateVariable(name, tensors.FromFlatDataAndDimensions(values, dims...))
	if err != nil {
		return err
	}
	v.SetTrainable(false)
	return nil
}

// Constant returns a tensor that Fit stored.
func (p *Params) Constant(g *graph.Graph, name string) *graph.Node {
	v := p.scope.At(ConstantScope).GetVariable(name)
	if v == nil {
		panic(fmt.Errorf("constant %s/%s is missing: the model was not fitted", p.scope.Scope(), name))
	}
	v.SetTrainable(false)
	return v.NodeValue(g)
}

// Values returns what SetConstant stored, with its dimensions; nil where there is no such
// constant.
func (p *Params) Values(name string) (values []float32, dims []int) {
	v := p.scope.At(ConstantScope).GetVariable(name)
	if v == nil {
		return nil, nil
	}
	t := v.MustValue()
	return tensors.MustCopyFlatData[float32](t), t.Shape().Dimensions
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}
