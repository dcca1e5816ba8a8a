package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"os"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// neon assembles one file of arm64 functions, for which avo has no
// instructions. Vector instructions are written as words, because Go's
// assembler lacks most of those on floats; the comment of each is its text as
// binutils disassembles it, which `make arm64` compares.
type neon struct {
	vector    *vector
	functions []string
	stubs     []string
	constants []uint64 // the file's constants, 16 bytes each, which repeat these
	*assembly
}

// assembly is one function in the making.
type assembly struct {
	lines   []line
	params  map[string]param
	general int      // general registers given away
	base    string   // points to the constants
	used    []uint64 // constants, in the order of their first use
	kept    map[uint64]reg.VecVirtual
	labels  int
}

type param struct {
	offset int
	move   string // the instruction that loads or stores it
}

// A line is a label, an instruction of Go's assembler, or a vector instruction.
type line struct {
	text     string // the text, with a %d for each vector register
	label    string // if it defines one
	target   string // if it jumps to one
	word     uint32 // the encoding with all vector registers 0
	vectors  []reg.VecVirtual
	places   []int // the lowest bit of each register's number in word
	isVector bool
	isMove   bool
}

func newNEON() *neon {
	n := &neon{}
	n.vector = &vector{Context: build.NewContext(), set: "NEON", lanes: 4, group: 1, neon: n}
	return n
}

// function adds a function. It runs body again until as many constants as fit
// stay in registers.
func (n *neon) function(name, signature, doc string, frame int, body func()) {
	n.assembly = &assembly{}
	n.start(signature, nil)
	body()
	want := slices.Clone(n.used)
	for keep := len(want); ; keep-- {
		if keep < 0 {
			panic(name + ": too many registers")
		}
		n.start(signature, want[:keep])
		body()
		if numbers, ok := n.allocate(); ok {
			n.print(name, signature, doc, frame, numbers)
			return
		}
	}
}

// start begins a function that keeps some constants in registers.
func (n *neon) start(signature string, keep []uint64) {
	_, params := layout(signature)
	n.assembly = &assembly{params: params, kept: map[uint64]reg.VecVirtual{}}
	n.base = n.gp()
	n.go_("MOVD $constants<>(SB), %s", n.base)
	for _, b := range keep {
		n.kept[b] = n.loadConstant(b)
	}
}

// layout returns the size and the places of the arguments and the result,
// which is called ret.
func layout(signature string) (int, map[string]param) {
	expr, err := parser.ParseExpr(signature)
	if err != nil {
		panic(err)
	}
	f := expr.(*ast.FuncType)
	places, at := map[string]param{}, 0
	add := func(name string, kind ast.Expr) {
		size, move := 8, "MOVD"
		if id, ok := kind.(*ast.Ident); ok && id.Name == "float32" {
			size, move = 4, "MOVW"
		}
		at = (at + size - 1) / size * size
		places[name] = param{at, move}
		at += size
	}
	for _, field := range f.Params.List {
		for _, name := range field.Names {
			add(name.Name, field.Type)
		}
	}
	if f.Results != nil {
		at = (at + 7) / 8 * 8
		add("ret", f.Results.List[0].Type)
	}
	return at, places
}

// gp gives a general register away: not those that the linker, the runtime and
// the platforms keep.
func (n *neon) gp() string {
	free := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20, 21, 22, 23, 24, 25}
	n.general++
	return fmt.Sprintf("R%d", free[n.general-1])
}

// argument loads an argument into a new general register.
func (n *neon) argument(name string) string {
	r := n.gp()
	n.loadArgument(name, r)
	return r
}

func (n *neon) loadArgument(name, r string) {
	p := n.params[name]
	n.go_("%s %s+%d(FP), %s", p.move, name, p.offset, r)
}

// stride loads a distance in elements and returns it in bytes.
func (n *neon) stride(name string) string {
	r := n.argument(name)
	n.go_("LSL $2, %s", r)
	return r
}

// go_ adds an instruction of Go's assembler.
func (n *neon) go_(format string, args ...any) {
	n.lines = append(n.lines, line{text: fmt.Sprintf(format, args...)})
}

func (n *neon) label(name string) { n.lines = append(n.lines, line{label: name}) }

