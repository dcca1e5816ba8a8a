package kernel

import (
	"fmt"
	"os"
)

// A Level names an instruction set that the kernels can use.
type Level int

// The levels. Of those that a processor has, each is at least as fast as the
// one before it.
const (
	Generic Level = iota // portable Go
	AVX2                 // amd64: AVX2 and FMA
	AVX512               // amd64: AVX-512 F, BW, DQ and VL, and BMI2
	NEON                 // arm64
)

var levelNames = [...]string{Generic: "generic", AVX2: "avx2", AVX512: "avx512", NEON: "neon"}

// String gives the name that GSDNET_SIMD takes.
func (l Level) String() string {
	if l < 0 || int(l) >= len(levelNames) {
		return fmt.Sprintf("Level(%d)", int(l))
	}
	return levelNames[l]
}

// Variable is the environment variable that forces a level.
const Variable = "GSDNET_SIMD"

// active is the level in use; tables[active] holds its loops.
var active = initialLevel()

// Detect returns the best level that this processor and its operating system
// support.
func Detect() Level { return detect() }

// Available reports whether this processor has l.
func Available(l Level) bool { return available(l) }

// Current returns the level in use.
func Current() Level { return active }

// SetLevel makes every kernel use l. It is for tests and for programs that
// choose at start: it must not run while kernels do, and it panics if the
// processor lacks l.
func SetLevel(l Level) {
	if !Available(l) {
		panic("kernel: level " + l.String() + " is not available on this processor")
	}
	active = l
}

// Choose returns the level that the environment variable GSDNET_SIMD asks for
// (neon, avx512, avx2 or generic), or the detected one if it is unset or empty. The
// package starts at the chosen level; where Choose returns an error, because
// the value is unknown or the processor lacks the level, it started at the
// detected one.
func Choose() (Level, error) { return parseLevel(os.Getenv(Variable)) }

func initialLevel() Level {
	l, err := Choose()
	if err != nil {
		return Detect()
	}
	return l
}

func parseLevel(name string) (Level, error) {
	best := Detect()
	if name == "" {
		return best, nil
	}
	for l, n := range levelNames {
		if n != name {
			continue
		}
		if !Available(Level(l)) {
			return best, fmt.Errorf("kernel: %s=%s: this processor supports %v at most", Variable, name, best)
		}
		return Level(l), nil
	}
	return best, fmt.Errorf("kernel: %s=%s: want neon, avx512, avx2 or generic", Variable, name)
}
