package simd

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// foreignStep runs an operation on the Go backend, copying what goes in and
// out.
type foreignStep struct {
	host     compute.Backend
	call     compute.Executable
	name     string
	in, out  []int // slots
	inShapes []shapes.Shape
	outSizes []int
}

func newForeignStep(host compute.Backend, v *value, slot func(*value) int) (*foreignStep, error) {
	e, err := v.node.foreign.compile()
	if err != nil {
		return nil, err
	}
	s := &foreignStep{host: host, call: e, name: v.op.String()}
	for i, o := range v.in {
		s.in = append(s.in, slot(o.value))
		s.inShapes = append(s.inShapes, v.node.inputs[i].shape)
	}
	for _, r := range v.multi {
		s.out = append(s.out, slot(r))
		s.outSizes = append(s.outSizes, r.bytes())
	}
	return s, nil
}

func (s *foreignStep) tasks() int { return 1 }
func (s *foreignStep) work() int  { return 10000 }

func (s *foreignStep) run(c *context, _ *worker, _ int) {
	if err := s.execute(c); err != nil {
		c.fail(errors.WithMessagef(err, "simd: %s on the Go backend", s.name))
	}
}

func (s *foreignStep) execute(c *context) error {
	in := make([]compute.Buffer, len(s.in))
	for i, slot := range s.in {
		var err error
		if in[i], err = toHost(s.host, s.inShapes[i], at[byte](c.slots[slot], byteSize(s.inShapes[i]))); err != nil {
			return err
		}
	}
	out, err := s.call.Execute(in, allTrue(len(in)), 0)
	if err != nil {
		return err
	}
	for i, b := range out {
		if err := copyFromHost(at[byte](c.slots[s.out[i]], s.outSizes[i]), b); err != nil {
			return err
		}
	}
	return nil
}
