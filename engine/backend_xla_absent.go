//go:build !xla

package engine

import (
	"gsdnet/internal/fault"
)

// openXLA says how to get what this build does not have.
func openXLA(plugin string) (Backend, error) {
	return nil, fault.Input("build it with a C compiler: CGO_ENABLED=1 go build -tags xla ./cmd/gsdnet",
		"--backend xla:%s: this build has no XLA", plugin)
}
