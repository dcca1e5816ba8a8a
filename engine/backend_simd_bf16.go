package engine

import (
	"gsdnet/internal/fault"
	"gsdnet/simd"
)

func init() {
	declare(declaration{
		name: "simd:bf16", help: "the default with products in bfloat16, faster and coarser, not for training",
		open: openBFloat16, inferenceOnly: true,
	})
}

// openBFloat16 says what to use where the instructions are missing.
func openBFloat16() (Backend, error) {
	backend, err := simd.New("", simd.WithBFloat16())
	if err != nil {
		return nil, fault.Input("use --backend simd, which computes in float32", "--backend simd:bf16: %w", err)
	}
	return backend, nil
}
