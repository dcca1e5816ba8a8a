package encoder

import (
	"maps"

	"github.com/gomlx/compute-onnx/support/protos"

	"gsdnet/internal/fault"
)

// mostNodes is how many nodes a graph may have: a chain of them is followed by recursion.
const mostNodes = 50_000

// checkOrder checks that every node's inputs are known before it, as the format demands, so
// that no node depends on itself, and that every name is given once. outer holds the names
// that are known around the graph.
func checkOrder(file string, g *protos.GraphProto, outer map[string]bool) error {
	known := maps.Clone(outer)
	if known == nil {
		known = map[string]bool{}
	}
	known[""] = true // an input that is left out
	for _, v := range g.GetInput() {
		known[v.GetName()] = true
	}
	for _, t := range g.GetInitializer() {
		known[t.GetName()] = true
	}
	if len(g.GetNode()) > mostNodes {
		return fault.Input("export a smaller model", "%s: a graph has %d nodes, more than %d", file, len(g.GetNode()), mostNodes)
	}
	for _, n := range g.GetNode() {
		for _, in := range n.GetInput() {
			if !known[in] {
				return fault.Input("export the model again", "%s: node %q needs %q, which nothing before it gives", file, n.GetName(), in)
			}
		}
		for _, a := range n.GetAttribute() {
			if a.GetG() == nil {
				continue
			}
			if err := checkOrder(file, a.GetG(), known); err != nil {
				return err
			}
		}
		for _, out := range n.GetOutput() {
			if out != "" && known[out] {
				return fault.Input("export the model again", "%s: two things have the name %q", file, out)
			}
			known[out] = true
		}
	}
	for _, v := range g.GetOutput() {
		if !known[v.GetName()] {
			return fault.Input("export the model again", "%s: nothing gives the output %q", file, v.GetName())
		}
	}
	return nil
}
