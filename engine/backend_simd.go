package engine

import "gsdnet/simd"

func init() {
	declare(declaration{name: "simd", help: "the default", open: func() (Backend, error) { return simd.New("") }})
}
