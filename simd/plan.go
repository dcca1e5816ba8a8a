package simd

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// A program is a function made ready to run: waves of steps that do not depend
// on one another, and a place in memory for every value.
type program struct {
	backend    *backend
	waves      []wave
	slots      int
	arena      int // bytes
	offsets    []offset
	constants  []constantSlot
	parameters []int // slots
	outputs    []outputSlot

	contexts  sync.Pool                 // at rest
	recording atomic.Pointer[recording] // of a plan that measures
}

// A wave is a set of independent tasks.
type wave struct {
	steps  []step
	tasks  []waveTask
	work   int
	serial bool // a step runs programs on all workers
}

type waveTask struct{ step, task int }

type offset struct{ slot, at int }

type constantSlot struct {
	slot  int
	block *block
}

// An outputSlot is an output; from is the parameter whose memory it may take
// over if that is donated, or -1.
type outputSlot struct {
	slot, bytes, from int
	shape             shapes.Shape
}

// A planner makes a program of a graph.
type planner struct {
	*program
	graph   *graph
	fuser   *fuser
	used    []bool // by value: in memory
	slotOf  []int  // by value
	scratch []interval
	levels  [][]planned
	output  []bool // by value
}

// A planned step with what it reads and writes.
type planned struct {
	step   step
	reads  []int // slots
	writes []int
	loop   *loopCompiler // of a fused loop
	others []int         // slots that something else in the step reads
}

// An interval is memory in the arena that is in use from one wave to another.
type interval struct {
	slot, bytes, from, to int
	at                    int
}

// plan makes the program of a graph. It drops what no output needs.
func plan(g *graph) (*program, error) {
	foldConstants(g, needed(g))
	return planValues(g, needed(g))
}

// planValues plans the computation of values.
func planValues(g *graph, values []*value) (*program, error) {
	p := &planner{program: &program{backend: g.backend}, graph: g, fuser: fuse(values)}
	g.values = p.fuser.repeat(values, g.outputs)
	p.assignSlots(g.values)
	err := p.placeConstants(g.values)
	if err == nil {
		err = p.makeSteps()
	}
	if err != nil {
		p.close()
		return nil, err
	}
	p.placeInArena()
	p.finishWaves()
	return p.program, nil
}

// needed numbers the values that parameters and outputs are or depend on.
func needed(g *graph) []*value {
	live := map[*value]bool{}
	for _, v := range g.parameters {
		live[v] = true
	}
	for _, v := range g.outputs {
		live[v] = true
	}
	for i := len(g.values) - 1; i >= 0; i-- {
		v := g.values[i]
		if !live[v] {
			continue
		}
		for _, o := range v.in {
			live[o.value] = true
		}
		for _, m := range v.multi {
			live[m] = true
		}
	}
	g.values = slices.DeleteFunc(g.values, func(v *value) bool { return !live[v] })
	for i, v := range g.values {
		v.id = i
	}
	return g.values
}

// assignSlots gives each value that is in memory a slot: what is used outside
// of the loop that computes it.
func (p *planner) assignSlots(values []*value) {
	n := len(p.fuser.of)
	p.used, p.slotOf, p.output = make([]bool, n), make([]int, n), make([]bool, n)
	for _, v := range p.graph.outputs {
		p.used[v.id], p.output[v.id] = true, true
	}
	for _, v := range p.graph.parameters {
		p.used[v.id] = true
	}
	for _, v := range values {
		c := p.fuser.of[v.id]
		for _, o := range v.in {
			if d := p.fuser.of[o.id]; d != c || d == nil || !d.fused {
				p.used[o.id] = true
			}
		}
		for _, m := range v.multi {
			p.used[m.id] = true
		}
		if c != nil && !c.fused {
			p.used[v.id] = true
		}
	}
	for _, v := range values {
		p.slotOf[v.id] = -1
		if p.used[v.id] {
			p.slotOf[v.id] = p.newSlot()
		}
	}
	for _, v := range p.graph.parameters {
		p.parameters = append(p.parameters, p.slot(v))
	}
	for _, v := range p.graph.outputs {
		p.outputs = append(p.outputs, outputSlot{p.slot(v), v.bytes(), -1, shapes.Make(v.dtype, v.dims...)})
	}
}

