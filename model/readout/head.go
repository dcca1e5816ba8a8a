package readout

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
)

// Heads of the Scores task.
const (
	HeadLaplace = "laplace" // a location and a scale, trained by likelihood
	HeadPoint   = "point"   // a location, trained by its absolute error
)

// minScale keeps the Laplace likelihood bounded: labels are means of a few
// ratings and cannot be known to better than this.
const minScale = 0.02

// head predicts from what was read.
type head struct {
	setup  model.Setup
	kind   string // HeadLaplace or HeadPoint
	hidden int
}

// predict maps what was read, [B,N,W], to the outputs of the task.
func (h head) predict(p *model.Params, fused *graph.Node) model.Outputs {
	hidden := layer.ReLU(layer.Dense(p.In("hidden"), fused, h.hidden))
	if h.setup.Task == erc.Classes {
		return model.Outputs{Logits: layer.Dense(p.In("class"), hidden, h.setup.NumClasses)}
	}
	location := graph.Squeeze(layer.Dense(p.In("location"), hidden, 1), -1)
	if h.kind == HeadPoint {
		return model.Outputs{Location: location, Scale: graph.ZerosLike(location)}
	}
	raw := graph.Squeeze(layer.Dense(p.In("scale"), hidden, 1), -1)
	return model.Outputs{Location: location, Scale: graph.AddScalar(graph.Softplus(raw), minScale)}
}

func (h head) loss(f model.Outputs, in engine.Nodes) *graph.Node {
	if h.setup.Task == erc.Classes {
		likely := graph.LogSoftmax(f.Logits, -1)
		hot := graph.OneHot(in.Get(model.InClass), h.setup.NumClasses, likely.DType())
		return layer.MaskedMean(graph.Neg(graph.ReduceSum(graph.Mul(likely, hot), -1)), in.Get(model.InLabelled))
	}
	miss := graph.Abs(graph.Sub(f.Location, in.Get(model.InLabel)))
	if h.kind == HeadPoint {
		return layer.MaskedMean(miss, in.Get(model.InLabelled))
	}
	nll := graph.Add(graph.Log(graph.MulScalar(f.Scale, 2.0)), graph.Div(miss, f.Scale))
	return layer.MaskedMean(nll, in.Get(model.InLabelled))
}
