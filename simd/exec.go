package simd

import (
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// inlineWork is how much a wave must have to do, in about nanoseconds, to be
// shared among workers.
const inlineWork = 10000

// executable implements compute.Executable.
type executable struct {
	backend *backend
	name    string
	names   []string
	inputs  []shapes.Shape
	outputs []shapes.Shape
	program *program
	gate    gate
}

var _ compute.Executable = (*executable)(nil)

// compileProgram makes an executable of a builder's main function.
func compileProgram(b *builder) (compute.Executable, error) {
	p, err := planFunction(b)
	if err != nil {
		return nil, errors.WithMessagef(err, "simd: compiling %q", b.name)
	}
	e := &executable{backend: b.backend, name: b.name, program: p}
	for _, n := range b.main.parameters {
		e.names = append(e.names, n.attr.(parameterAttr).name)
		e.inputs = append(e.inputs, n.shape)
	}
	for _, n := range b.main.outputs {
		e.outputs = append(e.outputs, n.shape)
	}
	// Nothing of the recording is needed any more.
	for _, f := range b.functions {
		f.nodes, f.outputs = nil, nil
	}
	b.nodes, b.functions = nil, nil
	if e.backend.watch != nil {
		e.backend.watch(e.name, p.plan())
	}
	return e, nil
}

// planFunction plans the main function; a panic, which would be a mistake of
// this package, becomes an error.
func planFunction(b *builder) (p *program, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.Errorf("internal error: %v", r)
		}
	}()
	return plan(lower(b.backend, b.main, nil))
}

func (e *executable) Inputs() ([]string, []shapes.Shape) { return e.names, e.inputs }
func (e *executable) Outputs() []shapes.Shape            { return e.outputs }

// Finalize frees the program after the executions that are under way.
func (e *executable) Finalize() {
	e.gate.close(func() {
		e.program.close()
		e.program = nil
	})
}

// Execute runs the program. Executions may run at the same time.
func (e *executable) Execute(inputs []compute.Buffer, donate []bool, device compute.DeviceNum) ([]compute.Buffer, error) {
	if err := e.backend.enter(); err != nil {
		return nil, err
	}
	defer e.backend.gate.leave()
	if err := e.gate.enter("executable"); err != nil {
		return nil, err
	}
	defer e.gate.leave()
	if device != 0 {
		return nil, errors.Errorf("simd: there is no device %d", device)
	}
	x := &execution{backend: e.backend, program: e.program, in: make([]*buffer, 0, len(inputs)), given: make([]*block, len(inputs))}
	defer x.release()
	if err := e.admit(x, inputs, donate); err != nil {
		return nil, errors.WithMessagef(err, "simd: executing %q", e.name)
	}
	c := e.program.context()
	blocks, err := x.run(c)
	e.program.rest(c)
	if err != nil {
		return nil, errors.WithMessagef(err, "simd: executing %q", e.name)
	}
	results := make([]compute.Buffer, len(blocks))
	for i, b := range blocks {
		results[i] = &buffer{backend: e.backend, shape: e.outputs[i].Clone(), block: b}
	}
	return results, nil
}

// admit checks the inputs and pins their memory.
func (e *executable) admit(x *execution, inputs []compute.Buffer, donate []bool) error {
	if len(inputs) != len(e.inputs) {
		return errors.Errorf("got %d inputs, want %d", len(inputs), len(e.inputs))
	}
	if len(donate) != 0 && len(donate) != len(inputs) {
		return errors.Errorf("got %d donations for %d inputs", len(donate), len(inputs))
	}
	for i, in := range inputs {
		b, _, err := x.pin(in)
		if err != nil {
			return errors.WithMessagef(err, "input %d (%q)", i, e.names[i])
		}
		if b.shape.DType != e.inputs[i].DType || !b.shape.EqualDimensions(e.inputs[i]) {
			return errors.Errorf("input %d (%q) has the shape %s, want %s", i, e.names[i], b.shape, e.inputs[i])
		}
	}
	x.donate(donate)
	return nil
}

// pin keeps an input's memory until the execution is released.
func (x *execution) pin(in compute.Buffer) (*buffer, *block, error) {
	b, ok := in.(*buffer)
	if !ok || b == nil {
		return nil, nil, errors.Errorf("a %T is not a buffer of this backend", in)
	}
	if b.backend != x.backend {
		return nil, nil, errors.New("the buffer belongs to another backend")
	}
	block, err := b.acquire()
	if err != nil {
		return nil, nil, err
	}
	x.in = append(x.in, b)
	x.blocks = append(x.blocks, block)
	return b, block, nil
}

// donate takes the memory of the inputs that the caller gives away.
func (x *execution) donate(donated []bool) {
	for i, d := range donated {
		if d {
			x.given[i] = x.in[i].take()
		}
	}
}

// context returns a context at rest, or a new one.
func (p *program) context() *context {
	if c, ok := p.contexts.Get().(*context); ok {
		return c
	}
	return p.newContext()
}

// rest keeps a context until the next garbage collection but one.
func (p *program) rest(c *context) { p.contexts.Put(c) }

// newContext allocates what an execution works in.
func (p *program) newContext() *context {
	c := &context{slots: make([]unsafe.Pointer, p.slots)}
	c.own.source = &p.backend.memory
	for _, k := range p.constants {
		c.slots[k.slot] = k.block.ptr
	}
	return c
}

