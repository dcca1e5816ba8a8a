package simd

import (
	"fmt"
	"strings"
	"time"
)

// An ExecutionPlan describes how an executable of this backend runs: waves one after
// another, each a set of tasks that do not depend on one another. Its String
// method prints it.
type ExecutionPlan struct {
	Arena int // bytes of intermediate values
	Waves []Wave

	program *program
}

// A Wave is a set of independent tasks. Alone says that one worker runs them,
// because they are too small to hand over, or run other plans themselves.
type Wave struct {
	Alone bool
	Steps []Step
}

// A Step is the computation of some values, cut into tasks. Kind is one of
// "loop" (element-wise work and reductions), "product", "product and loop",
// "convolution", "control" (of other plans, in Inner), "Go backend" (an operation that
// is not accelerated) and "move" (all that copies, gathers or fills).
type Step struct {
	Kind, Text string
	Tasks      []Task
	Inner      []*ExecutionPlan
}

// A Task is what one worker does at a time. Time is the shortest that
// [ExecutionPlan.Record] found, and Loop the part of it that is element-wise work.
type Task struct{ Time, Loop time.Duration }

// plan describes the program.
func (p *program) plan() *ExecutionPlan {
	out := &ExecutionPlan{Arena: p.arena, Waves: make([]Wave, len(p.waves)), program: p}
	for i := range p.waves {
		w := &p.waves[i]
		out.Waves[i].Alone = w.alone()
		for _, s := range w.steps {
			step := Step{Kind: kindOf(s), Text: describe(s), Tasks: make([]Task, s.tasks())}
			if c, ok := s.(*controlStep); ok {
				for _, inner := range c.programs {
					step.Inner = append(step.Inner, inner.plan())
				}
			}
			out.Waves[i].Steps = append(out.Waves[i].Steps, step)
		}
	}
	return out
}

func kindOf(s step) string {
	switch s.(type) {
	case loopStep, *combineStep:
		return "loop"
	case *dotStep:
		return "product"
	case *chainStep:
		return "product and loop"
	case *convStep, *directStep:
		return "convolution"
	case *controlStep:
		return "control"
	case *foreignStep:
		return "Go backend"
	}
	return "move"
}

// String lists the waves and their steps.
func (p *ExecutionPlan) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d waves, %d bytes of intermediate values\n", len(p.Waves), p.Arena)
	for i, w := range p.Waves {
		alone := ""
		if w.Alone {
			alone = ", on one worker"
		}
		fmt.Fprintf(&b, "wave %d%s\n", i, alone)
		for _, s := range w.Steps {
			fmt.Fprintf(&b, "  %s\n", s.Text)
			for _, inner := range s.Inner {
				for line := range strings.Lines(inner.String()) {
					b.WriteString("    " + line)
				}
			}
		}
	}
	return b.String()
}

// Record begins to time the tasks of the plan's executions; let one run at a
// time. Stop ends it. Plans in Inner are not timed.
func (p *ExecutionPlan) Record() {
	r := &recording{shortest: make([][]Task, len(p.Waves))}
	for i, w := range p.program.waves {
		r.shortest[i] = make([]Task, len(w.tasks))
	}
	p.program.recording.Store(r)
}

// Stop ends what [ExecutionPlan.Record] began and fills in the times of tasks.
func (p *ExecutionPlan) Stop() {
	r := p.program.recording.Swap(nil)
	if r == nil {
		return
	}
	for i := range p.Waves {
		for k, t := range p.program.waves[i].tasks {
			p.Waves[i].Steps[t.step].Tasks[t.task] = r.shortest[i][k]
		}
	}
}

// A recording holds the shortest times of a program's tasks, by wave. Tasks of
// one execution write different elements.
type recording struct{ shortest [][]Task }

// time runs a task, which is number k of its wave, and notes how long it takes.
func (r *recording) time(c *context, w *worker, wave, k int, s step, task int) {
	w.timed, w.loopBegan = true, time.Time{}
	began := time.Now()
	if _, ok := s.(loopStep); ok {
		w.loopBegan = began
	}
	c.attempt(s, w, task)
	end := time.Now()
	took := Task{Time: end.Sub(began)}
	if !w.loopBegan.IsZero() {
		took.Loop = end.Sub(w.loopBegan)
	}
	w.timed = false
	if best := &r.shortest[wave][k]; best.Time == 0 || took.Time < best.Time {
		*best = took
	}
}

func (p *program) String() string { return p.plan().String() }
