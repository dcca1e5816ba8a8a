package main

import (
	"fmt"
	"os"
	"strings"
)

// A neonInterpreter is the interpreter for NEON.
//
// R0 points to the program, R1 to the operation under way and R2 to the table of
// addresses. R3 counts rows of R6, R4 bytes of a row of R5. R7 is where the operand is in
// this row, and R8 in this strip. The accumulator is V0 to V15.
type neonInterpreter struct {
	strings.Builder
	names []string
}

// neonSpare is the first register after the accumulator.
const neonSpare = stripElements / 4

func (w *neonInterpreter) line(format string, args ...any) {
	fmt.Fprintf(w, "\t"+format+"\n", args...)
}

// word writes a vector instruction whose registers are numbered at bits 0, 5 and 16.
func (w *neonInterpreter) word(word uint32, text string, registers ...int) {
	numbers := make([]any, len(registers))
	for i, r := range registers {
		word |= uint32(r) << []int{0, 5, 16}[i]
		numbers[i] = r
	}
	w.line("WORD $0x%08x // %s", word, fmt.Sprintf(text, numbers...))
}

func (w *neonInterpreter) three(op three, d, a, b int) { w.word(op.word, op.text, d, a, b) }

// each writes instructions for each register of the accumulator.
func (w *neonInterpreter) each(body func(acc int)) {
	for i := range neonSpare {
		body(i)
	}
}

// pairs loads or stores pairs of registers, from the first one on, at the strip.
func (w *neonInterpreter) pairs(word uint32, name string, first int) {
	w.line("ADD R4, R7, R8")
	for i := 0; i < neonSpare; i += 2 {
		at := "[x8]"
		if i > 0 {
			at = fmt.Sprintf("[x8, #%d]", 16*i)
		}
		w.line("WORD $0x%08x // %s q%d, q%d, %s", word|uint32(i)<<15|uint32(first+i+1)<<10|8<<5|uint32(first+i), name, first+i, first+i+1, at)
	}
}

func (w *neonInterpreter) load(first int) { w.pairs(0xad400000, "ldp", first) }

// scalar loads the operand into all lanes of a register.
func (w *neonInterpreter) scalar(r int) {
	w.line("WORD $0x%08x // ld1r {v%d.4s}, [x7]", 0x4d40c800|7<<5|uint32(r), r)
}

func (w *neonInterpreter) zero(r int) { w.word(0x4f000400, "movi v%d.4s, #0x0", r) }
func (w *neonInterpreter) one(r int) {
	w.word(0x4f03f600, "fmov v%d.4s, #1.000000000000000000e+00", r)
}

// operation writes what one opcode does.
func (w *neonInterpreter) operation(name string, body func()) {
	fmt.Fprintf(w, "\nTEXT %s<>(SB), NOSPLIT|NOFRAME, $0-0\n", name)
	body()
	w.line("ADD $24, R1")
	w.dispatch()
	w.names = append(w.names, name)
}

// dispatch jumps to the operation that R1 points to.
func (w *neonInterpreter) dispatch() {
	w.line("MOVD (R1), R8")
	w.line("MOVD 8(R1), R7")
	w.line("MOVD 16(R1), R10")
	w.line("MUL R3, R10")
	w.line("ADD R10, R7")
	w.line("MOVD (R2)(R8<<3), R8")
	w.line("JMP (R8)")
}

// entry writes the function that Go calls, and the operation that ends a strip.
func (w *neonInterpreter) entry() {
	w.WriteString("\n// func interpretNEON(ops *Op, rows, cols int)\nTEXT ·interpretNEON(SB), NOSPLIT|NOFRAME, $0-24\n")
	w.line("MOVD ops+0(FP), R0")
	w.line("MOVD rows+8(FP), R6")
	w.line("MOVD cols+16(FP), R5")
	w.line("LSL $2, R5")
	w.line("MOVD $operations<>(SB), R2")
	w.line("MOVD ZR, R3")
	w.line("MOVD ZR, R4")
	w.line("MOVD R0, R1")
	w.dispatch()
	w.names = append(w.names, "end")
	w.WriteString("\nTEXT end<>(SB), NOSPLIT|NOFRAME, $0-0\n")
	w.line("MOVD R0, R1")
	w.line("ADD $%d, R4", 4*stripElements)
	w.line("CMP R5, R4")
	w.line("BLT strip")
	w.line("MOVD ZR, R4")
	w.line("ADD $1, R3")
	w.line("CMP R6, R3")
	w.line("BLT strip")
	w.line("RET")
	w.WriteString("\nstrip:\n")
	w.dispatch()
}

