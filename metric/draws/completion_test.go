package draws_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"gsdnet/metric"
	"gsdnet/metric/draws"
)

// cells draws a truth and k draws of it as withheld cells of 120 conversations. spread
// multiplies what the draws depart from 0.
func cells(seed uint64, k int, spread float64) *draws.Cells {
	truth, drawn, of, at := normalDraws(rand.New(rand.NewPCG(seed, 3)), 120, 8, 4, k, spread, 0.5)
	c := &draws.Cells{Truth: truth, Draws: drawn, Conversations: of, Positions: at}
	for range truth {
		c.RawSquares = append(c.RawSquares, 2)
	}
	return c
}

// Draws from the distribution of the truth score as the declarations say is ideal.
func TestExactDrawsAreIdeal(t *testing.T) {
	for _, k := range []int{8, 16} {
		got, _ := draws.Measure("text", cells(1, k, 1))
		if got.N != 960 || got.Draws != k {
			t.Errorf("got %d cells and %d draws, want 960 and %d", got.N, got.Draws, k)
		}
		for _, s := range draws.Scores() {
			if s.Ideal == nil {
				continue
			}
			// The deviation of the coverage of conversation means is .02 (480 values),
			// that of the classifier's accuracy .03 (300 rows).
			within(t, s.Key, s.Value(got), s.Ideal(got), map[string]float64{"mmd2": 0.01, "apart": 0.1}[s.Key]+0.05)
		}
		// Of the unit normal the point estimate 0 has an RMSE of 1, and the mean of K draws √(1+1/K).
		within(t, "rmse", got.Values["rmse"], math.Sqrt(1+1/float64(k)), 0.05)
		near(t, "rmse_raw", got.Values["rmse_raw"], math.Sqrt2)
	}
}

// A model that gives its mean K times has no better mean than exact draws have, and is
// worse by every other score.
func TestCollapsedDrawsAreWorse(t *testing.T) {
	exact, _ := draws.Measure("text", cells(2, 8, 1))
	collapsed, _ := draws.Measure("text", cells(2, 8, 0))
	for key, least := range map[string]float64{"energy_score": 1.1, "conversation_energy_score": 1.1, "crps_feature": 1.1} {
		if got, want := collapsed.Values[key], least*exact.Values[key]; got < want {
			t.Errorf("%s of collapsed draws is %g, want at least %g", key, got, want)
		}
	}
	if got := collapsed.Values["rmse"]; got > exact.Values["rmse"] {
		t.Errorf("RMSE of the true mean is %g, want at most that of a mean of draws, %g", got, exact.Values["rmse"])
	}
	for _, s := range draws.Scores() {
		if s.Ideal == nil {
			continue
		}
		off := func(c *draws.Completion) float64 { return math.Abs(s.Value(c) - s.Ideal(c)) }
		if off(collapsed) < off(exact)+0.1 {
			t.Errorf("%s: %g off for collapsed draws, %g for exact ones", s.Key, off(collapsed), off(exact))
		}
	}
}

// The sums of the conversations give the scores.
func TestContributionsByHand(t *testing.T) {
	c := &draws.Cells{
		Truth:         [][]float64{{0, 0}, {3, 4}, {1, 1}},
		Draws:         [][][]float64{{{0, 2}, {0, 0}, {1, 1}}, {{0, 0}, {0, 0}, {1, 1}}},
		Conversations: []int32{4, 4, 9},
		Positions:     []int{0, 1, 0},
		RawSquares:    []float64{1, 2, 6},
	}
	got, of := draws.Measure("audio", c)
	// Cell 0: (2+0)/2 − 2/2 = 0 and the mean draw (0,1); cell 1: 5 and (0,0); cell 2: 0.
	// CRPS of cell 0: feature 0 has 0, feature 1 (2+0)/2 − 2/2 = 0; of cell 1 (3+4)/2.
	want := []draws.Contribution{
		{Conversation: 4, Modality: "audio", Cells: 2, Energy: 5, CRPS: 3.5, Square: 0.5 + 12.5, RawSquare: 3, MeanEnergy: math.NaN()},
		{Conversation: 9, Modality: "audio", Cells: 1, RawSquare: 6, MeanEnergy: math.NaN()},
	}
	if len(of) != 2 || !equalContributions(of, want) {
		t.Errorf("got %+v, want %+v", of, want)
	}
	near(t, "energy score", got.Values["energy_score"], 5./3)
	near(t, "CRPS", got.Values["crps_feature"], 3.5/3)
	near(t, "RMSE", got.Values["rmse"], math.Sqrt(13./3))
	near(t, "RMSE raw", got.Values["rmse_raw"], math.Sqrt(3))
	near(t, "conversations of fewer than five cells", got.Values["conversation_energy_score"], math.NaN())
	if none, list := draws.Measure("audio", &draws.Cells{}); none != nil || list != nil {
		t.Errorf("got %+v and %+v of no cells, want nothing", none, list)
	}
}

