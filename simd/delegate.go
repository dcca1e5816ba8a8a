package simd

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// Graphs with dynamic shapes are handed to the Go backend whole.

// delegate turns the recording into one on the Go backend: what was recorded
// is repeated there, what follows is passed on.
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
	nodes := f.withResults(n, results)
	for i, r := range nodes {
		r.peer = values[i]
	}
	return nodes, nil
}

func (b *builder) compileWhole() (compute.Executable, error) {
	e, err := b.whole.Compile()
	if err != nil {
		return nil, err
	}
	return &wholeExecutable{backend: b.backend, inner: e}, nil
}

// wholeExecutable runs a computation on the Go backend, copying what goes in
// and out.
type wholeExecutable struct {
	backend *backend
	inner   compute.Executable
	dead    executableState
}

func (e *wholeExecutable) Inputs() ([]string, []shapes.Shape) { return e.inner.Inputs() }
func (e *wholeExecutable) Outputs() []shapes.Shape            { return e.inner.Outputs() }

func (e *wholeExecutable) Finalize() {
	if e.dead.finalize() {
		e.inner.Finalize()
	}
}

func (e *wholeExecutable) Execute(inputs []compute.Buffer, donate []bool, device compute.DeviceNum) ([]compute.Buffer, error) {
	if err := e.backend.check(); err != nil {
		return nil, err
	}
	if err := e.dead.enter(); err != nil {
		return nil, err
	}
	defer e.dead.leave()
	in := make([]compute.Buffer, len(inputs))
	for i, x := range inputs {
		own, ok := x.(*buffer)
		if !ok || own == nil {
			return nil, errors.Errorf("simd: input %d is a %T, not a buffer of this backend", i, x)
		}
		block, err := own.acquire()
		if err != nil {
			return nil, err
		}
		in[i], err = toHost(e.backend.host, own.shape, block.bytes())
		own.release()
		if err != nil {
			return nil, err
		}
	}
	out, err := e.inner.Execute(in, allTrue(len(in)), device)
	if err != nil {
		return nil, err
	}
	for i := range inputs {
		if i < len(donate) && donate[i] {
			if block := inputs[i].(*buffer).take(); block != nil {
				e.backend.memory.put(block)
			}
		}
	}
	return e.fromHost(out)
}

func (e *wholeExecutable) fromHost(out []compute.Buffer) ([]compute.Buffer, error) {
	results := make([]compute.Buffer, len(out))
	for i, o := range out {
		s, err := o.Shape()
		if err != nil {
			return nil, err
		}
		buf := e.backend.newBuffer(s)
		if err := copyFromHost(buf.block.bytes(), o); err != nil {
			return nil, err
		}
		results[i] = buf
	}
	return results, nil
}

// toHost copies an array to a buffer of the Go backend.
func toHost(host compute.Backend, shape shapes.Shape, data []byte) (compute.Buffer, error) {
	buf, flat, err := host.NewSharedBuffer(0, shape)
	if err != nil {
		return nil, err
	}
	copy(bytesOf(flat), data)
	return buf, nil
}

// copyFromHost copies a buffer of the Go backend and finalizes it.
func copyFromHost(dst []byte, src compute.Buffer) error {
	flat, err := src.Data()
	if err != nil {
		return err
	}
	copy(dst, bytesOf(flat))
	return src.Finalize()
}

func allTrue(n int) []bool {
	b := make([]bool, n)
	for i := range b {
		b[i] = true
	}
	return b
}
