package simd_test

import (
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/support/backendtest"

	"gsdnet/simd"
)

func newBackend(t testing.TB, config string) compute.Backend {
	t.Helper()
	b, err := simd.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Finalize)
	return b
}

// TestCompliance runs the suite that every backend of GoMLX is held to.
func TestCompliance(t *testing.T) {
	if raceDetector {
		t.Skip("products of other types run on the Go backend, whose loops fail the pointer checks of -race")
	}
	backendtest.RunAll(t, newBackend(t, ""), nil)
}
