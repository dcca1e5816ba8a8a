package ridge_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/model/ridge"
	"gsdnet/simd"
)

// complete draws conversations in which visual is a fixed mixture of text and audio plus a
// little noise.
func complete(rng *rand.Rand, dims [erc.NumModalities]int, lengths ...int) []model.Truth {
	var out []model.Truth
	for _, n := range lengths {
		t := model.Truth{}
		for range n {
			t.Present = append(t.Present, erc.All)
			var rows [erc.NumModalities][]float32
			for m := range rows {
				rows[m] = make([]float32, dims[m])
				for j := range rows[m] {
					rows[m][j] = float32(rng.NormFloat64())
				}
			}
			for j := range rows[2] {
				rows[2][j] = rows[0][j] - 0.5*rows[1][0] + 0.01*rows[2][j]
			}
			for m := range rows {
				t.Features[m] = append(t.Features[m], rows[m])
			}
		}
		out = append(out, t)
	}
	return out
}

// The maps solve the normal equations, Xᵀ(Y − XW) = λ·rows·W.
func TestRidgeSolvesTheNormalEquations(t *testing.T) {
	dims := [erc.NumModalities]int{3, 2, 2}
	truth := complete(rand.New(rand.NewPCG(1, 2)), dims, 30, 50)
	store := mlx.NewStore()
	ridge := ridge.Regression{Dims: dims, Lambda: 0.2}
	if err := ridge.Fit(t.Context(), model.NewParams(store, 0), truth); err != nil {
		t.Fatal(err)
	}
	w := tensors.MustCopyFlatData[float32](store.GetVariable("/constant/regress_ta_visual").MustValue())
	const sources, targets, rows = 5, 2, 80
	for i := range sources {
		for j := range targets {
			left := 0.0
			for _, conv := range truth {
				for u := range conv.Present {
					x := append(append([]float32{}, conv.Features[0][u]...), conv.Features[1][u]...)
					rest := float64(conv.Features[2][u][j])
					for k := range x {
						rest -= float64(x[k]) * float64(w[k*targets+j])
					}
					left += float64(x[i]) * rest
				}
			}
			if want := 0.2 * rows * float64(w[i*targets+j]); math.Abs(left-want) > 1e-3 {
				t.Errorf("source %d, target %d: %.5f, want %.5f", i, j, left, want)
			}
		}
	}
}

// In a corpus that lacks one modality the others are regressed, and the values of the
// lacking one are its training mean, 0. A corpus with one modality has no regression.
func TestRidgeWithoutCompleteUtterances(t *testing.T) {
	dims := [erc.NumModalities]int{3, 2, 2}
	fit := func(keep erc.Present) (map[string][]float32, error) {
		truth := complete(rand.New(rand.NewPCG(1, 2)), dims, 30)
		for u := range truth[0].Present {
			truth[0].Present[u] = keep
		}
		store := mlx.NewStore()
		err := ridge.Regression{Dims: dims, Lambda: 0.2}.Fit(t.Context(), model.NewParams(store, 0), truth)
		maps := map[string][]float32{}
		for v := range store.IterVariables() {
			maps[v.Name()] = tensors.MustCopyFlatData[float32](v.MustValue())
		}
		return maps, err
	}
	all, err := fit(erc.All)
	if err != nil {
		t.Fatal(err)
	}
	two, err := fit(0b011)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := two["regress_t_audio"], all["regress_t_audio"]; !slices.Equal(got, want) {
		t.Errorf("text to audio: got %v, want %v", got, want)
	}
	if got := two["regress_ta_visual"]; slices.ContainsFunc(got, func(x float32) bool { return x != 0 }) {
		t.Errorf("to a modality that is not there: got %v, want zeros", got)
	}
	if _, err := fit(0b001); err == nil {
		t.Error("one modality alone was regressed")
	}
}

// completion fits with hardly any penalty and completes one conversation.
func completion(t *testing.T, ridge ridge.Regression, conv model.Conversation, truth []model.Truth) [][]float32 {
	t.Helper()
	ridge.Lambda = 1e-6
	store := mlx.NewStore()
	params := model.NewParams(store, 0)
	if err := ridge.Fit(t.Context(), params, truth); err != nil {
		t.Fatal(err)
	}
	batch := &model.Batch{Conversations: []model.Conversation{conv}, N: conv.Len() + 1, Dims: ridge.Dims}
	backend, err := simd.New("")
	if err != nil {
		t.Fatal(err)
	}
	feed := batch.Observe()
	graphs := engine.NewGraphs(backend, store, nil, func(_ *mlx.Scope, in engine.Nodes) engine.Outputs {
		filled := ridge.Complete(params, in)
		return engine.Outputs{"text": filled[erc.Text], "audio": filled[erc.Audio], "visual": filled[erc.Visual]}
	})
	defer graphs.Close()
	results, err := graphs.Call(feed)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]float32
	for _, m := range erc.Modalities {
		out = append(out, results[m.String()].Values)
	}
	return out
}

// Missing features are filled by the true relation, and observed ones are unchanged.
func TestRidgeCompletes(t *testing.T) {
	dims := [erc.NumModalities]int{3, 2, 2}
	truth := complete(rand.New(rand.NewPCG(1, 2)), dims, 60)
	conv := model.Conversation{Present: []erc.Present{0b011, erc.All}, Speakers: make([]erc.Speaker, 2)}
	for m := range conv.Features {
		conv.Features[m] = truth[0].Features[m][:2]
	}
	visual := completion(t, ridge.Regression{Dims: dims}, conv, truth)[erc.Visual]
	for j := range dims[2] {
		want := truth[0].Features[2][0][j]
		if got := visual[j]; math.Abs(float64(got-want)) > 0.05 {
			t.Errorf("recovered %.3f, want %.3f", got, want)
		}
		if got, want := visual[dims[2]+j], truth[0].Features[2][1][j]; got != want {
			t.Errorf("observed %.3f became %.3f", want, got)
		}
		if got := visual[2*dims[2]+j]; got != 0 {
			t.Errorf("padding became %.3f", got)
		}
	}
}
