package simd

import (
	"slices"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"gsdnet/simd/internal/kernel"
)

// A pass is one or several instructions that a tile goes through at once. Where there are
// several, program computes the same strip by strip, with intermediate values in
// registers of the processor. It has the bits of the instructions, which run in its place
// where there is no kernel for programs or a row is not a multiple of its strips.
type pass struct {
	code    []instr
	program []programOp
	vectors []int // pointers to what the program reads or writes, but for scalars
	whole   bool  // nothing of the program varies by row or column alone
}

// A programOp is an operation of a program and its operand.
type programOp struct {
	code   kernel.Opcode
	term   term
	stride int // bytes from row to row, where the term's rows lie apart
}

// formsOf are the opcodes of an operation on two operands; b is the one that is not
// in the accumulator: on the right or the left, a vector or a scalar.
type formsOf struct{ right, left, rightScalar, leftScalar kernel.Opcode }

var programForms = map[compute.OpType]formsOf{
	compute.OpTypeAdd: {kernel.OpAdd, kernel.OpAddR, kernel.OpAddS, kernel.OpAddS},
	compute.OpTypeSub: {kernel.OpSub, kernel.OpSubR, kernel.OpSubS, kernel.OpSubSR},
	compute.OpTypeMul: {kernel.OpMul, kernel.OpMulR, kernel.OpMulS, kernel.OpMulS},
	compute.OpTypeDiv: {kernel.OpDiv, kernel.OpDivR, kernel.OpDivS, kernel.OpDivSR},
}

var programUnaries = map[compute.OpType]kernel.Opcode{
	compute.OpTypeNeg: kernel.OpNeg, compute.OpTypeSqrt: kernel.OpSqrt, compute.OpTypeSign: kernel.OpSign,
	opRelu: kernel.OpRelu, compute.OpTypeIdentity: kernel.OpLoad,
}

// twice are the operations of two operands that are both in the accumulator.
var twice = map[compute.OpType]kernel.Opcode{compute.OpTypeAdd: kernel.OpDouble, compute.OpTypeMul: kernel.OpSquare}

// opRelu is an instruction that is made of another: max(x, 0).
const opRelu = compute.OpType(-2)

// programmed returns the operation of v as programs know it, or invalid.
func programmed(v *value) compute.OpType {
	switch {
	case v.op == compute.OpTypeIdentity:
		return v.op
	case v.dtype != dtypes.Float32 || v.in[0].dtype != dtypes.Float32:
		return compute.OpTypeInvalid
	case v.op == compute.OpTypeMax && (isScalar32(v.in[0], 0) || isScalar32(v.in[1], 0)):
		return opRelu
	}
	return v.op
}

// makePasses divides the code into passes.
func (l *loopCompiler) makePasses() {
	l.code = l.order()
	for i := 0; i < len(l.code); {
		n := l.programLength(i)
		if n == 0 || n == 1 && !l.alone(&l.code[i]) {
			l.passes = append(l.passes, pass{code: l.code[i : i+1]})
			i++
			continue
		}
		l.passes = append(l.passes, l.newProgram(i, i+n))
		i += n
	}
}

// alone reports whether an instruction is worth a program of its own: it would be one
// call for each row, or reads rows that lie apart.
func (l *loopCompiler) alone(in *instr) bool {
	if l.tileRows > 1 && in.kind != mapWhole && in.kind != zipWhole {
		return true
	}
	return slices.ContainsFunc(in.operands(), func(t term) bool { return l.strides[t.pointer] != 0 })
}

// findStrided finds the rows that need not be packed, because only programs read them.
func (l *loopCompiler) findStrided() {
	for i := range l.loads {
		ld := &l.loads[i]
		step, run := lastAxis(ld.rowDims, ld.rowSteps, l.rows)
		if ld.kind != packRows || ld.size != 4 || run < l.rows && run%l.period != 0 || l.cols%kernel.Strip != 0 || l.tileCols < l.cols {
			continue
		}
		if !slices.ContainsFunc(l.code, func(in instr) bool {
			return !in.programmable() && in.reads(ld.pointer)
		}) {
			ld.kind, l.strides[ld.pointer] = strided, step*ld.size
		}
	}
}

// programLength counts the instructions from number i on that one program can be made of.
func (l *loopCompiler) programLength(i int) int {
	var p programPointers
	n := i
	for ; n < len(l.code) && l.code[n].programmable() && p.admits(&l.code[n]); n++ {
		p.add(&l.code[n])
	}
	return n - i
}

// vector reports whether a term has several elements in a row of the tile.
func (t term) vector() bool { return t.space&colSpace != 0 }

