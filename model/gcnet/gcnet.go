// Package gcnet is the Graph Completion Network (Lian et al., TPAMI 2023). Two relational
// graphs of the conversation refine the features of every utterance: one of past and
// future, one of speakers. The emotion is predicted and the missing features are
// reconstructed from the refined features.
//
// Faithful to the paper and its code: missing features are zeros, and the modalities
// enter side by side; a recurrent context encoder; for each graph a relational
// convolution and a plain one without an activation between them, a recurrent layer on
// input and output side by side, and a dense layer; the sum of both graphs' results; the
// reconstruction loss is the squared error of missing features per channel, of weight 1.
//
// Adapted: biLSTMs are replaced by quasi-recurrent layers (layer.Recurrent). The speaker
// relations are "same" and "other", where GCNet has one for each pair of speakers,
// because corpora differ in the number of speakers. The optional time attention is left
// out.
//
// Start reading at Net.refine.
package gcnet

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/layer"
	"gsdnet/model/readout"
)

// Config holds the settings, the table [gcnet] of a config.
type Config struct {
	readout.Body
	Window         int     `toml:"window" limit:"1..256"`          // largest distance between two linked utterances
	Reconstruction float64 `toml:"reconstruction" limit:"0..1000"` // weight of the reconstruction loss
}

// Default returns the default settings; window and weight are the paper's.
func Default() Config {
	return Config{Body: readout.DefaultBody(), Window: 2, Reconstruction: 1}
}

func init() {
	model.Offer(130, "gcnet", "graph completion by temporal and speaker relations (Lian et al., 2023)", Default, New)
}

// Net is a GCNet without its parameters.
type Net struct {
	cfg   Config
	setup model.Setup
	out   readout.Predictor
}

// New checks the settings and builds the model.
func New(c Config, s model.Setup) (*Net, error) {
	out, err := readout.New("gcnet", c.Body, s, 0)
	if err != nil {
		return nil, err
	}
	return &Net{cfg: c, setup: s, out: out}, nil
}

// Names of the inputs that Prepare adds: the edges of each relation, [R,B,N,N], whose rows
// sum to 1 or 0.
const (
	inTemporal = "temporal" // past, now, future
	inSpeaker  = "speakers" // same speaker, another speaker
)

// Prepare adds the edges of the relations.
func (n *Net) Prepare(feed engine.Feed, b *model.Batch, _ []model.Truth) error {
	feed[inTemporal] = n.relations(b, 3, func(_ *model.Conversation, i, j int) int {
		switch {
		case j < i:
			return 0
		case j == i:
			return 1
		}
		return 2
	})
	feed[inSpeaker] = n.relations(b, 2, func(c *model.Conversation, i, j int) int {
		if c.Speakers[i] == c.Speakers[j] {
			return 0
		}
		return 1
	})
	return nil
}

// Varies is false: the same observations always give the same completion.
func (n *Net) Varies(*model.Conversation, bool) bool { return false }

// Draw adds dropout in training.
func (n *Net) Draw(feed engine.Feed, b *model.Batch, pass model.Pass) {
	n.out.Draw(feed, b, pass, n.graphWidth())
}

// graphWidth is D_h, the width of a graph network's output.
func (n *Net) graphWidth() int { return n.cfg.Width + n.cfg.Width/2 }

// relations returns the edges j → i within the window by their kind, [kinds,B,N,N]. An
// edge has weight 1 over the number of edges of its kind into i.
func (n *Net) relations(b *model.Batch, kinds int, kind func(c *model.Conversation, i, j int) int) *tensors.Tensor {
	out := make([]float32, kinds*b.Size()*b.N*b.N)
	for row := range b.Conversations {
		c := &b.Conversations[row]
		for i := range c.Len() {
			counts := make([]float32, kinds)
			first, last := max(0, i-n.cfg.Window), min(c.Len()-1, i+n.cfg.Window)
			for j := first; j <= last; j++ {
				counts[kind(c, i, j)]++
			}
			for j := first; j <= last; j++ {
				k := kind(c, i, j)
				out[((k*b.Size()+row)*b.N+i)*b.N+j] = 1 / counts[k]
			}
		}
	}
	return tensors.FromFlatDataAndDimensions(out, kinds, b.Size(), b.N, b.N)
}

