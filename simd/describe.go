package simd

import (
	"fmt"
	"strings"
)

func describe(s step) string {
	switch s := s.(type) {
	case loopStep:
		return s.loop.String()
	case *dotStep:
		return fmt.Sprintf("product %v×[%d×%d]·[%d×%d] transposed %v %v, bfloat16 %v, %d tasks", s.batch, s.m, s.k, s.k, s.n, s.a.trans, s.b.trans, s.template.BFloat16, s.numTasks)
	case *chainStep:
		return fmt.Sprintf("chain of %d panels, local %v: %s → %s", len(s.panels), s.local, describe(s.dot), s.loop)
	case *convStep:
		return fmt.Sprintf("convolution by patches, %d tasks", s.tasks())
	case *directStep:
		return fmt.Sprintf("convolution without patches, %d tiles, %d tasks", s.units, s.tasks())
	case *foreignStep:
		return "foreign " + s.name
	case *controlStep:
		return fmt.Sprintf("control of %d programs", len(s.programs))
	case *moveStep:
		return fmt.Sprintf("move %d parts, %d elements", len(s.parts), s.elements)
	}
	return fmt.Sprintf("%T", s)
}

var loadNames = [...]string{"direct", "packed rows", "strided rows", "transposed", "stepped", "scattered", "row values"}

// String says what a loop covers and how it reads.
func (l *loop) String() string {
	var b strings.Builder
	programs, inside := l.programs()
	fmt.Fprintf(&b, "loop [%d×%d] tiles [%d×%d] period %d, %d instructions (%d in %d programs), %d loads, %d stores, %d sums, %d tasks",
		l.rows, l.cols, l.tileRows, l.tileCols, l.period, len(l.code), inside, programs, len(l.loads), len(l.stores), len(l.accumulators), len(l.tasks))
	for _, ld := range l.loads {
		if ld.kind != direct {
			fmt.Fprintf(&b, "; %s %v %v", loadNames[ld.kind], append(append([]int{}, ld.rowDims...), ld.colDims...), append(append([]int{}, ld.rowSteps...), ld.colSteps...))
		}
	}
	return b.String()
}
