package model

import (
	"github.com/gomlx/gomlx/core/graph"

	"gsdnet/erc"
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
	Setup  Setup
	Kind   string // HeadLaplace or HeadPoint
	Hidden int
}

// Predict maps the fused states [B,N,F] to the task's outputs.
func (h Head) Predict(p *Params, fused *Node) Forecast {
	hidden := ReLU(Dense(p.In("hidden"), fused, h.Hidden))
	if h.Setup.Task == erc.Classes {
		return Forecast{Logits: Dense(p.In("class"), hidden, h.Setup.NumClasses)}
	}
	location := graph.Squeeze(Dense(p.In("location"), hidden, 1), -1)
	if h.Kind == HeadPoint {
		return Forecast{Location: location, Scale: graph.ZerosLike(location)}
	}
	raw := graph.Squeeze(Dense(p.In("scale"), hidden, 1), -1)
	return Forecast{Location: location, Scale: graph.AddScalar(graph.Softplus(raw), minScale)}
}

// Loss is L_pred, the mean over labelled utterances of the Laplace negative
// log-likelihood, the absolute error or the cross-entropy.
func (h Head) Loss(f Forecast, in Nodes) *Node {
	if h.Setup.Task == erc.Classes {
		likely := graph.LogSoftmax(f.Logits, -1)
		hot := graph.OneHot(in[InClass], h.Setup.NumClasses, likely.DType())
		return MaskedMean(graph.Neg(graph.ReduceSum(graph.Mul(likely, hot), -1)), in[InLabelled])
	}
	miss := graph.Abs(graph.Sub(f.Location, in[InLabel]))
	if h.Kind == HeadPoint {
		return MaskedMean(miss, in[InLabelled])
	}
	nll := graph.Add(graph.Log(graph.MulScalar(f.Scale, 2.0)), graph.Div(miss, f.Scale))
	return MaskedMean(nll, in[InLabelled])
}
