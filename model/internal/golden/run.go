package golden

import (
	"maps"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/engine"
	"gsdnet/model"
)

// Stages builds the stages of a model, calls add for each in order, and returns the losses,
// with a Total of nil if there are none.
type Stages func(p *model.Params, in engine.Nodes, add func(string, *graph.Node)) model.Losses

// Run builds stages with the parameters of a store, and their losses and gradients, in one
// graph and compares all of them with the tensors of f at stage/, loss/ and gradient/.
func (c *Comparison) Run(feed engine.Feed, store *mlx.Store, f File, stages Stages) {
	c.t.Helper()
	names := slices.Sorted(maps.Keys(feed))
	var labels []string
	exec, err := mlx.NewExec(c.backend, store, func(scope *mlx.Scope, inputs []*graph.Node) []*graph.Node {
		byName := map[string]*graph.Node{}
		for i, name := range names {
			byName[name] = inputs[i]
		}
		in := engine.NodesOf(byName)
		var outputs []*graph.Node
		add := func(label string, x *graph.Node) {
			labels, outputs = append(labels, label), append(outputs, x)
		}
		losses := stages(model.TrainedParams(store), in, func(name string, x *graph.Node) { add("stage/"+name, x) })
		if losses.Total != nil {
			addLosses(scope, losses, add)
		}
		return outputs
	})
	if err != nil {
		c.t.Fatal(err)
	}
	defer exec.Finalize()
	var args []any
	for _, name := range names {
		args = append(args, feed[name])
	}
	outputs, err := exec.Call(args...)
	if err != nil {
		c.t.Fatal(err)
	}
	for i, label := range labels {
		c.Check(label, outputs[i], f[label])
	}
	for name := range f.Under("gradient/") {
		if !slices.Contains(labels, "gradient/"+name) {
			c.t.Errorf("the reference has the parameter /%s, which the model has not", name)
		}
	}
}

// addLosses adds the losses and the gradients of their total.
func addLosses(scope *mlx.Scope, losses model.Losses, add func(string, *graph.Node)) {
	for _, term := range losses.Terms {
		add("loss/"+term.Name, term.Value)
	}
	add("loss/total", losses.Total)
	var paths []string
	var weights []*graph.Node
	for v := range scope.IterVariables() {
		if v.Trainable {
			paths, weights = append(paths, v.Path()), append(weights, v.NodeValue(losses.Total.Graph()))
		}
	}
	for i, gradient := range graph.Gradient(losses.Total, weights...) {
		add("gradient"+paths[i], gradient)
	}
}

// Replace puts noise of the file, named as the inputs of the model, into a feed.
func Replace(t *testing.T, feed engine.Feed, noise File) {
	t.Helper()
	for name, value := range noise {
		if old, ok := feed[name]; !ok || old.Shape().Size() != value.Shape().Size() {
			t.Fatalf("noise %s %s: the feed has %v", name, value.Shape(), old)
		}
		clone, err := value.LocalClone() // a tensor belongs to the backend that read it first
		if err != nil {
			t.Fatal(err)
		}
		feed[name] = clone
	}
}
