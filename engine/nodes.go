package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Feed is what a graph is fed: host tensors by the name of the input.
type Feed map[string]*tensors.Tensor

// Free releases the memory that the backend holds for the tensors.
func (f Feed) Free() {
	for _, t := range f {
		t.MustFinalizeAll()
	}
}

// Nodes are the inputs of a graph by name, as the Feed has them.
type Nodes struct {
	byName map[string]*graph.Node
}

// NodesOf returns nodes by the names of a map.
func NodesOf(byName map[string]*graph.Node) Nodes { return Nodes{byName} }

// Get returns the input of a name. It panics if the feed has none, which is a mistake
// in the code that builds the graph.
func (n Nodes) Get(name string) *graph.Node {
	node, ok := n.byName[name]
	if !ok {
		panic(fmt.Errorf("engine: the graph has no input %q; it has %s", name, strings.Join(slices.Sorted(maps.Keys(n.byName)), ", ")))
	}
	return node
}

// Optional returns the input of a name, or nil if the feed has none.
func (n Nodes) Optional(name string) *graph.Node { return n.byName[name] }

// With returns the nodes with one added or replaced; n is left as it is.
func (n Nodes) With(name string, node *graph.Node) Nodes {
	out := maps.Clone(n.byName)
	out[name] = node
	return Nodes{out}
}

// Graph returns the graph that the nodes belong to.
func (n Nodes) Graph() *graph.Graph {
	for _, node := range n.byName {
		return node.Graph()
	}
	panic(fmt.Errorf("engine: a graph without inputs"))
}

// Outputs are the results of a graph while it is built, by name.
type Outputs map[string]*graph.Node

// Results are the outputs of one call on the host, by name.
type Results map[string]Array

// Array is a float32 output in row-major order.
type Array struct {
	Values []float32
	Shape  []int // empty for a single number
}

// Rows returns n rows of the last axis from row number from on, counted over all the
// other axes. They share the memory of the array.
func (a Array) Rows(from, n int) [][]float32 {
	width := 1
	if len(a.Shape) > 0 {
		width = a.Shape[len(a.Shape)-1]
	}
	out := make([][]float32, n)
	for u := range out {
		out[u] = a.Values[(from+u)*width:][:width:width]
	}
	return out
}

// take copies an output to the host and frees it.
func take(t *tensors.Tensor) Array {
	a := Array{Values: tensors.MustCopyFlatData[float32](t), Shape: slices.Clone(t.Shape().Dimensions)}
	t.MustFinalizeAll()
	return a
}
