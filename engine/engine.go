// Package engine runs computation graphs. It opens a backend by its name, and compiles
// a graph once for every set of input shapes. Inputs and outputs have names:
//
//	backend, err := engine.Open("simd")
//	graphs := engine.NewGraphs(backend, store, nil, func(_ *mlx.Scope, in engine.Nodes) engine.Outputs {
//		return engine.Outputs{"sum": graph.Add(in.Get("a"), in.Get("b"))}
//	})
//	results, err := graphs.Call(engine.Feed{"a": a, "b": b})
//	sum := results["sum"].Values
//
// A new backend is one file that declares it, as backend_go.go does.
//
// Start reading at Open, then Graphs.Call.
package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomlx/compute"

	"gsdnet/internal/fault"
)

// Backend runs computation graphs.
type Backend = compute.Backend

// Default is the name of the backend that the empty name stands for.
const Default = "simd"

// declaration is what the rest of the program knows of a backend.
type declaration struct {
	name string // of --backend
	help string // one clause for --help
	open func() (Backend, error)

	inferenceOnly bool // too coarse to train with
}

var declared = map[string]declaration{}

// declare adds a backend. Each backend calls it in the file that opens it.
func declare(d declaration) {
	if _, twice := declared[d.name]; twice {
		panic("engine: backend " + d.name + " is declared twice")
	}
	declared[d.name] = d
}

// Names returns the names of the backends, sorted.
func Names() []string { return slices.Sorted(maps.Keys(declared)) }

// Help lists the backends with one clause for each.
func Help() string {
	var lines []string
	for _, name := range Names() {
		lines = append(lines, fmt.Sprintf("%s (%s)", name, declared[name].help))
	}
	return strings.Join(lines, ", ")
}

// Open opens a backend by its name. The empty name stands for Default. Finalize the
// backend after use. Its errors are a name that is not known, and a backend that this
// build or this machine does not have.
func Open(name string) (Backend, error) {
	if name == "" {
		name = Default
	}
	if err := fault.OneOf("--backend", name, Names()...); err != nil {
		return nil, err
	}
	return declared[name].open()
}

// OpenToTrain is Open for what fits models. It refuses a backend that is for inference
// alone.
func OpenToTrain(name string) (Backend, error) {
	if declared[name].inferenceOnly {
		return nil, fault.Input("train with --backend "+Default+", and apply the run with --backend "+name, "--backend %s is for inference alone", name)
	}
	return Open(name)
}
