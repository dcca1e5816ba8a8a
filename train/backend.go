package train

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"

	"gsdnet/internal/hint"
	"gsdnet/simd"
)

// Engine runs computation graphs.
type Engine = compute.Backend

// The engines that every build has.
const (
	EngineSIMD = "simd" // ours; the default
	EngineGo   = "go"   // GoMLX's own
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
	}
	return nil, hint.OneOf("--backend", name, EngineSIMD, EngineGo)
}
