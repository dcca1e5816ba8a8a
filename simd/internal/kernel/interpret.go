package kernel

import "unsafe"

// An Opcode says what an operation of [Interpret] does with the accumulator. Those that
// end in R have the operand on the left, those with an S a scalar for an operand.
type Opcode int

// The opcodes, in the order of the assembly's table. A NaN that two NaNs meet in is the
// left one's, so that OpAddR and OpMulR differ from OpAdd and OpMul.
const (
	OpEnd   Opcode = iota // of the program
	OpLoad                // from memory
	OpLoadS               // one element, into all
	OpStore               // to memory
	OpAdd
	OpAddR
	OpAddS
	OpSub
	OpSubR
	OpSubS
	OpSubSR
	OpMul
	OpMulR
	OpMulS
	OpDiv
	OpDivR
	OpDivS
	OpDivSR
	OpDouble // x+x
	OpSquare // x·x
	OpNeg
	OpSqrt
	OpRelu
	OpSign
	OpStep // 0 below zero, else 1
)

// Strip is how many elements [Interpret] works on at a time.
const Strip = 64

// An Op is an operation of a program and its operand: a row of elements, or a scalar. At
// is where the first row's is, and Stride how many bytes after it the next row's.
type Op struct {
	Code   Opcode
	At     unsafe.Pointer
	Stride int
}

// Interprets reports whether the level in use has Interpret.
func Interprets() bool { return tables[active].interpret != nil }

// Interpret runs a program, which ends with OpEnd, on each strip of some rows; cols is a
// multiple of Strip. Between its operations a strip stays in registers, the accumulator.
// The results have the bits that the functions for single operations give.
func Interpret(ops []Op, rows, cols int) { tables[active].interpret(&ops[0], rows, cols) }