// newProgram makes a program of the instructions from one to another.
func (l *loopCompiler) newProgram(from, to int) pass {
	p := pass{code: l.code[from:to], whole: true}
	held := -1 // pointer of the value in the accumulator
	for i := from; i < to; i++ {
		in := &l.code[i]
		for _, t := range in.operands() {
			p.whole = p.whole && (t.space == fullSpace || t.space == scalarSpace) && l.strides[t.pointer] == 0
		}
		p.program = append(p.program, in.operations(held)...)
		held = in.dst.pointer
		if l.neededAfter(i, to) {
			p.program = append(p.program, programOp{code: kernel.OpStore, term: in.dst})
		}
	}
	l.findSteps(&p)
	for i, o := range p.program {
		p.program[i].stride = l.strides[o.term.pointer]
		if o.term.vector() && !slices.Contains(p.vectors, o.term.pointer) {
			p.vectors = append(p.vectors, o.term.pointer)
		}
	}
	p.program = append(p.program, programOp{code: kernel.OpEnd})
	return p
}

// findSteps replaces the sign of the sign plus 1, which gradients of max are made of.
func (l *loopCompiler) findSteps(p *pass) {
	for i := 0; i+2 < len(p.program); i++ {
		a, b, c := p.program[i], p.program[i+1], p.program[i+2]
		if a.code == kernel.OpSign && b.code == kernel.OpAddS && b.term.pointer == l.one && c.code == kernel.OpSign {
			p.program = slices.Replace(p.program, i, i+3, programOp{code: kernel.OpStep})
		}
	}
}

// operations are those of one instruction, after one that left the value of a pointer in
// the accumulator.
func (in *instr) operations(held int) []programOp {
	load := func(t term) programOp {
		if t.vector() {
			return programOp{code: kernel.OpLoad, term: t}
		}
		return programOp{code: kernel.OpLoadS, term: t}
	}
	var ops []programOp
	isHeld := func(t term) bool { return t.space == fullSpace && t.pointer == held }
	if in.op == opRelu || in.kind != zipWhole && in.kind != zipRows {
		x := in.a
		if in.op == opRelu && !x.vector() {
			x = in.b
		}
		if !isHeld(x) {
			ops = append(ops, load(x))
		}
		if code := programUnaries[in.op]; code != kernel.OpLoad {
			ops = append(ops, programOp{code: code})
		}
		return ops
	}
	f := programForms[in.op]
	if !isHeld(in.a) && (isHeld(in.b) || !in.a.vector()) {
		if !isHeld(in.b) {
			ops = append(ops, load(in.b))
		}
		if in.a.vector() {
			return append(ops, programOp{code: f.left, term: in.a})
		}
		return append(ops, programOp{code: f.leftScalar, term: in.a})
	}
	if !isHeld(in.a) {
		ops = append(ops, load(in.a))
	}
	switch {
	case in.a.pointer == in.b.pointer:
		return append(ops, programOp{code: twice[in.op]})
	case in.b.vector():
		return append(ops, programOp{code: f.right, term: in.b})
	}
	return append(ops, programOp{code: f.rightScalar, term: in.b})
}

// neededAfter reports whether memory must have the result of instruction i, of a program
// that ends before another instruction. The next one of the program has it in registers.
func (l *loopCompiler) neededAfter(i, end int) bool {
	pointer := l.code[i].dst.pointer
	if slices.ContainsFunc(l.stores, func(s store) bool { return s.pointer == pointer }) {
		return true
	}
	for k := i + 1; k < len(l.code); k++ {
		in := &l.code[k]
		if in.reads(pointer) && (k > i+1 || k >= end) {
			return true
		}
		if in.dst.pointer == pointer {
			return false
		}
	}
	return false
}

// run computes rows × cols elements.
func (s *pass) run(w *worker, p []unsafe.Pointer, rows, cols int) {
	done := 0
	if len(s.program) > 0 && kernel.Interprets() {
		if s.whole {
			rows, cols = 1, rows*cols
		}
		if rows == 1 || cols%kernel.Strip == 0 {
			done = cols / kernel.Strip * kernel.Strip
		}
		if done > 0 {
			kernel.Interpret(w.bind(s.program, p, cols), rows, done)
		}
	}
	if done < cols {
		s.shift(p, done)
		for i := range s.code {
			s.code[i].run(p, rows, cols-done)
		}
		s.shift(p, -done)
	}
}

// programs returns how many passes are programs, and how many instructions these have.
func (l *loop) programs() (n, instructions int) {
	for _, p := range l.passes {
		if len(p.program) > 0 {
			n, instructions = n+1, instructions+len(p.code)
		}
	}
	return n, instructions
}

// shift moves the pointers of a program's vectors by some elements.
func (s *pass) shift(p []unsafe.Pointer, by int) {
	if by == 0 {
		return
	}
	for _, v := range s.vectors {
		p[v] = unsafe.Add(p[v], 4*by)
	}
}

// bind gives the operands of a program the places of a tile.
func (w *worker) bind(program []programOp, p []unsafe.Pointer, cols int) []kernel.Op {
	if len(w.ops) < len(program) {
		w.ops = make([]kernel.Op, 2*len(program))
	}
	for i := range program {
		o := &program[i]
		w.ops[i] = kernel.Op{Code: o.code, At: p[o.term.pointer], Stride: o.stride}
		if o.stride == 0 {
			w.ops[i].Stride = o.term.stride(cols)
		}
	}
	return w.ops[:len(program)]
}