// close gives back the memory of the constants.
func (p *program) close() {
	for _, k := range p.constants {
		p.backend.memory.put(k.block)
	}
	p.constants = nil
	for _, w := range p.waves {
		for _, s := range w.steps {
			if c, ok := s.(*controlStep); ok {
				for _, inner := range c.programs {
					inner.close()
				}
			}
		}
	}
}

// occupy gives the context an arena.
func (p *program) occupy(c *context) error {
	if p.arena == 0 {
		return nil
	}
	var err error
	if c.arena, err = p.backend.memory.get(p.arena); err != nil {
		return errors.WithMessage(err, "intermediate values")
	}
	for _, o := range p.offsets {
		c.slots[o.slot] = unsafe.Add(c.arena.ptr, o.at)
	}
	return nil
}

// vacate returns the arena, and forgets where inputs and outputs were.
func (p *program) vacate(c *context) {
	if c.arena != nil {
		p.backend.memory.put(c.arena)
		c.arena = nil
	}
	for _, o := range p.offsets {
		c.slots[o.slot] = nil
	}
	for _, s := range p.parameters {
		c.slots[s] = nil
	}
	for _, o := range p.outputs {
		c.slots[o.slot] = nil
	}
}

// An execution is one run of a program.
type execution struct {
	backend *backend
	program *program
	in      []*buffer // pinned
	blocks  []*block  // of the inputs
	given   []*block  // donated ones, until an output takes them
}

// release unpins the inputs and keeps donated memory for later.
func (x *execution) release() {
	for _, b := range x.in {
		b.release()
	}
	for _, b := range x.given {
		if b != nil {
			x.backend.memory.put(b)
		}
	}
}

// run computes the outputs.
func (x *execution) run(c *context) ([]*block, error) {
	p := x.program
	for i, b := range x.blocks {
		c.slots[p.parameters[i]] = b.ptr
	}
	outputs, err := x.outputs(c)
	if err == nil {
		err = p.occupy(c)
	}
	if err == nil {
		p.runWaves(c)
	}
	p.vacate(c)
	c.own.release()
	if failed := c.error.Swap(nil); failed != nil {
		err = *failed
	}
	if err != nil {
		for _, b := range outputs {
			p.backend.memory.put(b)
		}
		return nil, err
	}
	return outputs, nil
}

// outputs finds memory for the outputs: that of donated inputs where possible.
// If there is not enough, it returns what it found.
func (x *execution) outputs(c *context) ([]*block, error) {
	found := make([]*block, 0, len(x.program.outputs))
	for i, o := range x.program.outputs {
		var b *block
		if o.from >= 0 && x.given != nil && x.given[o.from] != nil {
			b, x.given[o.from] = x.given[o.from], nil
		} else {
			var err error
			if b, err = x.backend.memory.get(o.bytes); err != nil {
				return found, errors.WithMessagef(err, "output %d", i)
			}
		}
		found = append(found, b)
		c.slots[o.slot] = b.ptr
	}
	return found, nil
}

// execute runs the program on blocks, for the planner's own use.
func (p *program) execute(inputs, given []*block) ([]*block, error) {
	x := &execution{backend: p.backend, program: p, blocks: inputs, given: given}
	return x.run(p.newContext())
}

// runWaves runs the waves one after another, the large ones on all workers
// that the execution has.
func (p *program) runWaves(c *context) {
	outermost := c.team == nil
	for i := range p.waves {
		w := &p.waves[i]
		if w.serial {
			p.assemble(c) // for the programs that the wave runs
		}
		if w.alone() || len(w.tasks) > countMask || !p.assemble(c) {
			for k := range w.tasks {
				p.runTask(c, &c.own, i, k)
			}
		} else {
			c.team.each(&c.own, len(w.tasks), func(worker *worker, k int) { p.runTask(c, worker, i, k) })
		}
		if c.error.Load() != nil {
			break
		}
	}
	if outermost && c.team != nil {
		c.team.leave()
		c.team = nil
	}
}

// assemble gives the execution a team at its first large wave, so that small
// programs leave the helpers to others. It reports whether there is one. While
// tasks are timed, there is none.
func (p *program) assemble(c *context) bool {
	if p.recording.Load() != nil {
		return false
	}
	if c.team == nil {
		c.team = p.backend.pool.join()
	}
	return c.team != nil
}

// alone reports whether one worker runs the wave.
func (w *wave) alone() bool { return w.serial || w.work < inlineWork || len(w.tasks) < 2 }

// runTask runs task k of a wave.
func (p *program) runTask(c *context, w *worker, wave, k int) {
	t := p.waves[wave].tasks[k]
	s := p.waves[wave].steps[t.step]
	if r := p.recording.Load(); r != nil {
		r.time(c, w, wave, k, s, t.task)
		return
	}
	c.attempt(s, w, t.task)
}

// attempt runs a task; a panic, as of an integer division by zero, becomes an
// error.
func (c *context) attempt(s step, w *worker, task int) {
	defer func() {
		if r := recover(); r != nil {
			c.fail(asError(r))
		}
	}()
	s.run(c, w, task)
}