func equalContributions(a, b []draws.Contribution) bool {
	for i := range a {
		x, y := a[i], b[i]
		if math.IsNaN(x.MeanEnergy) && math.IsNaN(y.MeanEnergy) {
			x.MeanEnergy, y.MeanEnergy = 0, 0
		}
		if x != y {
			return false
		}
	}
	return len(a) == len(b)
}

// The scores of a completion are the means over the modalities that have them, and JSON
// keeps them and their details.
func TestTogether(t *testing.T) {
	text, _ := draws.Measure("text", cells(3, 8, 1))
	few := cells(4, 8, 0.5)
	few.Truth, few.Conversations, few.Positions, few.RawSquares = few.Truth[:3], few.Conversations[:3], few.Positions[:3], few.RawSquares[:3]
	for k := range few.Draws {
		few.Draws[k] = few.Draws[k][:3]
	}
	audio, _ := draws.Measure("audio", few)
	got := draws.Together(map[string]*draws.Completion{"text": text, "audio": audio})
	near(t, "energy score", got.Values["energy_score"], (text.Values["energy_score"]+audio.Values["energy_score"])/2)
	near(t, "a score that audio does not have", got.Values["conversation_energy_score"], text.Values["conversation_energy_score"])
	near(t, "coverage", got.Coverage[1].Covered, (text.Coverage[1].Covered+audio.Coverage[1].Covered)/2)
	if got.N != text.N+3 || got.Modalities["audio"] != audio {
		t.Errorf("got %d cells and audio %+v, want %d and %+v", got.N, got.Modalities["audio"], text.N+3, audio)
	}

	written, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(written, &fields); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"n", "draws", "energy_score", "conversation_energy_score", "crps_feature", "draw_coverage", "conversation_coverage", "mmd2", "apart", "lag1", "lag1_true", "rmse", "rmse_raw", "modalities"} {
		if _, there := fields[key]; !there {
			t.Errorf("the JSON has no %s: %s", key, written)
		}
	}
	var back draws.Completion
	if err := json.Unmarshal(written, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil || string(again) != string(written) {
		t.Errorf("read again: %v\n%s\nwant\n%s", err, again, written)
	}
	if !math.IsNaN(back.Modalities["audio"].Values["conversation_energy_score"]) {
		t.Error("a score that is null is not NaN")
	}
}

func TestAverageSkipsMasksWithoutCells(t *testing.T) {
	one, _ := draws.Measure("text", cells(5, 4, 1))
	two, _ := draws.Measure("text", cells(6, 4, 1))
	all := []*draws.Completion{nil, draws.Together(map[string]*draws.Completion{"text": one}), draws.Together(map[string]*draws.Completion{"text": two})}
	got := draws.Average(all)
	for _, c := range []*draws.Completion{got, got.Modalities["text"]} {
		near(t, "energy score", c.Values["energy_score"], (one.Values["energy_score"]+two.Values["energy_score"])/2)
	}
	if draws.Average(all[:1]) != nil || draws.Together(nil) != nil {
		t.Error("an average of nothing is not nil")
	}
}

