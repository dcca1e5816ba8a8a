package simd

import (
	"slices"
	"strconv"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/notimplemented"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// emitter repeats a recorded operation on another function, such as one of the
// Go backend: it is given the values that stand for the node's inputs.
type emitter func(f compute.Function, in []compute.Value) ([]compute.Value, error)

// inferrer returns the shape of an operation's result.
type inferrer func(in []shapes.Shape) (shapes.Shape, error)

// A node is one recorded operation, or one result of an operation that has
// several.
type node struct {
	fn       *function
	id       int // in order of recording: inputs have smaller ones
	op       compute.OpType
	shape    shapes.Shape // undefined where there are several results
	inputs   []*node
	attr     any // what the operation needs besides its inputs
	emit     emitter
	closures []*function
	foreign  *foreignCall // set if the Go backend runs the operation

	results []*node // of an operation with several
	of      *node   // the operation that this is result number index of
	index   int

	peer compute.Value // the value in builder.whole, if that is set
}

// builder implements compute.Builder: it records functions.
type builder struct {
	notimplemented.Builder
	backend   *backend
	name      string
	names     map[string]bool
	main      *function
	functions []*function
	nodes     []*node
	compiled  bool
	whole     compute.Builder // see delegate.go
	cause     string          // the operation for which whole was made
}

var _ compute.Builder = (*builder)(nil)

func (b *builder) Name() string           { return b.name }
func (b *builder) Main() compute.Function { return b.main }

func (b *builder) newFunction(name string, parent *function) *function {
	f := &function{
		Function: notimplemented.Function{ErrFn: refuse},
		builder:  b,
		name:     name,
		parent:   parent,
	}
	b.functions = append(b.functions, f)
	return f
}

func (b *builder) check() error {
	if b.compiled {
		return errors.Errorf("simd: computation %q is already compiled", b.name)
	}
	return b.backend.check()
}

func (b *builder) NewFunction(name string) (compute.Function, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	if name == "" || b.names[name] {
		return nil, errors.Errorf("simd: function name %q is empty or taken", name)
	}
	b.names[name] = true
	f := b.newFunction(name, nil)
	err := b.onHost(func() (err error) {
		f.peer, err = b.whole.NewFunction(name)
		return err
	})
	return f, err
}

// onHost does something to the recording on the Go backend, if there is one.
func (b *builder) onHost(do func() error) (err error) {
	if b.whole == nil {
		return nil
	}
	if err := b.backend.enter(); err != nil {
		return err
	}
	defer b.backend.gate.leave()
	defer rescue(&err, "delegating "+strconv.Quote(b.name))
	return do()
}

func (b *builder) OpShape(v compute.Value) (shapes.Shape, error) { return b.main.Shape(v) }

// Compile plans the main function.
func (b *builder) Compile() (e compute.Executable, err error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	if !b.main.returned {
		return nil, errors.Errorf("simd: computation %q: Return was not called on its main function", b.name)
	}
	if err := b.backend.enter(); err != nil {
		return nil, err
	}
	defer b.backend.gate.leave()
	defer rescue(&err, "compiling "+strconv.Quote(b.name))
	b.compiled = true
	if b.whole != nil {
		return b.compileWhole()
	}
	return compileProgram(b)
}

// function implements compute.Function.
type function struct {
	notimplemented.Function
	builder    *builder
	name       string
	parent     *function // of a closure
	nodes      []*node
	parameters []*node
	outputs    []*node
	returned   bool
	peer       compute.Function // the function in builder.whole, if that is set
}

var _ compute.Function = (*function)(nil)

func (f *function) Name() string             { return f.name }
func (f *function) Builder() compute.Builder { return f.builder }

func (f *function) Parent() compute.Function {
	if f.parent == nil {
		return nil
	}
	return f.parent
}

func (f *function) Closure() (compute.Function, error) {
	if err := f.builder.check(); err != nil {
		return nil, err
	}
	c := f.builder.newFunction("", f)
	err := f.builder.onHost(func() (err error) {
		c.peer, err = f.peer.Closure()
		return err
	})
	return c, err
}

func (f *function) Shape(v compute.Value) (shapes.Shape, error) {
	n, ok := v.(*node)
	if !ok || n == nil {
		return shapes.Invalid(), errors.Errorf("simd: %T is not a value of this backend", v)
	}
	return n.shape, f.builder.check()
}

// resolve checks that the values may be used in f and returns their nodes.
func (f *function) resolve(op compute.OpType, values []compute.Value) ([]*node, error) {
	if err := f.builder.check(); err != nil {
		return nil, err
	}
	if f.returned {
		return nil, errors.Errorf("simd: %s: function %q has returned, it takes no more operations", op, f.name)
	}
	nodes := make([]*node, len(values))
	for i, v := range values {
		n, ok := v.(*node)
		switch {
		case !ok || n == nil:
			return nil, errors.Errorf("simd: %s: operand %d is a %T, not a value of this backend", op, i, v)
		case n.fn.builder != f.builder:
			return nil, errors.Errorf("simd: %s: operand %d belongs to another computation", op, i)
		case !n.fn.encloses(f):
			return nil, errors.Errorf("simd: %s: operand %d belongs to a different function scope", op, i)
		}
		nodes[i] = n
	}
	return nodes, nil
}

// encloses reports whether values of f are visible in g.
func (f *function) encloses(g *function) bool {
	for ; g != nil; g = g.parent {
		if g == f {
			return true
		}
	}
	return false
}

// append adds a node.
func (f *function) append(n *node) *node {
	n.fn = f
	n.id = len(f.builder.nodes)
	f.builder.nodes = append(f.builder.nodes, n)
	f.nodes = append(f.nodes, n)
	return n
}

// operation describes what is about to be recorded.
type operation struct {
	op       compute.OpType
	attr     any
	check    check    // nil if shape inference finds every mistake
	infer    inferrer // nil if this backend has no own implementation
	emit     emitter
	closures []*function
}

// record adds an operation and returns the nodes of its results. If it cannot
// be accelerated, the Go backend infers its shapes, checks it, and will run it.
func (f *function) record(o operation, values ...compute.Value) (nodes []*node, err error) {
	inputs, err := f.resolve(o.op, values)
	if err != nil {
		return nil, err
	}
	if err := f.builder.backend.enter(); err != nil {
		return nil, err
	}
	defer f.builder.backend.gate.leave()
	defer rescue(&err, o.op.String())
	in := shapesOf(inputs)
	if o.check != nil {
		if err := o.check(in); err != nil {
			return nil, errors.WithMessagef(err, "simd: %s", o.op)
		}
	}
	if f.builder.whole != nil {
		return f.recordWhole(o, inputs)
	}
	n := &node{op: o.op, inputs: inputs, attr: o.attr, emit: o.emit, closures: o.closures}
	if o.infer != nil && accelerated(o.op, in, o.attr) {
		s, err := o.infer(in)
		if err != nil {
			return nil, errors.WithMessagef(err, "simd: %s", o.op)
		}
		s.AxisNames = nil // names are for dynamic axes
		return f.withResults(n, []shapes.Shape{s})
	}
	n.foreign, err = newForeignCall(f, n)
	if err != nil {
		return nil, err
	}
	return f.withResults(n, n.foreign.shapes)
}

// rescue makes an error of a panic, such as shape inference has for some wrong
// axes.
func rescue(err *error, what string) {
	if r := recover(); r != nil {
		*err = errors.Errorf("simd: %s: %v", what, r)
	}
}

// withResults adds the node of an operation and, if it has several results,
// a node for each. It refuses results that are too large.
func (f *function) withResults(n *node, results []shapes.Shape) ([]*node, error) {
	for _, s := range results {
		if err := checkSize(s); err != nil {
			return nil, errors.WithMessagef(err, "simd: %s", n.op)
		}
		if f.builder.whole == nil && s.IsDynamic() {
			return nil, errors.Errorf("simd: %s: the shape %s is dynamic", n.op, s)
		}
	}
	f.append(n)
	if len(results) == 1 {
		n.shape = results[0]
		return []*node{n}, nil
	}
	for i, s := range results {
		r := &node{op: n.op, shape: s, inputs: []*node{n}, of: n, index: i}
		n.results = append(n.results, f.append(r))
	}
	return slices.Clone(n.results), nil
}

// one records an operation with one result.
func (f *function) one(o operation, values ...compute.Value) (compute.Value, error) {
	nodes, err := f.record(o, values...)
	if err != nil {
		return nil, err
	}
	return nodes[0], nil
}

// many records an operation with several results.
func (f *function) many(o operation, values ...compute.Value) ([]compute.Value, error) {
	nodes, err := f.record(o, values...)
	if err != nil {
		return nil, err
	}
	return valuesOf(nodes), nil
}

func valuesOf(nodes []*node) []compute.Value {
	values := make([]compute.Value, len(nodes))
	for i, n := range nodes {
		values[i] = n
	}
	return values
}

func shapesOf(nodes []*node) []shapes.Shape {
	s := make([]shapes.Shape, len(nodes))
	for i, n := range nodes {
		s[i] = n.shape
	}
	return s
}

// emit1 makes an emitter's result of an operation's.
func emit1(v compute.Value, err error) ([]compute.Value, error) {
	if err != nil {
		return nil, err
	}
	return []compute.Value{v}, nil
}
