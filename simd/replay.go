package simd

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// A foreignCall is an operation as a computation of the Go backend: its inputs
// are the parameters.
type foreignCall struct {
	builder compute.Builder
	outputs []compute.Value
	shapes  []shapes.Shape
}

// newForeignCall builds the computation for n, which infers the shapes of its
// results and refuses what the Go backend refuses. It adds to n's inputs the
// values that its closures capture.
func newForeignCall(f *function, n *node) (*foreignCall, error) {
	n.inputs = append(n.inputs, captured(n.closures)...)
	g := f.builder.backend.host.Builder(n.op.String())
	main := g.Main()
	r := replayer{builder: g}
	defer r.forget()
	in := make([]compute.Value, len(n.inputs))
	for i, x := range n.inputs {
		v, err := main.Parameter(fmt.Sprint("x", i), x.shape, nil)
		if err != nil {
			return nil, err
		}
		in[i] = v
		r.set(x, v)
	}
	for _, c := range n.closures {
		if err := r.function(c, main); err != nil {
			return nil, err
		}
	}
	own := len(n.inputs) - len(captured(n.closures))
	outputs, err := n.emit(main, in[:own])
	if err != nil {
		return nil, errors.WithMessagef(err, "simd: %s", n.op)
	}
	call := &foreignCall{builder: g, outputs: outputs}
	for _, v := range outputs {
		s, err := main.Shape(v)
		if err != nil {
			return nil, err
		}
		if s.IsDynamic() {
			return nil, errors.Wrapf(compute.ErrNotImplemented, "simd: %s with the dynamic result %s", n.op, s)
		}
		call.shapes = append(call.shapes, s)
	}
	return call, nil
}

// compile finishes the computation.
func (c *foreignCall) compile() (compute.Executable, error) {
	if err := c.builder.Main().Return(c.outputs, nil); err != nil {
		return nil, err
	}
	return c.builder.Compile()
}

// captured returns the values from outside the functions that they use.
func captured(functions []*function) []*node {
	var found []*node
	for _, f := range functions {
		found = appendCaptured(found, f, f)
	}
	return found
}

// appendCaptured adds what f, a function within root, uses from outside root.
func appendCaptured(found []*node, f, root *function) []*node {
	add := func(n *node) {
		if !root.encloses(n.fn) && !slices.Contains(found, n) {
			found = append(found, n)
		}
	}
	for _, n := range f.nodes {
		for _, x := range n.inputs {
			add(x)
		}
	}
	for _, n := range f.outputs {
		add(n)
	}
	return found
}

// A replayer repeats functions in a computation of another backend. While it
// works, nodes and functions know their peers there.
type replayer struct {
	builder   compute.Builder
	nodes     []*node
	functions []*function
}

func (r *replayer) set(n *node, peer compute.Value) {
	n.peer = peer
	r.nodes = append(r.nodes, n)
}

// forget removes the peers.
func (r *replayer) forget() {
	for _, n := range r.nodes {
		n.peer = nil
	}
	for _, f := range r.functions {
		f.peer = nil
	}
}

// function repeats f, as a closure of parent if it is one.
func (r *replayer) function(f *function, parent compute.Function) (err error) {
	if f.peer != nil {
		return nil
	}
	if f.parent == nil {
		f.peer, err = r.builder.NewFunction(f.name)
	} else {
		f.peer, err = parent.Closure()
	}
	if err != nil {
		return err
	}
	r.functions = append(r.functions, f)
	for _, n := range f.nodes {
		if err := r.node(n, f.peer); err != nil {
			return err
		}
	}
	return f.peer.Return(peersOf(f.outputs), nil)
}

// node repeats n in g.
func (r *replayer) node(n *node, g compute.Function) error {
	if n.of != nil { // set with its operation
		return nil
	}
	if p, ok := n.attr.(parameterAttr); ok {
		v, err := g.Parameter(p.name, n.shape, nil)
		r.set(n, v)
		return err
	}
	for _, c := range n.closures {
		if err := r.function(c, g); err != nil {
			return err
		}
	}
	own := n.inputs
	if len(n.closures) > 0 {
		own = own[:len(own)-len(captured(n.closures))]
	}
	values, err := n.emit(g, peersOf(own))
	if err != nil {
		return err
	}
	if n.results == nil {
		r.set(n, values[0])
		return nil
	}
	for i, result := range n.results {
		r.set(result, values[i])
	}
	return nil
}

func peersOf(nodes []*node) []compute.Value {
	values := make([]compute.Value, len(nodes))
	for i, n := range nodes {
		values[i] = n.peer
	}
	return values
}
