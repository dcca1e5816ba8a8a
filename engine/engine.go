// Package engine runs computation graphs. It opens a backend by its name, and compiles
// a graph once for every set of input shapes. Inputs and outputs have names:
//
//	backend, err := engine.Open(engine.SIMD)
//	graphs := engine.NewGraphs(backend, store, nil, func(_ *mlx.Scope, in engine.Nodes) engine.Outputs {
//		return engine.Outputs{"sum": graph.Add(in.Get("a"), in.Get("b"))}
//	})
//	results, err := graphs.Call(engine.Feed{"a": a, "b": b})
//	sum := results["sum"].Values
//
// Start reading at Open, then Graphs.Call.
package engine

import (
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"

	"gsdnet/internal/hint"
	"gsdnet/simd"
)

// Backend runs computation graphs.
type Backend = compute.Backend

// The names of the backends. Those of XLA are in builds with -tags xla alone.
const (
	SIMD    = "simd"     // ours; the default
	Go      = "go"       // GoMLX's own
	XLA     = "xla:cpu"  // XLA on the processor
	XLACUDA = "xla:cuda" // XLA on an NVIDIA GPU
)

// Open opens a backend by its name. The empty name stands for SIMD. Finalize the backend
// after use. Its errors are a name that is not known, and a backend that this build does
// not have.
func Open(name string) (Backend, error) {
	switch name {
	case "", SIMD:
		return simd.New("")
	case Go:
		// Operations run one after another, each on all processors: side by side,
		// its matrix products can wait for each other's workers for ever (compute
		// v0.1.6).
		return gobackend.New("ops_sequential")
	case XLA, XLACUDA:
		return openXLA(strings.TrimPrefix(name, "xla:"))
	}
	return nil, hint.OneOf("--backend", name, SIMD, Go, XLA, XLACUDA)
}
