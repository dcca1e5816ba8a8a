// Command gen writes the assembly of package kernel and its Go declarations.
//
// Each file of this directory describes one family of loops with avo's
// instruction builders; this one lists the files to write. Run it with
// go generate in the parent directory.
package main

import (
	"log"
	"os"
	"path/filepath"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// files maps the base name of each generated pair to what goes into it.
var files = []struct {
	name  string
	write func(*build.Context)
}{
	{"gemm_avx512", func(c *build.Context) { gemmAVX512(newVector(c, "AVX512")) }},
	{"gemm_avx2", func(c *build.Context) { gemmAVX2(newVector(c, "AVX2")) }},
	{"gemm_bf16", func(c *build.Context) { gemmBFloat16(newVector(c, "AVX512")) }},
	{"unary_avx512", func(c *build.Context) { v := newVector(c, "AVX512"); unaryLoops(v) }},
	{"unary_avx2", func(c *build.Context) { v := newVector(c, "AVX2"); unaryLoops(v) }},
	{"binary_avx512", func(c *build.Context) { v := newVector(c, "AVX512"); binaryLoops(v); convertLoop(v); powLoop(v) }},
	{"binary_avx2", func(c *build.Context) { v := newVector(c, "AVX2"); binaryLoops(v); convertLoop(v); powLoop(v) }},
	{"logic_avx512", func(c *build.Context) { v := newVector(c, "AVX512"); logicLoops(v) }},
	{"logic_avx2", func(c *build.Context) { v := newVector(c, "AVX2"); logicLoops(v) }},
	{"reduce_avx512", func(c *build.Context) { v := newVector(c, "AVX512"); reduceLoops(v) }},
	{"reduce_avx2", func(c *build.Context) { v := newVector(c, "AVX2"); reduceLoops(v) }},
	{"rows_avx512", func(c *build.Context) { v := newVector(c, "AVX512"); rowLoops(v) }},
	{"rows_avx2", func(c *build.Context) { v := newVector(c, "AVX2"); rowLoops(v) }},
	{"strip_avx512", func(c *build.Context) { stripLoops(newVector(c, "AVX512")) }},
	{"strip_avx2", func(c *build.Context) { stripLoops(newVector(c, "AVX2")) }},
}

// arm lists the files for arm64 likewise.
var arm = []struct {
	name  string
	write func(*neon)
}{
	{"gemm", gemmNEON},
	{"unary", func(n *neon) { unaryLoops(n.vector) }},
	{"binary", func(n *neon) { binaryLoops(n.vector); convertNEON(n); powNEON(n) }},
	{"logic", logicNEON},
	{"reduce", func(n *neon) { reduceLoops(n.vector) }},
	{"rows", rowsNEON},
	{"strip", stripsNEON},
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: gen DIRECTORY")
	}
	for _, f := range files {
		if err := generate(filepath.Join(os.Args[1], f.name+"_amd64"), f.write); err != nil {
			log.Fatalf("%s: %v", f.name, err)
		}
	}
	if err := writeInterpreters(os.Args[1]); err != nil {
		log.Fatalf("interpret: %v", err)
	}
	for _, f := range arm {
		n := newNEON()
		f.write(n)
		if err := n.write(filepath.Join(os.Args[1], f.name+"_neon_arm64")); err != nil {
			log.Fatalf("%s: %v", f.name, err)
		}
	}
}

// begin starts a function; its pointers do not outlive the call.
func begin(ctx *build.Context, name, signature string) {
	ctx.Function(name)
	ctx.Attributes(attr.NOSPLIT)
	ctx.SignatureExpr(signature)
	ctx.Pragma("noescape")
}

// generate builds one file and writes it as path.s and path.go.
func generate(path string, write func(*build.Context)) error {
	ctx := build.NewContext()
	ctx.ConstraintExpr("amd64")
	write(ctx)
	file, err := ctx.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	if err := pass.FunctionPass(encodeUnknown).Execute(file); err != nil {
		return err
	}
	cfg := printer.Config{Name: "gen", Argv: []string{"gen"}, Pkg: "kernel"}
	for ext, p := range map[string]printer.Printer{".s": printer.NewGoAsm(cfg), ".go": printer.NewStubs(cfg)} {
		text, err := p.Print(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(path+ext, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
