package engine

import "github.com/gomlx/compute/gobackend"

// The backend of GoMLX runs its operations one after another, each on all processors.
// With operations side by side, its matrix products can wait for each other's workers
// for ever (compute v0.1.6).
func init() {
	declare(declaration{name: "go", help: "that of GoMLX", open: func() (Backend, error) { return gobackend.New("ops_sequential") }})
}
