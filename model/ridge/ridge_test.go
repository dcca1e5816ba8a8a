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
	if err := ridge.Fit(t.Context(), model.NewParams(store, 0), nil, truth); err != nil {
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
		err := ridge.Regression{Dims: dims, Lambda: 0.2}.Fit(t.Context(), model.NewParams(store, 0), nil, truth)
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
func completion(t *testing.T, ridge ridge.Regression, conv model.Conversation, seen []model.Conversation, truth []model.Truth, training ...bool) [][]float32 {
	t.Helper()
	ridge.Lambda = 1e-6
	store := mlx.NewStore()
	params := model.NewParams(store, 0)
	if err := ridge.Fit(t.Context(), params, seen, truth); err != nil {
		t.Fatal(err)
	}
	batch := &model.Batch{Conversations: []model.Conversation{conv}, N: conv.Len() + 1, Dims: ridge.Dims}
	backend, err := simd.New("")
	if err != nil {
		t.Fatal(err)
	}
	feed := batch.Observe()
	ridge.Feed(feed, batch, model.Pass{Train: len(training) > 0})
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
	visual := completion(t, ridge.Regression{Dims: dims}, conv, nil, truth)[erc.Visual]
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

// A map of rank 1 equals the map of full rank if the relation has one direction. If it has
// two, the larger one remains.
func TestRidgeOfLowRank(t *testing.T) {
	dims := [erc.NumModalities]int{5, 2, 5}
	truth := complete(rand.New(rand.NewPCG(5, 6)), dims, 200)
	for u, x := range truth[0].Features[2] {
		a, b := truth[0].Features[0][u][0], truth[0].Features[0][u][1]
		copy(x, []float32{3 * a, -2 * a, a, b, 0})
	}
	conv := model.Conversation{Present: []erc.Present{0b001}, Speakers: make([]erc.Speaker, 1)}
	for m := range conv.Features {
		conv.Features[m] = truth[0].Features[m][:1]
	}
	x := truth[0].Features[2][0]
	for rank, want := range map[int][]float32{1: {x[0], x[1], x[2], 0, 0}, 2: x, 9: x} {
		got := completion(t, ridge.Regression{Dims: dims, Rank: rank}, conv, nil, truth)[erc.Visual][:5]
		for j := range want {
			if math.Abs(float64(got[j]-want[j])) > 0.3 || rank > 1 && math.Abs(float64(got[j]-want[j])) > 1e-3 {
				t.Errorf("rank %d, channel %d: got %.3f, want %.3f", rank, j, got[j], want[j])
			}
		}
	}
}

// In training a conversation is completed by a map that was fitted without it. Here the
// relations in the two folds have opposite signs.
func TestRidgeCrossFits(t *testing.T) {
	dims := [erc.NumModalities]int{2, 2, 2}
	truth := complete(rand.New(rand.NewPCG(7, 8)), dims, 50, 50, 50, 50)
	var seen []model.Conversation
	for i := range truth {
		sign := float32(1 - 2*(i%2))
		for u, x := range truth[i].Features[2] {
			copy(x, []float32{sign * truth[i].Features[0][u][0], sign * truth[i].Features[0][u][1]})
		}
		seen = append(seen, model.Conversation{Key: uint64(i), Features: truth[i].Features, Present: truth[i].Present, Speakers: make([]erc.Speaker, 50)})
	}
	ridge := ridge.Regression{Dims: dims, Rank: 2, Folds: 2}
	for i := range 2 {
		conv := seen[i]
		conv.Present = slices.Clone(conv.Present)
		conv.Present[0] = 0b011
		trained := completion(t, ridge, conv, seen, truth, true)[erc.Visual]
		used := completion(t, ridge, conv, seen, truth)[erc.Visual]
		for j := range dims[2] {
			held := truth[i].Features[2][0][j]
			if got := trained[j]; math.Abs(float64(got+held)) > 0.05 {
				t.Errorf("fold %d, in training: got %.3f, want %.3f, the other fold's", i, got, -held)
			}
			if got := used[j]; math.Abs(float64(got)) > 0.5 {
				t.Errorf("fold %d, in use: got %.3f, want about 0, what both folds make of it", i, got)
			}
		}
	}
}

// Around uses the rest of the conversation: here visual is the same in all utterances of a
// conversation and independent of text and audio.
func TestRidgeSeesTheConversation(t *testing.T) {
	dims := [erc.NumModalities]int{2, 2, 2}
	const length = 5
	truth := complete(rand.New(rand.NewPCG(3, 4)), dims, slices.Repeat([]int{length}, 40)...)
	var seen []model.Conversation
	for _, known := range truth {
		for u := range known.Features[2] {
			known.Features[2][u] = known.Features[2][0]
		}
		seen = append(seen, model.Conversation{Features: known.Features, Present: known.Present, Speakers: make([]erc.Speaker, length)})
	}
	conv := seen[0]
	conv.Present = slices.Clone(conv.Present)
	conv.Present[1] = 0b010
	for around, most := range map[bool]float64{true: 0.02, false: math.Inf(1)} {
		visual := completion(t, ridge.Regression{Dims: dims, Around: around}, conv, seen, truth)[erc.Visual]
		for j := range dims[2] {
			got, want := visual[dims[2]+j], truth[0].Features[2][1][j]
			miss := math.Abs(float64(got - want))
			if miss > most || !around && miss < 0.1 {
				t.Errorf("around %v: recovered %.3f, want %.3f", around, got, want)
			}
		}
	}
}
