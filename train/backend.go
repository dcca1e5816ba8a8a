package train

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/gobackend"

	"gsdnet/internal/hint"
)

// Engine runs computation graphs.
type Engine = compute.Backend

// Backend opens an engine by name. The empty name is the default.
func Backend(name string) (Engine, error) {
	if err := hint.OneOf("--backend", name, "", "go"); err != nil {
		return nil, err
	}
	// Operations run one after another, each on all processors: side by side, its
	// matrix products can wait for each other's workers for ever (compute v0.1.6).
	return gobackend.New("ops_sequential")
}
