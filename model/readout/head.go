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
	HeadLaplace = "laplace" // a location and a scale, trained by the Laplace likelihood
	HeadPoint   = "point"   // a location alone, trained by its absolute error
)

// minScale is the smallest Laplace scale, in units of the labels. It keeps the likelihood
// bounded. Labels are means of a few ratings and are not more exact than this.
const minScale = 0.02

// head is the last part of the predictor.
type head struct {
	setup  model.Setup
	kind   string // HeadLaplace or HeadPoint
	hidden int
}

// predict maps the output of the reader, [B,N,W], to the outputs of the task.
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

// loss returns the mean loss over the labelled utterances, a scalar.
func (h head) loss(f model.Outputs, in engine.Nodes) *graph.Node {
	if h.setup.Task == erc.Classes {
		logProbability := graph.LogSoftmax(f.Logits, -1)
		oneHot := graph.OneHot(in.Get(model.InClass), h.setup.NumClasses, logProbability.DType())
		return layer.MaskedMean(graph.Neg(graph.ReduceSum(graph.Mul(logProbability, oneHot), -1)), in.Get(model.InLabelled))
	}
	deviation := graph.Abs(graph.Sub(f.Location, in.Get(model.InLabel)))
	if h.kind == HeadPoint {
		return layer.MaskedMean(deviation, in.Get(model.InLabelled))
	}
	nll := graph.Add(graph.Log(graph.MulScalar(f.Scale, 2.0)), graph.Div(deviation, f.Scale))
	return layer.MaskedMean(nll, in.Get(model.InLabelled))
}
