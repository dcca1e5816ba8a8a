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

// Head is what predicts from the fused states.
type Head struct {
	Setup  model.Setup
	Kind   string // HeadLaplace or HeadPoint
	Hidden int
}

// Predict maps the fused states [B,N,F] to the task's outputs.
func (h Head) Predict(p *model.Params, fused *graph.Node) model.Outputs {
	hidden := layer.ReLU(layer.Dense(p.In("hidden"), fused, h.Hidden))
	if h.Setup.Task == erc.Classes {
		return model.Outputs{Logits: layer.Dense(p.In("class"), hidden, h.Setup.NumClasses)}
	}
	location := graph.Squeeze(layer.Dense(p.In("location"), hidden, 1), -1)
	if h.Kind == HeadPoint {
		return model.Outputs{Location: location, Scale: graph.ZerosLike(location)}
	}
	raw := graph.Squeeze(layer.Dense(p.In("scale"), hidden, 1), -1)
	return model.Outputs{Location: location, Scale: graph.AddScalar(graph.Softplus(raw), minScale)}
}

// Loss is L_pred, the mean over labelled utterances of the Laplace negative
// log-likelihood, the absolute error or the cross-entropy.
func (h Head) Loss(f model.Outputs, in engine.Nodes) *graph.Node {
	if h.Setup.Task == erc.Classes {
		likely := graph.LogSoftmax(f.Logits, -1)
		hot := graph.OneHot(in.Get(model.InClass), h.Setup.NumClasses, likely.DType())
		return layer.MaskedMean(graph.Neg(graph.ReduceSum(graph.Mul(likely, hot), -1)), in.Get(model.InLabelled))
	}
	miss := graph.Abs(graph.Sub(f.Location, in.Get(model.InLabel)))
	if h.Kind == HeadPoint {
		return layer.MaskedMean(miss, in.Get(model.InLabelled))
	}
	nll := graph.Add(graph.Log(graph.MulScalar(f.Scale, 2.0)), graph.Div(miss, f.Scale))
	return layer.MaskedMean(nll, in.Get(model.InLabelled))
}
