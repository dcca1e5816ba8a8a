package engine

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
)

// heldExecutables is how many compiled graphs are kept, one for each padded length of
// conversations up to about 20,000 utterances.
const heldGraphs = 32

// executables compiles a graph for every set of input shapes that it meets, and
// keeps those that were used last: however many shapes there are, memory is
// bounded. Goroutines may call it at the same time; their graphs run concurrently.
type Graphs struct {
	backend  Backend
	store    *mlx.Store
	build    func(in Nodes) []*graph.Node
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
func NewGraphs(backend Backend, store *mlx.Store, building *sync.Mutex, build func(in Nodes) []*graph.Node) *Graphs {
	return &Graphs{backend: backend, store: store, build: build, building: building}
}

// call runs the graph for the shapes of a feed. The caller finalizes the outputs.
func (c *Graphs) Call(feed Feed) ([]*tensors.Tensor, error) {
	names := slices.Sorted(maps.Keys(feed))
	e := c.acquire(names, feed)
	defer c.release(e)
	e.compile.Do(func() { e.err = c.compile(e, names, feed) })
	if e.err != nil {
		return nil, e.err
	}
	return Run(e.exec, feed)
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

// compile builds the graph. The names go with the sorted inputs.
func (c *Graphs) compile(e *executable, names []string, feed Feed) error {
	c.building.Lock()
	defer c.building.Unlock()
	var err error
	e.exec, err = mlx.NewExec(c.backend, c.store, func(_ *mlx.Scope, inputs []*graph.Node) []*graph.Node {
		return c.build(Named(names, inputs))
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
func (c *Graphs) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trim(0)
}

// execute runs a graph on a feed; inputs are passed in the order of their names.
func Run(exec *mlx.Exec, feed Feed) ([]*tensors.Tensor, error) {
	var args []any
	for _, name := range slices.Sorted(maps.Keys(feed)) {
		args = append(args, feed[name])
	}
	outputs, err := exec.Call(args...)
	return outputs, hint.Cause(err)
}

// named gives the inputs their names back.
func Named(names []string, inputs []*graph.Node) Nodes {
	nodes := Nodes{}
	for i, name := range names {
		nodes[name] = inputs[i]
	}
	return nodes
}

// table is an output with its last axis as columns.
type Table struct {
	Values []float32
	Width  int
}

// tableOf copies an output and frees it.
func TableOf(t *tensors.Tensor) Table {
	dims := t.Shape().Dimensions
	out := Table{tensors.MustCopyFlatData[float32](t), dims[len(dims)-1]}
	t.MustFinalizeAll()
	return out
}

// rows returns n rows, from a row number on.
func (t Table) Rows(from, n int) [][]float32 {
	out := make([][]float32, n)
	for u := range out {
		out[u] = t.Values[(from+u)*t.Width:][:t.Width:t.Width]
	}
	return out
}
