package readout_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/model"
	"gsdnet/model/readout"
	"gsdnet/simd"
)

const channels = 5 // of the fused states

// states returns random fused states [B,N,channels], with zeros after the valid utterances
// of each conversation, and the inputs that the predictor reads with them.
func states(length int, valid ...int) engine.Feed {
	rng := rand.New(rand.NewPCG(1, 2))
	size := len(valid)
	fused := make([]float32, size*length*channels)
	mask := make([]float32, size*length)
	present := make([]float32, erc.NumModalities*size*length)
	label, labelled := make([]float32, size*length), make([]float32, size*length)
	for b, n := range valid {
		for u := range n {
			row := b*length + u
			mask[row], label[row] = 1, float32(rng.NormFloat64())
			labelled[row] = float32(u % 2)
			for j := range channels {
				fused[row*channels+j] = float32(rng.NormFloat64())
			}
			for m := range erc.NumModalities {
				present[m*size*length+row] = float32(rng.IntN(2))
			}
		}
	}
	return engine.Feed{
		"fused":          tensors.FromFlatDataAndDimensions(fused, size, length, channels),
		model.InValid:    tensors.FromFlatDataAndDimensions(mask, size, length),
		model.InPresent:  tensors.FromFlatDataAndDimensions(present, erc.NumModalities, size, length, 1),
		model.InLabel:    tensors.FromFlatDataAndDimensions(label, size, length),
		model.InLabelled: tensors.FromFlatDataAndDimensions(labelled, size, length),
	}
}

// predictor returns a predictor of width 8 with a number of recurrent layers.
func predictor(t *testing.T, s model.Setup, head string, layers int) readout.Predictor {
	t.Helper()
	body := readout.DefaultBody()
	body.Width, body.Hidden, body.Head = 8, 6, head
	p, err := readout.New("test", body, s, layers)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// run builds the outputs on new weights and returns their values.
func run(t *testing.T, feed engine.Feed, build func(p *model.Params, in engine.Nodes) engine.Outputs) engine.Results {
	t.Helper()
	backend, err := simd.New("")
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	store := mlx.NewStore()
	params := model.NewParams(store, 1)
	graphs := engine.NewGraphs(backend, store, nil, func(_ *mlx.Scope, in engine.Nodes) engine.Outputs { return build(params, in) })
	defer graphs.Close()
	results, err := graphs.Call(feed)
	if err != nil {
		t.Fatal(err)
	}
	return results
}

var (
	scores  = model.Setup{Task: erc.Scores}
	classes = model.Setup{Task: erc.Classes, NumClasses: 3}
)

func TestShapes(t *testing.T) {
	for _, layers := range []int{0, readout.Layers} {
		run(t, states(4, 4, 3), func(p *model.Params, in engine.Nodes) engine.Outputs {
			check := func(name string, node *graph.Node, want ...int) {
				if got := node.Shape().Dimensions; !slices.Equal(got, want) {
					t.Errorf("%d layers: %s has shape %v, want %v", layers, name, got, want)
				}
			}
			width := map[int]int{0: channels, readout.Layers: 8}[layers]
			s := predictor(t, scores, readout.HeadLaplace, layers)
			check("Read", s.Read(p.In("read"), in, in.Get("fused")), 2, 4, width)
			out := s.Predict(p.In("scores"), in, in.Get("fused"))
			check("Location", out.Location, 2, 4)
			check("Scale", out.Scale, 2, 4)
			c := predictor(t, classes, readout.HeadLaplace, layers).Predict(p.In("classes"), in, in.Get("fused"))
			check("Logits", c.Logits, 2, 4, 3)
			if out.Logits != nil || c.Location != nil || c.Scale != nil {
				t.Errorf("%d layers: outputs of the other task are set", layers)
			}
			return engine.Outputs{"loss": s.Loss(out, in)}
		})
	}
}

// A conversation has the same prediction, up to rounding, with more padding and beside
// another conversation.
func TestPaddingChangesNothing(t *testing.T) {
	predict := func(feed engine.Feed) []float32 {
		return run(t, feed, func(p *model.Params, in engine.Nodes) engine.Outputs {
			out := predictor(t, scores, readout.HeadLaplace, readout.Layers).Predict(p, in, in.Get("fused"))
			return engine.Outputs{"location": out.Location}
		})["location"].Values
	}
	want := predict(states(5, 5))
	for name, feed := range map[string]engine.Feed{"padding": states(8, 5), "another conversation": states(8, 5, 8)} {
		for u, x := range predict(feed)[:5] {
			if math.Abs(float64(x-want[u])) > 1e-6 {
				t.Errorf("%s: utterance %d has the location %g, want %g", name, u, x, want[u])
			}
		}
	}
	if want[0] == want[1] {
		t.Error("two utterances have the same location: this shows nothing")
	}
}

// The scale of a point head is 0 and its loss the mean absolute error of the labelled
// utterances. The scale of a Laplace head is at least 0.02, and its loss the mean negative
// log-likelihood, log 2b + |y − μ|/b.
func TestHeadsOfScores(t *testing.T) {
	labels := tensors.MustCopyFlatData[float32](states(6, 6, 4)[model.InLabel])
	labelled := tensors.MustCopyFlatData[float32](states(6, 6, 4)[model.InLabelled])
	for _, head := range []string{readout.HeadPoint, readout.HeadLaplace} {
		got := run(t, states(6, 6, 4), func(p *model.Params, in engine.Nodes) engine.Outputs {
			r := predictor(t, scores, head, readout.Layers)
			out := r.Predict(p, in, in.Get("fused"))
			return engine.Outputs{"location": out.Location, "scale": out.Scale, "loss": r.Loss(out, in)}
		})
		sum, n := 0.0, 0.0
		for i, scale := range got["scale"].Values {
			if head == readout.HeadPoint && scale != 0 || head == readout.HeadLaplace && scale < 0.02 {
				t.Errorf("%s: scale %g", head, scale)
			}
			if labelled[i] == 0 {
				continue
			}
			loss := math.Abs(float64(labels[i] - got["location"].Values[i]))
			if head == readout.HeadLaplace {
				loss = math.Log(2*float64(scale)) + loss/float64(scale)
			}
			sum, n = sum+loss, n+1
		}
		if loss := float64(got["loss"].Values[0]); math.Abs(loss-sum/n) > 1e-5 {
			t.Errorf("%s: got loss %g, want %g", head, loss, sum/n)
		}
	}
}

func TestUnknownHead(t *testing.T) {
	body := readout.DefaultBody()
	body.Head = "gauss"
	_, err := readout.New("test", body, scores, 0)
	if err == nil || !fault.IsInput(err) || !strings.Contains(err.Error(), "test.head") {
		t.Errorf("got %v, want an error about test.head", err)
	}
}