// Losses returns L = L_pred + L_reconstruction.
func (n *Net) Losses(p *model.Params, in engine.Nodes) model.Losses {
	h := n.refine(p, in)
	pred := n.out.Loss(n.out.Predict(p, in, h), in)
	rebuilt := layer.RawError(in, n.reconstruct(p, h), layer.Withheld(in))
	total := graph.Add(pred, graph.MulScalar(rebuilt, n.cfg.Reconstruction))
	return model.Losses{Total: total, Terms: []model.Term{{Name: "pred", Value: pred}, {Name: "reconstruction", Value: rebuilt}}}
}

// Forecast predicts from the refined features.
func (n *Net) Forecast(p *model.Params, in engine.Nodes) model.Outputs {
	h := n.refine(p, in)
	f := n.out.Predict(p, in, h)
	filled := n.reconstruct(p, h)
	for _, m := range erc.Modalities {
		filled[m] = layer.Fill(in, m, filled[m])
	}
	f.Encoded = n.embed(p, filled, in)
	f.Recover = func() [erc.NumModalities]*graph.Node { return filled }
	return f
}

// embed maps the raw features of each modality to [M,B,N,d]. The sum over modalities
// equals one dense layer on all modalities side by side.
func (n *Net) embed(p *model.Params, x [erc.NumModalities]*graph.Node, in engine.Nodes) *graph.Node {
	var parts []*graph.Node
	for _, m := range erc.Modalities {
		parts = append(parts, layer.Dense(p.In("embed").In("%s", m), x[m], n.cfg.Width))
	}
	return graph.Mul(graph.Stack(parts, 0), layer.Valid4(in))
}

// refine encodes the context and returns the sum of the two graph networks on it,
// [B,N,D_h].
func (n *Net) refine(p *model.Params, in engine.Nodes) *graph.Node {
	x := graph.ReduceSum(n.embed(p, readout.Inputs(in, ""), in), 0)
	context := layer.Recurrent(p.In("context"), x, in.Get(model.InValid), n.cfg.Width/2)
	return graph.Add(
		n.relational(p.In("temporal"), context, in.Get(inTemporal), in),
		n.relational(p.In("speaker"), context, in.Get(inSpeaker), in))
}

// relational is one graph network on the context x [B,N,d] with edges [R,B,N,N]. It
// returns [B,N,D_h].
func (n *Net) relational(p *model.Params, x, edges *graph.Node, in engine.Nodes) *graph.Node {
	half := n.cfg.Width / 2
	h := layer.Dense(p.In("self"), x, half)
	for r := range edges.Shape().Dimensions[0] {
		h = graph.Add(h, along(edges, r, layer.Dense(p.In("relation%d", r), x, half)))
	}
	near := along(edges, 0, h)
	for r := 1; r < edges.Shape().Dimensions[0]; r++ {
		near = graph.Add(near, along(edges, r, h))
	}
	h = graph.Add(layer.Dense(p.In("keep"), h, half), layer.Dense(p.In("near"), near, half))
	both := graph.Concatenate([]*graph.Node{x, h}, -1)
	out := layer.Recurrent(p.In("sequence"), both, in.Get(model.InValid), n.graphWidth()/2)
	return layer.ReLU(layer.Dense(p.In("out"), out, n.graphWidth()))
}

// along sums h [B,N,d] over the edges of a relation.
func along(edges *graph.Node, relation int, h *graph.Node) *graph.Node {
	return graph.Dot(layer.Pick(edges, relation), h).General([]int{2}, []int{0}, []int{1}, []int{0})
}

// reconstruct maps the refined features to the raw features of all modalities.
func (n *Net) reconstruct(p *model.Params, h *graph.Node) [erc.NumModalities]*graph.Node {
	var out [erc.NumModalities]*graph.Node
	for _, m := range erc.Modalities {
		out[m] = layer.Dense(p.In("reconstruct").In("%s", m), h, n.setup.Dims[m])
	}
	return out
}
