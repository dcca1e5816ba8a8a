package train

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/internal/hint"
	"gsdnet/model"
)

// heldExecutables is how many compiled graphs are kept, one for each padded length of
// conversations up to about 20,000 utterances.
const heldExecutables = 32

// executables compiles a graph for every set of input shapes that it meets, and
// keeps those that were used last: however many shapes there are, memory is
// bounded. Goroutines may call it at the same time; their graphs run concurrently.
type executables struct {
	backend  Engine
	store    *mlx.Store
	build    func(in model.Nodes) []*graph.Node
	building *sync.Mutex // graphs of one store are built one at a time

	mu   sync.Mutex // guards what follows, and users of the executables
	held []*executable
}

// executable is a graph for one set of input shapes.
type executable struct {
	shapes  string
	compile sync.Once
	exec    *mlx.Exec
	err     error
	users   int
}

// newExecutables returns an empty cache of the graphs that build makes on a store.
// building is shared by all the caches of the store.
func newExecutables(backend Engine, store *mlx.Store, building *sync.Mutex, build func(in model.Nodes) []*graph.Node) *executables {
	return &executables{backend: backend, store: store, build: build, building: building}
}

// call runs the graph for the shapes of a feed. The caller finalizes the outputs.
func (c *executables) call(feed model.Feed) ([]*tensors.Tensor, error) {
	names := slices.Sorted(maps.Keys(feed))
	e := c.acquire(names, feed)
	defer c.release(e)
	e.compile.Do(func() { e.err = c.compile(e, names, feed) })
	if e.err != nil {
		return nil, e.err
	}
	return execute(e.exec, feed)
}

// acquire returns the executable for the shapes, compiled or not, for use until
// release. It makes room for a new one by dropping the ones not in use that were
// used least recently.
func (c *executables) acquire(names []string, feed model.Feed) *executable {
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
	c.trim(heldExecutables)
	return e
}

func (c *executables) release(e *executable) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e.users--
	if e.users == 0 && e.err != nil { // the next call tries again
		c.held = slices.DeleteFunc(c.held, func(other *executable) bool { return other == e })
		e.finalize()
	}
	c.trim(heldExecutables)
}

// trim drops executables that are not in use until at most limit are held.
func (c *executables) trim(limit int) {
	for i := 0; i < len(c.held) && len(c.held) > limit; {
		if e := c.held[i]; e.users > 0 {
			i++
		} else {
			e.finalize()
			c.held = slices.Delete(c.held, i, i+1)
		}
	}
}

// compile builds the graph. The names go with the sorted inputs.
func (c *executables) compile(e *executable, names []string, feed model.Feed) error {
	c.building.Lock()
	defer c.building.Unlock()
	var err error
	e.exec, err = mlx.NewExec(c.backend, c.store, func(_ *mlx.Scope, inputs []*graph.Node) []*graph.Node {
		return c.build(named(names, inputs))
	})
	if err != nil {
		return err
	}
	all := make([]shapes.Shape, len(names))
	for i, name := range names {
		all[i] = feed[name].Shape()
	}
	_, err = e.exec.Compile(all...)
	return hint.Cause(err)
}

func (e *executable) finalize() {
	if e.exec != nil {
		e.exec.Finalize()
	}
}

// close frees the executables. The caller has seen to it that none is in use.
func (c *executables) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trim(0)
}

// execute runs a graph on a feed; inputs are passed in the order of their names.
func execute(exec *mlx.Exec, feed model.Feed) ([]*tensors.Tensor, error) {
	var args []any
	for _, name := range slices.Sorted(maps.Keys(feed)) {
		args = append(args, feed[name])
	}
	outputs, err := exec.Call(args...)
	return outputs, hint.Cause(err)
}

// named gives the inputs their names back.
func named(names []string, inputs []*graph.Node) model.Nodes {
	nodes := model.Nodes{}
	for i, name := range names {
		nodes[name] = inputs[i]
	}
	return nodes
}

// table is an output with its last axis as columns.
type table struct {
	values []float32
	width  int
}

// tableOf copies an output and frees it.
func tableOf(t *tensors.Tensor) table {
	dims := t.Shape().Dimensions
	out := table{tensors.MustCopyFlatData[float32](t), dims[len(dims)-1]}
	t.MustFinalizeAll()
	return out
}

// rows returns n rows, from a row number on.
func (t table) rows(from, n int) [][]float32 {
	out := make([][]float32, n)
	for u := range out {
		out[u] = t.values[(from+u)*t.width:][:t.width:t.width]
	}
	return out
}
