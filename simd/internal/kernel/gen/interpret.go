package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// An interpreter is the assembly of Interpret for one instruction set of amd64: threaded
// code, in which each operation ends by jumping to the next one. It is written as text,
// because avo does not follow jumps to addresses in registers.
//
// R8 points to the program, R9 to the operation under way and R10 to the table of
// addresses. R11 counts rows of DX, R12 bytes of a row of R13. AX is where the operand is
// in this row. The accumulator is the first registers; the others hold what an operation
// needs at the moment.
type interpreter struct {
	strings.Builder
	set   string // "AVX2" or "AVX512"
	lanes int
	names []string // of the operations, in the order of the opcodes
}

// stripElements is how many elements the accumulator has: kernel.Strip.
const stripElements = 64

// tileBytes is how far the next tile of an array is: simd.tileElements floats.
const tileBytes = 4096

func (w *interpreter) line(format string, args ...any) {
	fmt.Fprintf(w, "\t"+format+"\n", args...)
}

// group returns how many registers the accumulator has.
func (w *interpreter) group() int { return stripElements / w.lanes }

// register names a vector register; spare names those after the accumulator.
func (w *interpreter) register(i int) string {
	return map[string]string{"AVX2": "Y", "AVX512": "Z"}[w.set] + fmt.Sprint(i)
}

func (w *interpreter) spare(i int) string { return w.register(w.group() + i) }

// at is the operand's part for a register of the accumulator.
func (w *interpreter) at(i int) string { return fmt.Sprintf("%d(AX)(R12*1)", 4*w.lanes*i) }

// operation writes what one opcode does.
func (w *interpreter) operation(name string, body func()) {
	fmt.Fprintf(w, "\nTEXT %s<>(SB), NOSPLIT|NOFRAME, $0-0\n", name)
	body()
	w.next()
	w.names = append(w.names, name)
}

// each writes instructions for each register of the accumulator.
func (w *interpreter) each(body func(i int, acc string)) {
	for i := range w.group() {
		body(i, w.register(i))
	}
}

// next jumps to the next operation.
func (w *interpreter) next() {
	w.line("ADDQ $24, R9")
	w.dispatch()
}

// dispatch jumps to the operation that R9 points to.
func (w *interpreter) dispatch() {
	w.line("MOVQ (R9), CX")
	w.line("MOVQ 16(R9), AX")
	w.line("IMULQ R11, AX")
	w.line("ADDQ 8(R9), AX")
	w.line("MOVQ (R10)(CX*8), CX")
	w.line("JMP CX")
}

// entry writes the function that Go calls, and the operation that ends a strip.
func (w *interpreter) entry() {
	fmt.Fprintf(w, "\n// func interpret%s(ops *Op, rows, cols int)\nTEXT ·interpret%[1]s(SB), NOSPLIT|NOFRAME, $0-24\n", w.set)
	w.line("MOVQ ops+0(FP), R8")
	w.line("MOVQ rows+8(FP), DX")
	w.line("MOVQ cols+16(FP), R13")
	w.line("SHLQ $2, R13")
	w.line("LEAQ operations<>(SB), R10")
	w.line("XORQ R11, R11")
	w.line("XORQ R12, R12")
	w.line("MOVQ R8, R9")
	w.dispatch()
	w.names = append(w.names, "end")
	fmt.Fprintf(w, "\nTEXT end<>(SB), NOSPLIT|NOFRAME, $0-0\n")
	w.line("MOVQ R8, R9")
	w.line("ADDQ $%d, R12", 4*stripElements)
	w.line("CMPQ R12, R13")
	w.line("JLT strip")
	w.line("XORQ R12, R12")
	w.line("INCQ R11")
	w.line("CMPQ R11, DX")
	w.line("JLT strip")
	w.line("VZEROUPPER")
	w.line("RET")
	w.WriteString("\nstrip:\n")
	w.dispatch()
}

// ask asks for the operand's part of the next tile.
func (w *interpreter) ask() {
	for at := 0; at < 4*stripElements; at += 64 {
		w.line("PREFETCHT0 %d(AX)(R12*1)", tileBytes+at)
	}
}

// moves writes the operations between the accumulator and memory.
func (w *interpreter) moves() {
	w.operation("load", func() {
		w.ask()
		w.each(func(i int, acc string) { w.line("VMOVUPS %s, %s", w.at(i), acc) })
	})
	w.operation("loadS", func() {
		w.line("VBROADCASTSS (AX), %s", w.register(0))
		for i := 1; i < w.group(); i++ {
			w.line("VMOVAPS %s, %s", w.register(0), w.register(i))
		}
	})
	w.operation("store", func() { w.each(func(i int, acc string) { w.line("VMOVUPS %s, %s", acc, w.at(i)) }) })
}