// moves writes the operations between the accumulator and memory.
func (w *neonInterpreter) moves() {
	w.operation("load", func() { w.load(0) })
	w.operation("loadS", func() { w.each(func(acc int) { w.scalar(acc) }) })
	w.operation("store", func() { w.pairs(0xad000000, "stp", 0) })
}

// binary writes the forms of an operation, as [interpreter.binary] does.
func (w *neonInterpreter) binary(name string, op three, commutes bool) {
	const spare = neonSpare
	w.operation(name, func() {
		w.load(spare)
		w.each(func(acc int) { w.three(op, acc, acc, spare+acc) })
	})
	w.operation(name+"R", func() {
		w.load(spare)
		w.each(func(acc int) { w.three(op, acc, spare+acc, acc) })
	})
	w.operation(name+"S", func() {
		w.scalar(spare)
		w.each(func(acc int) { w.three(op, acc, acc, spare) })
	})
	if commutes {
		return
	}
	w.operation(name+"SR", func() {
		w.scalar(spare)
		w.each(func(acc int) { w.three(op, acc, spare, acc) })
	})
}

// unaries writes the operations without an operand.
func (w *neonInterpreter) unaries() {
	const zero, one, above, below = neonSpare, neonSpare + 1, neonSpare + 2, neonSpare + 3
	w.operation("double", func() { w.each(func(acc int) { w.three(fadd, acc, acc, acc) }) })
	w.operation("square", func() { w.each(func(acc int) { w.three(fmul, acc, acc, acc) }) })
	w.operation("neg", func() {
		w.word(0x4f046400, "movi v%d.4s, #0x80, lsl #24", zero)
		w.each(func(acc int) { w.three(beor, acc, acc, zero) })
	})
	w.operation("sqrt", func() { w.each(func(acc int) { w.word(fsqrt.word, fsqrt.text, acc, acc) }) })
	w.operation("relu", func() {
		w.zero(zero)
		w.each(func(acc int) {
			w.three(fmax, acc, zero, acc)
			w.three(fadd, acc, acc, zero)
		})
	})
	w.operation("sign", func() {
		w.zero(zero)
		w.one(one)
		w.each(func(acc int) {
			w.three(fcmgt, above, acc, zero)
			w.three(fcmgt, below, zero, acc)
			w.three(band, above, above, one)
			w.three(band, below, below, one)
			w.three(fsub, acc, above, below)
		})
	})
	w.operation("step", func() {
		w.zero(zero)
		w.one(one)
		w.each(func(acc int) {
			w.three(fcmgt, below, zero, acc)
			w.three(bic, acc, one, below)
		})
	})
}

// writeInterpreterNEON makes the file path.s and the declaration path.go, and returns the
// names of the operations.
func writeInterpreterNEON(path string) ([]string, error) {
	w := &neonInterpreter{}
	w.entry()
	w.moves()
	w.binary("add", fadd, true)
	w.binary("sub", fsub, false)
	w.binary("mul", fmul, true)
	w.binary("div", fdiv, false)
	w.unaries()
	return w.names, writeInterpreted(path, "arm64", "NEON", "", w.names, w.String())
}

// writeInterpreted makes the files of an interpreter.
func writeInterpreted(path, architecture, set, data string, names []string, code string) error {
	head := "// Code generated by command: gen. DO NOT EDIT.\n\n//go:build " + architecture + "\n\n"
	for i, name := range names {
		data += fmt.Sprintf("DATA operations<>+%d(SB)/8, $%s<>(SB)\n", 8*i, name)
	}
	data += fmt.Sprintf("GLOBL operations<>(SB), RODATA, $%d\n", 8*len(names))
	if err := os.WriteFile(path+".s", []byte(head+"#include \"textflag.h\"\n\n"+data+code), 0o644); err != nil {
		return err
	}
	stub := fmt.Sprintf("package kernel\n\n// interpret%s is the loop of Interpret.\n//\n//go:noescape\nfunc interpret%[1]s(ops *Op, rows, cols int)\n", set)
	return os.WriteFile(path+".go", []byte(head+stub), 0o644)
}