// placeConstants copies the constants to memory of their own.
func (p *planner) placeConstants(values []*value) error {
	for _, v := range values {
		if v.op != compute.OpTypeConstant || !p.used[v.id] {
			continue
		}
		b, err := p.backend.memory.get(len(v.data))
		if err != nil {
			return errors.WithMessage(err, "a constant")
		}
		copy(b.bytes(), v.data)
		p.constants = append(p.constants, constantSlot{p.slot(v), b})
	}
	return nil
}

func (p *planner) newSlot() int {
	p.slots++
	return p.slots - 1
}

func (p *planner) slot(v *value) int { return p.slotOf[v.id] }

// makeSteps compiles the clusters in order of their dependencies.
func (p *planner) makeSteps() error {
	for _, c := range p.fuser.ordered() {
		for d := range c.deps {
			c.level = max(c.level, d.level+d.span)
		}
		c.span = 1
		s, err := p.makeStep(c)
		if err != nil {
			return err
		}
		if !p.chain(c, s) {
			c.place = p.add(c.level, s)
		}
		if s.loop != nil {
			p.combine(c, s.loop)
		}
	}
	return nil
}

// add puts a step into a wave and returns its place there.
func (p *planner) add(level int, s planned) int {
	for len(p.levels) <= level {
		p.levels = append(p.levels, nil)
	}
	p.levels[level] = append(p.levels[level], s)
	return len(p.levels[level]) - 1
}

// ordered returns the clusters so that each comes after those it needs.
func (f *fuser) ordered() []*cluster {
	f.stamp++
	var order []*cluster
	var visit func(c *cluster)
	visit = func(c *cluster) {
		if c.visited == f.stamp {
			return
		}
		c.visited = f.stamp
		for _, v := range c.members {
			for _, o := range v.in {
				if d := f.of[o.id]; d != nil {
					visit(d)
				}
			}
		}
		order = append(order, c)
	}
	for _, c := range f.clusters {
		visit(c)
	}
	return order
}

func (p *planner) makeStep(c *cluster) (planned, error) {
	v := c.members[0]
	s := planned{}
	for _, m := range c.members {
		for _, o := range m.in {
			if p.fuser.of[o.id] != c {
				s.reads = append(s.reads, p.slot(o.value))
			}
		}
		if p.used[m.id] {
			s.writes = append(s.writes, p.slot(m))
		}
	}
	for _, m := range v.multi {
		s.writes = append(s.writes, p.slot(m))
	}
	var err error
	switch {
	case c.fused:
		s.loop = compileLoop(c, p.slot, func(v *value) bool { return p.used[v.id] })
		s.step = loopStep{s.loop.loop}
	case v.size() == 0 && v.multi == nil:
		s.step = nothing{}
	case v.op == compute.OpTypeRNGBitGenerator:
		s.step = newRandomStep(v, p.slot)
	case v.op == compute.OpTypeWhile || v.op == compute.OpTypeIf:
		s.step, err = newControlStep(p.graph, v, p.slot)
	case v.node != nil:
		s.step, err = newForeignStep(p.backend.host, v, p.slot)
	case v.op == compute.OpTypeDotGeneral:
		s.step = newDotStep(v, p.slot, p.backend)
	case v.op == compute.OpTypeConvGeneral:
		s.step = newConvStep(v, p.slot)
	case v.op == compute.OpTypeReduceWindow:
		s.step = newPoolStep(v, p.slot)
	case v.op == compute.OpTypeSelectAndScatterMax || v.op == compute.OpTypeSelectAndScatterMin:
		s.step = newSelectStep(v, p.slot)
	case v.op == compute.OpTypeReverse:
		s.step = newReverseStep(v, p.slot)
	case v.op == compute.OpTypeIdentity:
		s.step = &copyStep{p.slot(v.in[0].value), p.slot(v), v.bytes()}
	case v.op == compute.OpTypeGather:
		s.step = newGatherStep(v, p.slot)
	case v.op == compute.OpTypeConcatenate:
		s.step = newConcatStep(v, p.slot)
	case v.op == compute.OpTypePad:
		s.step = newPadStep(v, p.slot)
	case v.op == compute.OpTypeIota:
		s.step = newIotaStep(v, p.slot)
	case v.reduces():
		s.step = newIdentityFill(v, p.slot)
	default:
		s.step = newScatterStep(v, p.slot)
	}
	return s, err
}

