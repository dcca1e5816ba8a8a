// Package onnx writes a computation graph as a model that ONNX Runtime and other programs
// run. It records what a backend is told to compute:
//
//	recorder := onnx.Record(backend)
//	... build and run one graph on recorder, as on any backend ...
//	err := recorder.Write(w, inputs, outputs, nil)
//
// The graph is written with the shapes that it was built for. The weights, which a graph
// gets as parameters besides its inputs, become constants of the model. Each operation
// becomes standard operations of ONNX, opset 17; one that has no such form is an error that
// names it.
//
// Start reading at Record, then Recorder.Write.
package onnx

import (
	"fmt"
	"reflect"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// Recorder is a backend that hands everything on to another one, and records the graph
// that was run last.
type Recorder struct {
	compute.Backend
	mu   sync.Mutex
	last *recorded
}

// Record returns a recorder in front of a backend.
func Record(backend compute.Backend) *Recorder { return &Recorder{Backend: backend} }

// Capabilities are those of the backend without fused operations, which then are recorded
// as what they consist of.
func (r *Recorder) Capabilities() compute.Capabilities {
	c := r.Backend.Capabilities().Clone()
	for op := compute.OpTypeFusedSoftmax; op < compute.OpTypeLast; op++ {
		delete(c.Operations, op)
	}
	return c
}

// Builder starts a recording.
func (r *Recorder) Builder(name string) compute.Builder {
	b := r.Backend.Builder(name)
	return &builder{Builder: b, recorder: r, main: &function{Function: b.Main(), graph: &recorded{names: map[compute.Value]string{}}}}
}

type builder struct {
	compute.Builder
	recorder *Recorder
	main     *function
}

func (b *builder) Main() compute.Function { return b.main }

// Compile compiles the graph and keeps the recording for when it is run.
func (b *builder) Compile() (compute.Executable, error) {
	e, err := b.Builder.Compile()
	if err != nil {
		return nil, err
	}
	return &executable{Executable: e, recorder: b.recorder, graph: b.main.graph}, nil
}

// executable notes the values of the parameters when it is run.
type executable struct {
	compute.Executable
	recorder *Recorder
	graph    *recorded
}

func (e *executable) Execute(inputs []compute.Buffer, donate []bool, device compute.DeviceNum) ([]compute.Buffer, error) {
	names, all := e.Inputs()
	for i, p := range e.graph.parameters {
		if i >= len(names) || p.name != names[i] {
			return nil, fmt.Errorf("onnx: parameter %d is called %q, want %q", i, names[i], p.name)
		}
		flat := reflect.MakeSlice(reflect.SliceOf(all[i].DType.GoType()), all[i].Size(), all[i].Size())
		if err := inputs[i].ToFlatData(flat.Interface()); err != nil {
			return nil, err
		}
		e.graph.parameters[i].data = flat.Interface()
	}
	e.recorder.mu.Lock()
	e.recorder.last = e.graph
	e.recorder.mu.Unlock()
	return e.Executable.Execute(inputs, donate, device)
}

// recorded is a graph: its operations in the order in which they were built.
type recorded struct {
	names      map[compute.Value]string
	nodes      []node
	constants  []tensor
	parameters []tensor // in their order; the data are those of the last run
	outputs    []compute.Value
	shapes     []shapes.Shape // of the outputs
	fault      error          // the first operation that has no form in ONNX
}

// node is one operation of ONNX.
type node struct {
	op         string
	in         []string
	out        string
	attributes []attribute
}

// tensor is an array with a name. data is a slice of its type.
type tensor struct {
	name  string
	shape shapes.Shape
	data  any
}

// attribute is a named integer or list of integers of an operation.
type attribute struct {
	name string
	one  int64
	many []int64 // nil where there is one
}

// name returns the name of a value.
func (g *recorded) name(v compute.Value) string {
	name, ok := g.names[v]
	if !ok && g.fault == nil {
		g.fault = fmt.Errorf("the model uses an operation that has no form in ONNX")
	}
	return name
}

// fresh returns a name that is not in use.
func (g *recorded) fresh() string { return fmt.Sprintf("v%d", len(g.nodes)+len(g.constants)) }

// add records an operation on named values and returns the name of its result.
func (g *recorded) add(op string, in []string, attributes ...attribute) string {
	n := node{op: op, in: in, out: g.fresh(), attributes: attributes}
	g.nodes = append(g.nodes, n)
	return n.out
}

// constant records an array and returns its name.
func (g *recorded) constant(data any, dtype dtypes.DType, dims ...int) string {
	t := tensor{name: g.fresh(), shape: shapes.Make(dtype, dims...), data: data}
	g.constants = append(g.constants, t)
	return t.name
}

// integers records a list of integers, as operations take shapes and axes.
func (g *recorded) integers(values ...int) string {
	list := make([]int64, len(values))
	for i, x := range values {
		list[i] = int64(x)
	}
	return g.constant(list, dtypes.Int64, len(list))
}

// function records the operations of the main function.
type function struct {
	compute.Function
	graph *recorded
}

// named notes the name of a value that the backend has made, unless that failed.
func (f *function) named(v compute.Value, err error, name func() string) (compute.Value, error) {
	if err == nil {
		if _, known := f.graph.names[v]; !known {
			f.graph.names[v] = name()
		}
	}
	return v, err
}

func (f *function) Parameter(name string, shape shapes.Shape, sharding *compute.ShardingSpec) (compute.Value, error) {
	v, err := f.Function.Parameter(name, shape, sharding)
	return f.named(v, err, func() string {
		f.graph.parameters = append(f.graph.parameters, tensor{name: name, shape: shape})
		return name
	})
}

func (f *function) Constant(flat any, dims ...int) (compute.Value, error) {
	v, err := f.Function.Constant(flat, dims...)
	return f.named(v, err, func() string {
		return f.graph.constant(copied(flat), dtypes.FromGoType(reflect.TypeOf(flat).Elem()), dims...)
	})
}

// copied returns a copy of a slice.
func copied(flat any) any {
	from := reflect.ValueOf(flat)
	to := reflect.MakeSlice(from.Type(), from.Len(), from.Len())
	reflect.Copy(to, from)
	return to.Interface()
}

func (f *function) Return(outputs []compute.Value, shardings []*compute.ShardingSpec) error {
	f.graph.outputs = outputs
	for _, v := range outputs {
		f.graph.shapes = append(f.graph.shapes, f.shape(v))
	}
	return f.Function.Return(outputs, shardings)
}

// shape returns the shape of a value.
func (f *function) shape(v compute.Value) shapes.Shape {
	s, err := f.Shape(v)
	if err != nil && f.graph.fault == nil {
		f.graph.fault = err
	}
	return s
}
