package train

import (
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"

	"gsdnet/internal/hint"
	"gsdnet/simd"
)

// Engine runs computation graphs.
type Engine = compute.Backend

// The engines by name. XLA's are in builds with -tags xla alone.
const (
	EngineSIMD    = "simd"     // ours; the default
	EngineGo      = "go"       // GoMLX's own
	EngineXLA     = "xla:cpu"  // XLA on the processor
	EngineXLACUDA = "xla:cuda" // XLA on an NVIDIA GPU
)

// Backend opens an engine by name; the empty name is the default.
func Backend(name string) (Engine, error) {
	switch name {
	case "", EngineSIMD:
		return simd.New("")
	case EngineGo:
		// Operations run one after another, each on all processors: side by side,
		// its matrix products can wait for each other's workers for ever (compute
		// v0.1.6).
		return gobackend.New("ops_sequential")
	case EngineXLA, EngineXLACUDA:
		return openXLA(strings.TrimPrefix(name, "xla:"))
	}
	return nil, hint.OneOf("--backend", name, EngineSIMD, EngineGo, EngineXLA, EngineXLACUDA)
}
