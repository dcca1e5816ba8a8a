package modeltest

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
)

// leaky reads what is stored in absent cells, times a factor.
type leaky struct{ factor float32 }

func (l leaky) Prepare(feed engine.Feed, b *model.Batch, _ []model.Truth) error {
	sum := make([]float32, b.Size()*b.N)
	for i := range b.Conversations {
		for u := range b.Conversations[i].Present {
			for _, x := range b.Conversations[i].Features[erc.Text][u] {
				sum[i*b.N+u] += l.factor * x
			}
		}
	}
	feed["sum"] = tensors.FromFlatDataAndDimensions(sum, b.Size(), b.N)
	return nil
}

func (leaky) Draw(engine.Feed, *model.Batch, model.Pass) {}

func (leaky) Varies(*model.Conversation, bool) bool { return false }

func (leaky) Losses(*model.Params, engine.Nodes) model.Losses { return model.Losses{} }

func (leaky) Forecast(_ *model.Params, in engine.Nodes) model.Outputs {
	return model.Outputs{
		Location: in.Get("sum"), Scale: graph.OnesLike(in.Get("sum")), Encoded: in.Get(model.InPresent),
		Recover: func() (x [erc.NumModalities]*graph.Node) {
			for _, m := range erc.Modalities {
				x[m] = in.Get(m.String())
			}
			return x
		},
	}
}

// A value that is multiplied by 0 is read all the same: 1e6·0 is 0, NaN·0 is not.
func TestLeaksAreFound(t *testing.T) {
	for _, factor := range []float32{1, 1e-30, 0} {
		if got := leaks(newFixture(t, leaky{factor}, setups[0])); len(got) != 1 || got[0] != 0 {
			t.Errorf("factor %g: outputs %v leak, want the first", factor, got)
		}
	}
}
