package engine

import "gsdnet/simd"

func init() {
	declare(declaration{"simd", "the default", func() (Backend, error) { return simd.New("") }})
}