// binary writes the forms of an operation: with a vector or a scalar, which are on the
// right, or the left in forms that end in R. Of two NaNs the left one is the result, so
// that additions and products have these forms too.
func (w *interpreter) binary(name, instruction string, commutes bool) {
	w.operation(name, func() {
		w.ask()
		w.each(func(i int, acc string) { w.line("%s %s, %s, %s", instruction, w.at(i), acc, acc) })
	})
	w.operation(name+"R", func() {
		w.ask()
		w.each(func(i int, acc string) {
			w.line("VMOVUPS %s, %s", w.at(i), w.spare(i%4))
			w.line("%s %s, %s, %s", instruction, acc, w.spare(i%4), acc)
		})
	})
	w.operation(name+"S", func() {
		w.line("VBROADCASTSS (AX), %s", w.spare(0))
		w.each(func(i int, acc string) { w.line("%s %s, %s, %s", instruction, w.spare(0), acc, acc) })
	})
	if commutes {
		return
	}
	w.operation(name+"SR", func() {
		w.line("VBROADCASTSS (AX), %s", w.spare(0))
		w.each(func(i int, acc string) { w.line("%s %s, %s, %s", instruction, acc, w.spare(0), acc) })
	})
}

// unaries writes the operations without an operand.
func (w *interpreter) unaries() {
	w.operation("double", func() { w.each(func(_ int, acc string) { w.line("VADDPS %s, %[1]s, %[1]s", acc) }) })
	w.operation("square", func() { w.each(func(_ int, acc string) { w.line("VMULPS %s, %[1]s, %[1]s", acc) }) })
	w.operation("neg", func() {
		w.line("VBROADCASTSS minus<>(SB), %s", w.spare(0))
		w.each(func(_ int, acc string) { w.line("VXORPS %s, %s, %[2]s", w.spare(0), acc) })
	})
	w.operation("sqrt", func() { w.each(func(_ int, acc string) { w.line("VSQRTPS %s, %[1]s", acc) }) })
	w.operation("relu", func() {
		w.line("VXORPS X%d, X%[1]d, X%[1]d", w.group())
		w.each(func(_ int, acc string) {
			w.line("VMAXPS %s, %s, %[1]s", acc, w.spare(0))
			w.line("VADDPS %s, %s, %[2]s", w.spare(0), acc)
		})
	})
	w.operation("sign", w.sign)
	w.operation("step", func() {
		w.line("VXORPS X%d, X%[1]d, X%[1]d", w.group())
		w.line("VBROADCASTSS one<>(SB), %s", w.spare(1))
		w.each(func(_ int, acc string) {
			if w.set == "AVX512" {
				w.line("VCMPPS $%d, %s, %s, K1", notLess, w.spare(0), acc)
				w.line("VMOVAPS.Z %s, K1, %s", w.spare(1), acc)
			} else {
				w.line("VCMPPS $%d, %s, %s, %[3]s", notLess, w.spare(0), acc)
				w.line("VANDPS %s, %s, %[2]s", w.spare(1), acc)
			}
		})
	})
}

// sign subtracts "below zero" from "above zero"; both fail for NaN.
func (w *interpreter) sign() {
	zero, one, above, below := w.spare(0), w.spare(1), w.spare(2), w.spare(3)
	w.line("VXORPS X%d, X%[1]d, X%[1]d", w.group())
	w.line("VBROADCASTSS one<>(SB), %s", one)
	w.each(func(_ int, acc string) {
		if w.set == "AVX512" {
			w.line("VCMPPS $%d, %s, %s, K1", greater, zero, acc)
			w.line("VCMPPS $%d, %s, %s, K2", less, zero, acc)
			w.line("VMOVAPS.Z %s, K1, %s", one, above)
			w.line("VMOVAPS.Z %s, K2, %s", one, below)
		} else {
			w.line("VCMPPS $%d, %s, %s, %s", greater, zero, acc, above)
			w.line("VCMPPS $%d, %s, %s, %s", less, zero, acc, below)
			w.line("VANDPS %s, %s, %[2]s", one, above)
			w.line("VANDPS %s, %s, %[2]s", one, below)
		}
		w.line("VSUBPS %s, %s, %s", below, above, acc)
	})
}

// writeInterpreter makes the file path.s and the declaration path.go, and returns the
// names of the operations.
func writeInterpreter(path, set string, lanes int) ([]string, error) {
	w := &interpreter{set: set, lanes: lanes}
	w.entry()
	w.moves()
	w.binary("add", "VADDPS", true)
	w.binary("sub", "VSUBPS", false)
	w.binary("mul", "VMULPS", true)
	w.binary("div", "VDIVPS", false)
	w.unaries()
	const data = "DATA minus<>+0(SB)/4, $0x80000000\nGLOBL minus<>(SB), RODATA|NOPTR, $4\n\n" +
		"DATA one<>+0(SB)/4, $0x3f800000\nGLOBL one<>(SB), RODATA|NOPTR, $4\n\n"
	return w.names, writeInterpreted(path, "amd64", set, data, w.names, w.String())
}

// writeInterpreters makes the files of all instruction sets.
func writeInterpreters(directory string) error {
	wide, err := writeInterpreter(filepath.Join(directory, "interpret_avx512_amd64"), "AVX512", 16)
	if err != nil {
		return err
	}
	narrow, err := writeInterpreter(filepath.Join(directory, "interpret_avx2_amd64"), "AVX2", 8)
	if err != nil {
		return err
	}
	arm, err := writeInterpreterNEON(filepath.Join(directory, "interpret_neon_arm64"))
	if err == nil && (!slices.Equal(wide, narrow) || !slices.Equal(wide, arm)) {
		err = errors.New("the interpreters have different operations")
	}
	return err
}
