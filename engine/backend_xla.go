//go:build xla

package engine

import (
	"github.com/gomlx/go-xla/compute/xla"
	_ "github.com/gomlx/go-xla/compute/xla/autoinstall" // fetches the PJRT plugin where there is none

	"gsdnet/internal/fault"
)

// openXLA opens XLA with a PJRT plugin: cpu or cuda. A plugin that is not found in
// PJRT_PLUGIN_LIBRARY_PATH or the usual folders is fetched.
func openXLA(plugin string) (Backend, error) {
	backend, err := xla.New(plugin)
	if err != nil {
		return nil, fault.Failure("put the PJRT plugin into a folder of PJRT_PLUGIN_LIBRARY_PATH, or go online once", "--backend xla:%s: %w", plugin, err)
	}
	return backend, nil
}
