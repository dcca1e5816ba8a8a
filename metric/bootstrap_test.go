package metric_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gsdnet/metric"
	"gsdnet/metric/classes"
	"gsdnet/metric/scores"
)

var nan = math.NaN()

// near wants two numbers equal to a part in 10¹⁰, NaN being equal to NaN.
func near(t interface {
	Helper()
	Errorf(string, ...any)
}, what string, got, want float64) {
	t.Helper()
	if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > 1e-10*max(1, math.Abs(want)) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// twoModels returns labels, predictions of a better and of a worse model, and the
// conversation of each row.
func twoModels(n, perConversation int, seed uint64) (labels, better, worse []float64, groups []int32) {
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range n {
		y := 1.5 * rng.NormFloat64()
		labels = append(labels, y)
		better = append(better, y+0.3*rng.NormFloat64())
		worse = append(worse, y+0.8*rng.NormFloat64())
		groups = append(groups, int32(i/perConversation))
	}
	return labels, better, worse, groups
}

func TestBootstrapOfOneModelWithItself(t *testing.T) {
	labels, a, _, groups := twoModels(100, 10, 1)
	for _, d := range []metric.Difference{
		metric.Bootstrap{Groups: groups}.Losses(scores.AbsoluteErrors(labels, a), scores.AbsoluteErrors(labels, a)),
		metric.Bootstrap{}.Metric(scores.Corr, labels, a, a),
	} {
		if d.Diff != 0 || d.Low != 0 || d.High != 0 || d.P != 1 || d.Replicates != 2000 || d.Level != 0.95 {
			t.Errorf("got %+v, want nothing but zeros and P = 1", d)
		}
	}
}

func TestBootstrapFindsTheBetterModel(t *testing.T) {
	labels, better, worse, groups := twoModels(300, 10, 2)
	b := metric.Bootstrap{Groups: groups, Seed: 1}
	d := b.Metric(scores.MAE, labels, better, worse)
	if d.Groups != 30 || !(d.Low < d.Diff && d.Diff < d.High && d.High < 0) || d.P > 2.0/2001+1e-12 {
		t.Errorf("got %+v, want an interval below 0", d)
	}
	near(t, "Diff", d.Diff, scores.MAE(labels, better)-scores.MAE(labels, worse))

	// Means of losses are the same thing by another way.
	same := b.Losses(scores.AbsoluteErrors(labels, better), scores.AbsoluteErrors(labels, worse))
	if diff := cmp.Diff(d, same, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("Metric and Losses (-metric +losses):\n%s", diff)
	}

	// The other way round everything changes its sign.
	back := b.Metric(scores.MAE, labels, worse, better)
	near(t, "Low", back.Low, -d.High)
	near(t, "High", back.High, -d.Low)
	near(t, "P", back.P, d.P)
}

func TestBootstrapIsNamedByItsSeed(t *testing.T) {
	labels, better, worse, _ := twoModels(50, 5, 3)
	run := func(seed uint64) metric.Difference {
		return metric.Bootstrap{Seed: seed, Replicates: 200}.Metric(scores.ACC7, labels, better, worse)
	}
	if run(1) != run(1) {
		t.Error("the same seed gave two results")
	}
	if run(1) == run(2) {
		t.Error("two seeds gave the same result")
	}
}

func TestIntervalNarrowsWithDataAndWidensWithLevel(t *testing.T) {
	width := func(n int, level float64) float64 {
		labels, better, worse, groups := twoModels(n, 5, 4)
		d := metric.Bootstrap{Groups: groups, Level: level}.Metric(scores.MAE, labels, better, worse)
		return d.High - d.Low
	}
	few, many := width(100, 0), width(1600, 0)
	if ratio := few / many; ratio < 2.5 || ratio > 6 { // four in expectation
		t.Errorf("16 times the data: got an interval %.2f times narrower, want about 4", ratio)
	}
	if width(100, 0.5) >= few {
		t.Error("the 50 % interval is no narrower than the 95 % one")
	}
}

func TestConversationsWidenTheInterval(t *testing.T) {
	// Losses that are the same throughout a conversation: only the conversations
	// count, √20 fewer.
	rng := rand.New(rand.NewPCG(9, 9))
	var a, b []float64
	var groups []int32
	for g := range 40 {
		shift := rng.NormFloat64()
		for range 20 {
			a, b, groups = append(a, shift), append(b, 0), append(groups, int32(g))
		}
	}
	alone, together := metric.Bootstrap{}.Losses(a, b), metric.Bootstrap{Groups: groups}.Losses(a, b)
	if ratio := (together.High - together.Low) / (alone.High - alone.Low); math.Abs(ratio-math.Sqrt(20)) > 0.8 {
		t.Errorf("got an interval %.2f times as wide, want about %.2f", ratio, math.Sqrt(20))
	}
}

func TestIntervalHoldsTheTruthAboutAsOftenAsItSays(t *testing.T) {
	held := 0
	const runs = 300
	for r := range runs {
		rng := rand.New(rand.NewPCG(uint64(r), 5))
		a, b := make([]float64, 60), make([]float64, 60)
		for i := range a {
			a[i], b[i] = 0.2+rng.NormFloat64(), rng.NormFloat64()
		}
		d := metric.Bootstrap{Replicates: 300, Level: 0.9, Seed: uint64(r)}.Losses(a, b)
		if d.Low <= 0.2 && 0.2 <= d.High {
			held++
		}
	}
	if share := float64(held) / runs; share < 0.83 || share > 0.95 {
		t.Errorf("the 90 %% interval held the truth in %.0f %% of the runs", 100*share)
	}
}

func TestBootstrapWithoutEnough(t *testing.T) {
	none := metric.Bootstrap{}.Losses(nil, nil)
	near(t, "Diff of nothing", none.Diff, nan)
	near(t, "P of nothing", none.P, nan)

	one := metric.Bootstrap{Groups: []int32{4, 4}}.Losses([]float64{1, 2}, []float64{0, 0})
	near(t, "Diff of one conversation", one.Diff, 1.5)
	near(t, "Low of one conversation", one.Low, nan)
	near(t, "P of one conversation", one.P, nan)

	// The unlabelled row goes, and its conversation with it.
	d := metric.Bootstrap{Groups: []int32{1, 2, 3}}.Losses([]float64{1, nan, 3}, []float64{0, nan, 0})
	near(t, "Diff without the unlabelled", d.Diff, 2)
	if d.Groups != 2 {
		t.Errorf("got %d groups, want 2", d.Groups)
	}
	// A loss that only one of the models has not is no score at all.
	d = metric.Bootstrap{}.Losses([]float64{1, nan, 3}, []float64{0, 1, 0})
	near(t, "Diff of a model that diverged", d.Diff, nan)
	near(t, "Low of a model that diverged", d.Low, nan)

	// One label has a sign: replicates that miss it are left out.
	m := metric.Bootstrap{}.Metric(scores.ACC2, []float64{1, 0, 0}, []float64{1, 1, 1}, []float64{-1, 1, 1})
	if m.Diff != 1 || m.Low != 1 || m.High != 1 || m.Replicates < 1200 || m.Replicates > 1600 {
		t.Errorf("got %+v, want 1 throughout in about 1407 replicates", m)
	}
}

func TestBootstrapOfClasses(t *testing.T) {
	labels := []int32{0, 1, 2, 0, 1, 2, -1, 0}
	right := []int32{0, 1, 2, 0, 1, 2, 0, 0}
	d := metric.Bootstrap{}.ClassMetric(classes.UA, labels, right, []int32{0, 0, 0, 0, 0, 0, 0, 0})
	near(t, "Diff", d.Diff, 2.0/3)
	if d.Groups != 7 || d.Low < 0 || d.High > 1 {
		t.Errorf("got %+v", d)
	}
}

func TestBootstrapRefusesWhatItCannotMean(t *testing.T) {
	for name, b := range map[string]metric.Bootstrap{
		"groups": {Groups: []int32{1}}, "level": {Level: 95}, "replicates": {Replicates: -1},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: did not panic", name)
				}
			}()
			b.Losses([]float64{1, 2}, []float64{1, 3})
		}()
	}
}

// Told to stop, the bootstrap ends after that replicate without an interval.
func TestBootstrapStops(t *testing.T) {
	a, b := []float64{1, 2, 3, 4}, []float64{2, 2, 4, 4}
	asked := 0
	d := metric.Bootstrap{Stop: func() bool { asked++; return asked == 3 }}.Losses(a, b)
	if asked != 3 || d.Diff != -0.5 || !math.IsNaN(d.Low) || !math.IsNaN(d.High) || !math.IsNaN(d.P) {
		t.Errorf("asked %d times: %+v", asked, d)
	}
	whole, never := metric.Bootstrap{}.Losses(a, b), metric.Bootstrap{Stop: func() bool { return false }}.Losses(a, b)
	if whole != never {
		t.Errorf("got %+v with a Stop that never stops, want %+v", never, whole)
	}
}