// combine plans the adding up of partial results, where a loop has them.
func (p *planner) combine(c *cluster, l *loopCompiler) {
	step := &combineStep{}
	s := planned{step: step}
	for _, part := range l.partials {
		v := part.value
		if part.parts == 1 {
			continue
		}
		to, from := p.slot(v), p.newSlot()
		l.accumulators[part.index].slot = from
		a := *c.tail
		p.scratch = append(p.scratch, interval{slot: from, bytes: a.outer * part.parts * a.inner * v.dtype.Size(), from: c.level, to: c.level + 1})
		t := tables[v.dtype]
		step.sums = append(step.sums, combination{
			from: from, to: to, size: v.dtype.Size(), outer: a.outer, parts: part.parts, inner: a.inner,
			copies: t.copies, over: t.reduce[v.op].over,
		})
		s.writes = append(s.writes, to)
	}
	if len(step.sums) > 0 {
		c.span = 2
		p.add(c.level+1, s)
	}
}

// finishWaves lists the tasks of each wave.
func (p *planner) finishWaves() {
	for _, level := range p.levels {
		var w wave
		for _, s := range longTasksOutside(level) {
			for t := range s.step.tasks() {
				w.tasks = append(w.tasks, waveTask{len(w.steps), t})
			}
			w.steps = append(w.steps, s.step)
			w.work += s.step.work()
			if _, ok := s.step.(*controlStep); ok {
				w.serial = true
			}
		}
		p.waves = append(p.waves, w)
	}
}

// longTasksOutside orders the steps of a wave so that those with the longest tasks come
// first and last. Workers take tasks from both ends, and one that begins
// a long task when the others are nearly done holds them all up.
func longTasksOutside(level []planned) []planned {
	sorted := slices.Clone(level)
	taskOf := func(p planned) int { return p.step.work() / max(1, p.step.tasks()) }
	slices.SortStableFunc(sorted, func(a, b planned) int { return taskOf(b) - taskOf(a) })
	var front, back []planned
	for i, s := range sorted {
		if i%2 == 0 {
			front = append(front, s)
		} else {
			back = append(back, s)
		}
	}
	slices.Reverse(back)
	return append(front, back...)
}

// nothing computes an empty array.
type nothing struct{}

func (nothing) tasks() int                 { return 0 }
func (nothing) work() int                  { return 0 }
func (nothing) run(*context, *worker, int) {}

// identityFill is a reduction of nothing: every result is the identity.
type identityFill struct {
	out, n   int
	identity []byte
	fill     unaryLoop
}

func newIdentityFill(v *value, slot func(*value) int) identityFill {
	return identityFill{slot(v), v.size(), tables[v.dtype].reduce[v.op].identity, tables[v.dtype].fill}
}

func (identityFill) tasks() int  { return 1 }
func (s identityFill) work() int { return s.n }
func (s identityFill) run(c *context, _ *worker, _ int) {
	s.fill(c.slots[s.out], pointerTo(s.identity), s.n)
}
