package simd

import (
	"log/slog"
	"strconv"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// Graphs with dynamic shapes are handed to the Go backend whole.

// delegated is delegate for a caller that has not entered the backend. The
// cause is the operation whose shape is not known.
func (b *builder) delegated(cause compute.OpType) (err error) {
	if b.whole == nil {
		b.cause = cause.String()
	}
	if err := b.backend.enter(); err != nil {
		return err
	}
	defer b.backend.gate.leave()
	defer rescue(&err, "delegating "+strconv.Quote(b.name))
	return b.delegate()
}

// delegate turns the recording into one on the Go backend: what was recorded
// is repeated there, what follows is passed on. The caller has entered the
// backend.
func (b *builder) delegate() error {
	if b.whole != nil {
		return nil
	}
	b.whole = b.backend.host.Builder(b.name)
	r := replayer{builder: b.whole}
	b.main.peer = b.whole.Main()
	for _, f := range b.functions {
		if f == b.main || f.returned {
			continue // a function that has returned is repeated where it is used
		}
		var err error
		if f.parent == nil {
			f.peer, err = b.whole.NewFunction(f.name)
		} else {
			f.peer, err = f.parent.peer.Closure()
		}
		if err != nil {
			return err
		}
	}
	for _, n := range b.nodes {
		if n.fn.peer == nil || n.peer != nil {
			continue
		}
		if err := r.node(n, n.fn.peer); err != nil {
			return errors.WithMessagef(err, "simd: delegating %s", n.op)
		}
	}
	for _, f := range b.functions {
		if f.peer != nil {
			continue
		}
		if err := r.function(f, peerOf(f.parent)); err != nil {
			return err
		}
	}
	return nil
}

func peerOf(f *function) compute.Function {
	if f == nil {
		return nil
	}
	return f.peer
}

// recordWhole adds an operation to a delegated recording.
func (f *function) recordWhole(o operation, inputs []*node) ([]*node, error) {
	values, err := o.emit(f.peer, peersOf(inputs))
	if err != nil {
		return nil, err
	}
	n := &node{op: o.op, inputs: inputs, attr: o.attr, emit: o.emit, closures: o.closures}
	results := make([]shapes.Shape, len(values))
	for i, v := range values {
		if results[i], err = f.peer.Shape(v); err != nil {
			return nil, err
		}
	}
	for _, s := range results {
		if err := f.builder.backend.memory.check(s); err != nil {
			return nil, errors.WithMessagef(err, "simd: %s", o.op)
		}
	}
	nodes, err := f.withResults(n, results)
	if err != nil {
		return nil, err
	}
	for i, r := range nodes {
		r.peer = values[i]
	}
	return nodes, nil
}

func (b *builder) compileWhole() (compute.Executable, error) {
	inner, err := b.whole.Compile()
	if err != nil {
		return nil, err
	}
	e := &wholeExecutable{backend: b.backend, name: b.name, inner: inner}
	e.names, e.inputs = inner.Inputs()
	e.outputs = inner.Outputs()
	slog.Warn("simd: a graph with shapes that are known only when it runs is not accelerated: it runs on the Go backend as a whole",
		"graph", b.name, "operation", b.cause)
	if b.backend.watch != nil {
		b.backend.watch(b.name, nil)
	}
	return e, nil
}

// wholeExecutable runs a computation on the Go backend, copying what goes in
// and out.
type wholeExecutable struct {
	backend *backend
	name    string
	names   []string
	inputs  []shapes.Shape
	outputs []shapes.Shape
	inner   compute.Executable
	gate    gate
}

func (e *wholeExecutable) Inputs() ([]string, []shapes.Shape) { return e.names, e.inputs }
func (e *wholeExecutable) Outputs() []shapes.Shape            { return e.outputs }

// Finalize frees the computation after the executions that are under way.
func (e *wholeExecutable) Finalize() {
	if e.backend.enter() != nil {
		return // the Go backend is gone, and the computation with it
	}
	defer e.backend.gate.leave()
	e.gate.close(e.inner.Finalize)
}

// Execute runs the computation. A panic of the Go backend becomes an error.
func (e *wholeExecutable) Execute(inputs []compute.Buffer, donate []bool, device compute.DeviceNum) (out []compute.Buffer, err error) {
	if err := e.backend.enter(); err != nil {
		return nil, err
	}
	defer e.backend.gate.leave()
	if err := e.gate.enter("executable"); err != nil {
		return nil, err
	}
	defer e.gate.leave()
	if len(donate) != 0 && len(donate) != len(inputs) {
		return nil, errors.Errorf("simd: executing %q: got %d donations for %d inputs", e.name, len(donate), len(inputs))
	}
	x := &execution{backend: e.backend, given: make([]*block, len(inputs))}
	defer x.release()
	defer rescue(&err, "executing "+strconv.Quote(e.name)+" on the Go backend")
	in := make([]compute.Buffer, len(inputs))
	for i, input := range inputs {
		own, block, err := x.pin(input)
		if err != nil {
			return nil, errors.WithMessagef(err, "simd: executing %q: input %d", e.name, i)
		}
		if in[i], err = toHost(e.backend.host, own.shape, block.bytes()); err != nil {
			return nil, err
		}
	}
	results, err := e.inner.Execute(in, allTrue(len(in)), device)
	if err != nil {
		return nil, err
	}
	x.donate(donate)
	return e.fromHost(results)
}

// fromHost copies the results to buffers of this backend.
func (e *wholeExecutable) fromHost(out []compute.Buffer) ([]compute.Buffer, error) {
	results := make([]compute.Buffer, 0, len(out))
	for _, o := range out {
		buf, err := e.backend.bufferFromHost(o)
		if err != nil {
			for _, r := range results {
				_ = r.Finalize() // it is new, and nobody else's
			}
			return nil, err
		}
		results = append(results, buf)
	}
	return results, nil
}

func (b *backend) bufferFromHost(o compute.Buffer) (*buffer, error) {
	s, err := o.Shape()
	if err != nil {
		return nil, err
	}
	buf, err := b.newBuffer(s)
	if err != nil {
		return nil, err
	}
	if err := copyFromHost(buf.block.bytes(), o); err != nil {
		b.memory.put(buf.block)
		return nil, err
	}
	return buf, nil
}

// toHost copies an array to a buffer of the Go backend.
func toHost(host compute.Backend, shape shapes.Shape, data []byte) (compute.Buffer, error) {
	buf, flat, err := host.NewSharedBuffer(0, shape)
	if err != nil {
		return nil, err
	}
	to := bytesOf(flat)
	copyBytes(to, data[:len(to)])
	return buf, nil
}

// copyFromHost copies a buffer of the Go backend and finalizes it.
func copyFromHost(dst []byte, src compute.Buffer) error {
	flat, err := src.Data()
	if err != nil {
		return err
	}
	copyBytes(dst, bytesOf(flat))
	return src.Finalize()
}

func allTrue(n int) []bool {
	b := make([]bool, n)
	for i := range b {
		b[i] = true
	}
	return b
}
