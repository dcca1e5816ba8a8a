package simd

import (
	"slices"

	"github.com/gomlx/compute"
)

// A schedule orders the code of a loop so that instructions that programs can have follow
// one another, each after those that it depends on.
type schedule struct {
	code  []instr
	waits [][]int // by instruction: those that must come before it
	done  []bool
}

// order returns the code in the new order.
func (l *loopCompiler) order() []instr {
	s := schedule{code: l.code, waits: make([][]int, len(l.code)), done: make([]bool, len(l.code))}
	for i := range l.code {
		for k := range i {
			if l.code[i].conflicts(&l.code[k]) {
				s.waits[i] = append(s.waits[i], k)
			}
		}
	}
	var order []instr
	for len(order) < len(l.code) {
		order = s.take(order, func(in *instr) bool { return !in.programmable() })
		order = s.takeProgram(order)
	}
	return order
}

// take adds all instructions of a kind that wait for nothing any more.
func (s *schedule) take(order []instr, kind func(*instr) bool) []instr {
	for i := range s.code {
		if kind(&s.code[i]) && s.ready(i) {
			order, s.done[i] = append(order, s.code[i]), true
		}
	}
	return order
}

// takeProgram adds the instructions of a program; next to another comes one that needs
// its result, if there is one.
func (s *schedule) takeProgram(order []instr) []instr {
	var p programPointers
	last := -1 // pointer of the last result
	for {
		best := -1
		for i := range s.code {
			in := &s.code[i]
			if !in.programmable() || !s.ready(i) || !p.admits(in) {
				continue
			}
			if in.reads(last) {
				best = i
				break
			}
			if best < 0 {
				best = i
			}
		}
		if best < 0 {
			return order
		}
		p.add(&s.code[best])
		last, s.done[best] = s.code[best].dst.pointer, true
		order = append(order, s.code[best])
	}
}

// ready reports whether an instruction is to be taken and waits for nothing.
func (s *schedule) ready(i int) bool {
	return !s.done[i] && !slices.ContainsFunc(s.waits[i], func(k int) bool { return !s.done[k] })
}

// programPointers are what a program reads that varies by row or by column alone, and
// what it writes: the one must be complete before the program begins.
type programPointers struct{ narrow, written []int }

func (p *programPointers) admits(in *instr) bool {
	q := programPointers{slices.Clone(p.narrow), slices.Clone(p.written)}
	q.add(in)
	return !slices.ContainsFunc(q.narrow, func(n int) bool { return slices.Contains(q.written, n) })
}

func (p *programPointers) add(in *instr) {
	for _, t := range in.operands() {
		if t.space != fullSpace {
			p.narrow = append(p.narrow, t.pointer)
		}
	}
	p.written = append(p.written, in.dst.pointer)
}

// conflicts reports whether two instructions must stay in their order: one writes what
// the other reads or writes.
func (in *instr) conflicts(other *instr) bool {
	for _, w := range in.writes() {
		if other.reads(w) || slices.Contains(other.writes(), w) {
			return true
		}
	}
	return slices.ContainsFunc(other.writes(), in.reads)
}

// writes are the pointers that an instruction writes to.
func (in *instr) writes() []int {
	if in.kind == foldTile || in.kind == foldCols {
		return []int{in.dst.pointer, in.b.pointer}
	}
	return []int{in.dst.pointer}
}

// reads reports whether an instruction reads a pointer.
func (in *instr) reads(pointer int) bool {
	return slices.ContainsFunc(in.operands(), func(t term) bool { return t.pointer == pointer })
}

// operands are the terms that an instruction reads.
func (in *instr) operands() []term {
	switch in.kind {
	case zipWhole, zipRows:
		return []term{in.a, in.b}
	case selectWhole, selectRows:
		return []term{in.a, in.b, in.c}
	case foldTile, foldOver, foldCols:
		return []term{in.a, in.dst}
	}
	return []term{in.a}
}

// programmable reports whether a program can have the instruction.
func (in *instr) programmable() bool {
	if in.dst.space != fullSpace || in.op == compute.OpTypeInvalid {
		return false
	}
	switch in.kind {
	case spreadOne, spreadRows, repeatRow:
		return in.dst.size == 4
	case mapWhole:
		_, ok := programUnaries[in.op]
		return ok && in.dst.size == 4
	case zipWhole, zipRows:
		_, ok := programForms[in.op]
		_, both := twice[in.op]
		return in.op == opRelu || ok && (in.a.vector() || in.b.vector()) && (both || in.a.pointer != in.b.pointer)
	}
	return false
}
