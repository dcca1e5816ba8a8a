package train

import (
	"maps"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	mlx "github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"gsdnet/engine"
	"gsdnet/model"
	"gsdnet/rundir"
)

// Inputs of the training step beside the model's own.
const (
	inRate     = "learning_rate" // scalar
	inEMADecay = "ema_keep"      // scalar: the share of the moving average that a step keeps
)

// Outputs of the training step beside the loss terms, which have names of their own.
const (
	outLoss = "loss" // the weighted sum of the terms
	outNorm = "norm" // of the gradient before clipping
)

// updater builds the training step: losses, clipped gradients, Adam, and the
// moving average of all weights.
type updater struct {
	model   model.Model
	params  *model.Params
	setting rundir.Training
}

// build returns the loss, the norm of the gradient before clipping, and the loss terms.
func (s *updater) build(scope *mlx.Scope, in engine.Nodes) engine.Outputs {
	g := in.Graph()
	losses := s.model.Losses(s.params, in)
	var weights []*mlx.Variable // in the order in which Adam uses their gradients
	var nodes []*graph.Node
	for v := range scope.IterVariables() {
		if v.Trainable && v.InUseByGraph(g) {
			weights, nodes = append(weights, v), append(nodes, v.NodeValue(g))
		}
	}
	gradients := graph.Gradient(losses.Total, nodes...)
	norm := s.clip(weights, gradients)
	s.applyAdam(scope, in.Get(inRate), gradients)
	for i, v := range weights {
		updateAverage(scope, v, nodes[i], in.Get(inEMADecay))
	}
	outputs := engine.Outputs{outLoss: losses.Total, outNorm: norm}
	for _, term := range losses.Terms {
		outputs[term.Name] = term.Value
	}
	return outputs
}

// clip scales the gradients of the prediction so that their joint norm is at most the
// limit, and those of the model's optional network likewise, so that neither has an influence
// on how far the other's weights move. It returns the norm of all before.
func (s *updater) clip(weights []*mlx.Variable, gradients []*graph.Node) *graph.Node {
	var norms []*graph.Node
	for _, network := range []bool{false, true} {
		var group []*mlx.Variable
		var of []*graph.Node
		var at []int
		for i, v := range weights {
			if isNetworks(s.model, v.Path()) == network {
				group, of, at = append(group, v), append(of, gradients[i]), append(at, i)
			}
		}
		if len(of) == 0 {
			continue
		}
		norm := jointNorm(group, of)
		norms = append(norms, norm)
		clipTo(of, norm, s.setting.Clip)
		for k, i := range at {
			gradients[i] = of[k]
		}
	}
	if len(norms) == 1 {
		return norms[0]
	}
	return graph.Sqrt(graph.Add(graph.Square(norms[0]), graph.Square(norms[1])))
}

// applyAdam applies Adam with decoupled weight decay (Loshchilov & Hutter, ICLR 2019).
func (s *updater) applyAdam(scope *mlx.Scope, rate *graph.Node, gradients []*graph.Node) {
	optimizer.LearningRateVar(scope, dtypes.Float32, s.setting.LearningRate).SetNodeValue(rate)
	adam := optimizer.Adam().LearningRate(s.setting.LearningRate).WeightDecay(s.setting.WeightDecay).Done()
	adam.(interface {
		UpdateGraphWithGradients(*mlx.Scope, []*graph.Node, dtypes.DType)
	}).UpdateGraphWithGradients(scope, gradients, dtypes.Float32)
}

// jointNorm returns the norm of all gradients together. It sums in the order of the paths,
// because a resumed run holds its weights in another order and must round in the same way.
func jointNorm(weights []*mlx.Variable, gradients []*graph.Node) *graph.Node {
	byPath := map[string]*graph.Node{}
	for i, v := range weights {
		byPath[v.Path()] = gradients[i]
	}
	sum := graph.ScalarZero(gradients[0].Graph(), gradients[0].DType())
	for _, path := range slices.Sorted(maps.Keys(byPath)) {
		sum = graph.Add(sum, graph.ReduceAllSum(graph.Square(byPath[path])))
	}
	return graph.Sqrt(sum)
}

// clipTo scales gradients so that their joint norm is at most limit.
func clipTo(gradients []*graph.Node, norm *graph.Node, limit float64) {
	factor := graph.MinScalar(graph.Div(graph.Scalar(norm.Graph(), norm.DType(), limit), graph.AddScalar(norm, 1e-6)), 1.0)
	for i, d := range gradients {
		gradients[i] = graph.Mul(d, factor)
	}
}

// updateAverage moves the moving average of a weight towards its value after the step. The
// average starts at the initial value of the weight.
func updateAverage(scope *mlx.Scope, v *mlx.Variable, before, keep *graph.Node) {
	g := before.Graph()
	ema := scope.Store().GetVariable(rundir.EMAScope + v.Path())
	if ema == nil {
		start, err := v.MustValue().LocalClone()
		if err != nil {
			panic(err)
		}
		ema = scope.Store().VariableWithValue(rundir.EMAScope+v.Path(), start)
	}
	ema.SetTrainable(false)
	now := graph.Mul(ema.NodeValue(g), keep)
	ema.SetNodeValue(graph.Add(now, graph.Mul(v.NodeValue(g), graph.OneMinus(keep))))
}
