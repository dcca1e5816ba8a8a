package engine

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/internal/fault"
)

// heldGraphs is how many compiled graphs are kept: one for each padded length of
// conversations up to about 20,000 utterances.
const heldGraphs = 32

// Build builds a graph from its inputs and returns what the graph computes. The scope
// holds the variables of the store that the graph is built on.
type Build func(scope *mlx.Scope, in Nodes) Outputs

// Graphs compiles a graph for every set of input names and shapes that it meets, and
// keeps the 32 that were used last: however many shapes there are, memory is bounded.
// Goroutines may call it at the same time; their graphs run concurrently.
type Graphs struct {
	backend  Backend
	store    *mlx.Store
	build    Build
	building *sync.Mutex // graphs of one store are built one at a time

	mu   sync.Mutex // guards what follows, and users of the executables
	held []*executable
}

// executable is a graph for one set of input shapes.
type executable struct {
	shapes  string
	compile sync.Once
	outputs []string // sorted names of the outputs
	exec    *mlx.Exec
	err     error
	users   int
}

// NewGraphs returns an empty cache of the graphs that build makes on a store. The lock
// is held while a graph is built: all the caches of one store share it. With nil the
// cache has a lock of its own.
func NewGraphs(backend Backend, store *mlx.Store, building *sync.Mutex, build Build) *Graphs {
	if building == nil {
		building = new(sync.Mutex)
	}
	return &Graphs{backend: backend, store: store, build: build, building: building}
}

// Call runs the graph for the names and shapes of a feed, and compiles it first if
// they are new. Its errors are those of building, compiling and running the graph.
func (c *Graphs) Call(feed Feed) (Results, error) {
	names := slices.Sorted(maps.Keys(feed))
	e := c.acquire(names, feed)
	defer c.release(e)
	e.compile.Do(func() { e.err = c.compile(e, names, feed) })
	if e.err != nil {
		return nil, e.err
	}
	args := make([]any, len(names))
	for i, name := range names {
		args[i] = feed[name]
	}
	outputs, err := e.exec.Call(args...)
	if err != nil {
		return nil, fault.Cause(err)
	}
	results := Results{}
	for i, name := range e.outputs {
		results[name] = take(outputs[i])
	}
	return results, nil
}

// acquire returns the executable for the shapes, compiled or not, for use until
// release. It makes room for a new one by dropping the ones not in use that were
// used least recently.
func (c *Graphs) acquire(names []string, feed Feed) *executable {
	var key strings.Builder
	for _, name := range names {
		key.WriteString(name + feed[name].Shape().String() + ";")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	at := slices.IndexFunc(c.held, func(e *executable) bool { return e.shapes == key.String() })
	e := &executable{shapes: key.String()}
	if at >= 0 {
		e = c.held[at]
		c.held = slices.Delete(c.held, at, at+1)
	}
	e.users++
	c.held = append(c.held, e)
	c.trim(heldGraphs)
	return e
}

func (c *Graphs) release(e *executable) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.users--
	if e.users == 0 && e.err != nil { // the next call tries again
		c.held = slices.DeleteFunc(c.held, func(other *executable) bool { return other == e })
		e.finalize()
	}
	c.trim(heldGraphs)
}

// trim drops executables that are not in use until at most limit are held.
func (c *Graphs) trim(limit int) {
	for i := 0; i < len(c.held) && len(c.held) > limit; {
		if e := c.held[i]; e.users > 0 {
			i++
		} else {
			e.finalize()
			c.held = slices.Delete(c.held, i, i+1)
		}
	}
}

// compile builds the graph. Inputs and outputs stand in the order of their names.
func (c *Graphs) compile(e *executable, names []string, feed Feed) error {
	c.building.Lock()
	defer c.building.Unlock()
	var err error
	e.exec, err = mlx.NewExec(c.backend, c.store, func(scope *mlx.Scope, inputs []*graph.Node) []*graph.Node {
		in := map[string]*graph.Node{}
		for i, name := range names {
			in[name] = inputs[i]
		}
		built := c.build(scope, NodesOf(in))
		e.outputs = slices.Sorted(maps.Keys(built))
		outputs := make([]*graph.Node, len(built))
		for i, name := range e.outputs {
			outputs[i] = built[name]
		}
		return outputs
	})
	if err != nil {
		return err
	}
	all := make([]shapes.Shape, len(names))
	for i, name := range names {
		all[i] = feed[name].Shape()
	}
	_, err = e.exec.Compile(all...)
	return fault.Cause(err)
}

func (e *executable) finalize() {
	if e.exec != nil {
		e.exec.Finalize()
	}
}

// Close frees the compiled graphs. The caller has seen to it that none is in use.
func (c *Graphs) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trim(0)
}
