package infer_test

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/model"
)

// spread makes samples of one conversation whose text features are a random rotation of
// independent normals with the given deviations, and which have no audio. Visual features
// are constant.
func spread(n int, deviations []float64) []infer.Sample {
	rng := rand.New(rand.NewPCG(5, 5))
	d := len(deviations)
	conv := erc.Conversation{ID: 1}
	for range n {
		row := make([]float32, d)
		common := make([]float64, d)
		for k, s := range deviations {
			common[k] = s * rng.NormFloat64()
		}
		for j := range row { // rows of a discrete cosine transform, an orthogonal matrix
			for k, x := range common {
				scale := math.Sqrt(2 / float64(d))
				if k == 0 {
					scale = math.Sqrt(1 / float64(d))
				}
				row[j] += float32(x * scale * math.Cos(math.Pi*(float64(j)+0.5)*float64(k)/float64(d)))
			}
		}
		conv.Utterances = append(conv.Utterances, erc.Utterance{
			Present: erc.None.With(erc.Text).With(erc.Visual), Features: [erc.NumModalities][]float32{row, nil, {0, 0}},
		})
	}
	one := func(d int) []float32 { return slices.Repeat([]float32{1}, d) }
	zero := func(d int) []float32 { return make([]float32, d) }
	scaler := &model.Scaler{
		Mean: [erc.NumModalities][]float32{zero(d), zero(1), zero(2)}, Deviation: [erc.NumModalities][]float32{one(d), one(1), one(2)},
	}
	return infer.Samples([]erc.Conversation{conv}, scaler)
}

// projected returns the coordinates of the text features of all utterances.
func projected(s *infer.Space, samples []infer.Sample) (out [][]float64) {
	for i := range samples {
		for _, row := range samples[i].Truth.Features[erc.Text] {
			out = append(out, s.Project(erc.Text, row))
		}
	}
	return out
}

// The coordinates are those along the directions of the largest variance, uncorrelated and
// of variance 1 on average; a modality without cells and one that does not vary have none.
func TestSpaceHasTheLeadingAxes(t *testing.T) {
	const d, n, q = 60, 3000, 40
	deviations := make([]float64, d)
	for k := range deviations {
		deviations[k] = 0.3 * math.Pow(0.95, float64(k))
	}
	samples := spread(n, deviations)
	space, err := infer.FitSpace(t.Context(), samples)
	if err != nil {
		t.Fatal(err)
	}
	for m, want := range map[erc.Modality]int{erc.Text: q, erc.Audio: 0, erc.Visual: 0} {
		if got := space.Axes(m); got != want {
			t.Fatalf("%d axes of %s, want %d", got, m, want)
		}
	}
	var moments [q][q]float64
	rows := projected(space, samples)
	for _, row := range rows {
		for a := range q {
			for b := range q {
				moments[a][b] += row[a] * row[b] / n
			}
		}
	}
	total, kept := 0.0, 0.0
	for a := range q {
		total += moments[a][a] / q
		kept += deviations[a] * deviations[a] / q
		for b := range a {
			if math.Abs(moments[a][b]) > 1e-6 {
				t.Errorf("axes %d and %d have the product %g, want 0", a, b, moments[a][b])
			}
		}
		if a > 0 && moments[a][a] > moments[a-1][a-1] {
			t.Errorf("axis %d has the variance %g and the one before %g", a, moments[a][a], moments[a-1][a-1])
		}
	}
	if math.Abs(total-1) > 1e-9 {
		t.Errorf("mean variance %g, want 1", total)
	}
	// Deviations of a variance of 3,000 rows are 3 %.
	for _, a := range []int{0, 20, q - 1} {
		if got, want := moments[a][a], deviations[a]*deviations[a]/kept; math.Abs(got/want-1) > 0.15 {
			t.Errorf("axis %d: variance %g, want about %g", a, got, want)
		}
	}
}

// Few rows span few axes.
func TestSpaceOfFewRows(t *testing.T) {
	space, err := infer.FitSpace(t.Context(), spread(3, slices.Repeat([]float64{1}, 60)))
	if err != nil {
		t.Fatal(err)
	}
	if got := space.Axes(erc.Text); got != 3 {
		t.Errorf("%d axes of three rows, want 3", got)
	}
	if space, err := infer.FitSpace(t.Context(), nil); err != nil || space.Axes(erc.Text) != 0 {
		t.Errorf("%v and axes of no samples", err)
	}
}

// The axes have the same bits whatever the number of processors.
func TestSpaceIsDeterministic(t *testing.T) {
	deviations := make([]float64, 300)
	for k := range deviations {
		deviations[k] = 1 / float64(1+k)
	}
	samples := spread(400, deviations)
	fit := func() [][]float64 {
		space, err := infer.FitSpace(t.Context(), samples)
		if err != nil {
			t.Fatal(err)
		}
		return projected(space, samples)
	}
	want := fit()
	before := runtime.GOMAXPROCS(1)
	got := fit()
	runtime.GOMAXPROCS(before)
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Error("one processor gives other coordinates")
	}
}

func TestSpaceStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := infer.FitSpace(ctx, spread(10, []float64{1, 2})); err == nil {
		t.Error("got no error of a context that has ended")
	}
}
