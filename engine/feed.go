package engine

import (
	"github.com/gomlx/gomlx/core/graph"

	"github.com/gomlx/gomlx/core/tensors"
)

// Feed is what a graph is fed: host tensors by the name of the input.
type Feed map[string]*tensors.Tensor

// Nodes are the inputs of a graph by name, as Feed has them.
type Nodes map[string]*graph.Node