// score is the declared score of a key.
func score(t *testing.T, key string) draws.Score {
	t.Helper()
	for _, s := range draws.Scores() {
		if s.Key == key {
			return s
		}
	}
	t.Fatalf("no score %q", key)
	return draws.Score{}
}

// The difference of two completions is the difference of their scores, and its interval is
// clear of zero where one is better throughout.
func TestCompare(t *testing.T) {
	measure := func(spread float64) (*draws.Completion, [][]draws.Contribution) {
		var masks [][]draws.Contribution
		var all []*draws.Completion
		for mask := range uint64(2) {
			text, a := draws.Measure("text", cells(7+mask, 8, spread))
			audio, b := draws.Measure("audio", cells(17+mask, 8, 1))
			masks, all = append(masks, append(a, b...)), append(all, draws.Together(map[string]*draws.Completion{"text": text, "audio": audio}))
		}
		return draws.Average(all), masks
	}
	exact, a := measure(1)
	narrow, b := measure(0.2)
	for _, s := range draws.Scores() {
		if s.Share == nil {
			continue
		}
		d, err := draws.Compare(s, a, b, metric.Bootstrap{Replicates: 200, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		near(t, s.Key, d.Diff, s.Value(exact)-s.Value(narrow))
		if s.Key == "rmse" || s.Key == "rmse_raw" {
			continue // the mean of narrow draws is better, and raw errors are the same
		}
		if !(d.Low < d.Diff && d.Diff < d.High && d.High < 0) || d.Groups != 120 {
			t.Errorf("%s: %+v, want an interval below zero of 120 conversations", s.Key, d)
		}
		same, err := draws.Compare(s, a, a, metric.Bootstrap{Replicates: 50})
		if err != nil || same.Diff != 0 || same.Low != 0 || same.High != 0 {
			t.Errorf("%s of one completion with itself: %+v and %v", s.Key, same, err)
		}
	}
	for name, other := range map[string][][]draws.Contribution{"masks": b[:1], "conversations": {b[0][1:], b[1]}, "modalities": {b[0], append(b[1][120:], b[1][:120]...)}} {
		if _, err := draws.Compare(score(t, "rmse"), a, other, metric.Bootstrap{}); err == nil {
			t.Errorf("%s: other ones are compared without an error", name)
		}
	}
}

// Whole conversations are drawn: the interval of one whose cells go together is wider than
// if its cells were conversations of their own.
func TestCompareDrawsConversations(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	var together, apart [2][]draws.Contribution
	for c := range int32(20) {
		bias := rng.NormFloat64()
		sum := draws.Contribution{Conversation: c, Modality: "text", Cells: 10, Energy: 10 * bias}
		together[0], together[1] = append(together[0], sum), append(together[1], draws.Contribution{Conversation: c, Modality: "text", Cells: 10})
		for u := range int32(10) {
			one := draws.Contribution{Conversation: 100*c + u, Modality: "text", Cells: 1}
			apart[1] = append(apart[1], one)
			one.Energy = bias
			apart[0] = append(apart[0], one)
		}
	}
	width := func(of [2][]draws.Contribution) float64 {
		d, err := draws.Compare(score(t, "energy_score"), [][]draws.Contribution{of[0]}, [][]draws.Contribution{of[1]}, metric.Bootstrap{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		return d.High - d.Low
	}
	// The deviations are 1/√20 and 1/√200.
	if got, want := width(together)/width(apart), math.Sqrt(10); math.Abs(got-want) > 0.6 {
		t.Errorf("the interval is %.2f times as wide, want about %.2f", got, want)
	}
}

func TestScoresAreDeclared(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range draws.Scores() {
		if s.Key == "" || s.Heading == "" || s.Help == "" || seen[s.Key] {
			t.Errorf("the score %+v is not completely declared, or twice", s.Metric)
		}
		seen[s.Key] = true
	}
	if list := draws.Scores(); reflect.ValueOf(list).Pointer() == reflect.ValueOf(draws.Scores()).Pointer() {
		t.Error("the declarations can be changed from outside")
	}
}