// jump adds a branch; condition is B, BLT, BNE, or "CBZ R0,".
func (n *neon) jump(condition, label string) {
	n.lines = append(n.lines, line{text: condition + " " + label, target: label})
}

// fresh returns a label that is not in use.
func (n *neon) fresh(name string) string {
	n.labels++
	return fmt.Sprintf("%s%d", name, n.labels)
}

// op adds a vector instruction whose registers are numbered at bits 0, 5 and 16.
func (n *neon) op(word uint32, text string, vectors ...reg.VecVirtual) {
	n.place(word, text, []int{0, 5, 16}[:len(vectors)], vectors...)
}

func (n *neon) place(word uint32, text string, places []int, vectors ...reg.VecVirtual) {
	n.lines = append(n.lines, line{text: text, word: word, places: places, vectors: vectors, isVector: true})
}

// move copies a register, or makes both the same where the source is not used
// any more.
func (n *neon) move(dst, src reg.VecVirtual) {
	n.op(0x4ea01c00, "mov v%d.16b, v%d.16b", dst, src)
	n.lines[len(n.lines)-1].isMove = true
}

// number returns the number of a general register.
func number(r string) uint32 {
	var i uint32
	if _, err := fmt.Sscanf(r, "R%d", &i); err != nil {
		panic(err)
	}
	return i
}

// constant returns the register of a constant of 64 bits, which repeats it.
func (n *neon) constant(b uint64) reg.VecVirtual {
	if !slices.Contains(n.used, b) {
		n.used = append(n.used, b)
	}
	if r, ok := n.kept[b]; ok {
		return r
	}
	return n.loadConstant(b)
}

func (n *neon) loadConstant(b uint64) reg.VecVirtual {
	i := slices.Index(n.constants, b)
	if i < 0 {
		i = len(n.constants)
		n.constants = append(n.constants, b)
	}
	d := n.vector.register()
	n.loadQ(d, n.base, 16*i)
	return d
}

// print finishes the function.
func (n *neon) print(name, signature, doc string, frame int, numbers map[reg.VecVirtual]uint32) {
	size, _ := layout(signature)
	var s strings.Builder
	fmt.Fprintf(&s, "// %s\nTEXT ·%s(SB), NOSPLIT, $%d-%d\n", strings.TrimPrefix(signature, "func"), name, frame, size)
	usesBase := len(n.used) > 0
	for i, l := range n.lines {
		switch {
		case i == 0 && !usesBase:
		case l.label != "":
			fmt.Fprintf(&s, "\n%s:\n", l.label)
		case !l.isVector:
			fmt.Fprintf(&s, "\t%s\n", l.text)
		default:
			word, text := l.word, make([]any, len(l.vectors))
			for j, r := range l.vectors {
				word |= numbers[r] << l.places[j]
				text[j] = numbers[r]
			}
			if l.isMove {
				if text[0] == text[1] {
					continue
				}
				word |= numbers[l.vectors[1]] << 16
			}
			fmt.Fprintf(&s, "\tWORD $0x%08x // %s\n", word, fmt.Sprintf(l.text, text...))
		}
	}
	n.functions = append(n.functions, s.String())
	n.stubs = append(n.stubs, fmt.Sprintf("// %s %s\n//\n//go:noescape\nfunc %s%s\n", name, doc, name, strings.TrimPrefix(signature, "func")))
}

// write makes the file path.s and the declarations path.go.
func (n *neon) write(path string) error {
	const head = "// Code generated by command: gen. DO NOT EDIT.\n\n//go:build arm64\n\n"
	var data strings.Builder
	for i, b := range n.constants {
		for half := range 2 {
			fmt.Fprintf(&data, "DATA constants<>+%d(SB)/8, $0x%016x\n", 16*i+8*half, b)
		}
	}
	if len(n.constants) > 0 {
		fmt.Fprintf(&data, "GLOBL constants<>(SB), RODATA|NOPTR, $%d\n\n", 16*len(n.constants))
	}
	code := head + "#include \"textflag.h\"\n\n" + data.String() + strings.Join(n.functions, "\n")
	if err := os.WriteFile(path+".s", []byte(code), 0o644); err != nil {
		return err
	}
	return os.WriteFile(path+".go", []byte(head+"package kernel\n\n"+strings.Join(n.stubs, "\n")), 0o644)
}
