package simd

import (
	"fmt"

	"github.com/gomlx/compute"
)

// Plan describes how an executable runs, for tests.
func Plan(e compute.Executable) string { return fmt.Sprint(e.(*executable).program) }
