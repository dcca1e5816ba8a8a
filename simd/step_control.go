package simd

import (
	"github.com/gomlx/compute"
)

// controlStep runs programs under the control of a value: While and If. It
// runs alone in its wave, so that the programs may use all workers.
type controlStep struct {
	loop     bool       // While; otherwise If
	programs []*program // condition and body, or the two branches
	in       []int      // slots of the state or the predicate, then of what is captured
	sizes    []int      // bytes
	state    int        // how many of the inputs are not captured
	out      []int
	outSizes []int
}

func newControlStep(g *graph, v *value, slot func(*value) int) (*controlStep, error) {
	programs, err := g.programs(v.node)
	if err != nil {
		return nil, err
	}
	s := &controlStep{loop: v.op == compute.OpTypeWhile, programs: programs}
	s.state = len(v.in) - len(captured(v.node.closures))
	for _, o := range v.in {
		s.in = append(s.in, slot(o.value))
		s.sizes = append(s.sizes, o.bytes())
	}
	for _, r := range v.multi {
		s.out = append(s.out, slot(r))
		s.outSizes = append(s.outSizes, r.bytes())
	}
	return s, nil
}

func (s *controlStep) tasks() int { return 1 }
func (s *controlStep) work() int  { return 1000 }

func (s *controlStep) run(c *context, _ *worker, _ int) {
	var err error
	if s.loop {
		err = s.while(c)
	} else {
		err = s.branch(c)
	}
	c.fail(err)
}

// inputs wraps the memory of the inputs.
func (s *controlStep) inputs(c *context) []*block {
	in := make([]*block, len(s.in))
	for i, slot := range s.in {
		in[i] = &block{ptr: c.slots[slot], cap: s.sizes[i]}
	}
	return in
}

func (s *controlStep) branch(c *context) error {
	in := s.inputs(c)
	p := s.programs[1]
	if at[bool](in[0].ptr, 1)[0] {
		p = s.programs[0]
	}
	out, err := p.call(c, in[1:], nil)
	if err != nil {
		return err
	}
	s.finish(c, p, out)
	return nil
}

// while runs the body until the condition is false. The body may write the new
// state over the old one, but for the first, which is not its own.
func (s *controlStep) while(c *context) error {
	in := s.inputs(c)
	given := make([]*block, len(in))
	body := s.programs[1]
	for {
		test, err := s.programs[0].call(c, in, nil)
		if err != nil {
			return err
		}
		again := at[bool](test[0].ptr, 1)[0]
		body.backend.memory.put(test[0])
		if !again {
			break
		}
		out, err := body.call(c, in, given)
		if err != nil {
			return err
		}
		copy(in, out)
		copy(given, out)
	}
	s.finish(c, body, in[:s.state])
	return nil
}

// finish copies the results to where they belong, and frees what a program
// returned.
func (s *controlStep) finish(c *context, p *program, results []*block) {
	for i, b := range results {
		copyBytes(at[byte](c.slots[s.out[i]], s.outSizes[i]), at[byte](b.ptr, s.outSizes[i]))
		if b.raw != nil {
			p.backend.memory.put(b)
		}
	}
}

// call runs a program within an execution. What is given may be overwritten;
// what no output takes is freed.
func (p *program) call(outer *context, in, given []*block) ([]*block, error) {
	x := &execution{backend: p.backend, program: p, blocks: in, given: given}
	c := p.context()
	defer p.rest(c)
	c.team = outer.team
	out, err := x.run(c)
	c.team = nil
	for i, b := range given {
		if b != nil {
			p.backend.memory.put(b)
			given[i] = nil
		}
	}
	return out, err
}
