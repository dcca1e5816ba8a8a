package engine

import (
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"

	"gsdnet/internal/hint"
	"gsdnet/simd"
)

// Engine runs computation graphs.
type Backend = compute.Backend

// The engines by name. XLA's are in builds with -tags xla alone.
const (
	SIMD    = "simd"     // ours; the default
	Go      = "go"       // GoMLX's own
	XLA     = "xla:cpu"  // XLA on the processor
	XLACUDA = "xla:cuda" // XLA on an NVIDIA GPU
)

// Backend opens an engine by name; the empty name is the default.
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
