package metric_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gsdnet/metric"
	"gsdnet/metric/scores"
)

func TestEvaluateIsTheSumOfItsParts(t *testing.T) {
	labels, preds := []float64{2, nan, -1, 0}, []float64{1, 9, -1.5, 0.25}
	got := metric.Evaluate(labels, preds, nil)
	want := metric.Scores{
		N: 3, Values: metric.Values{
			"acc2": 1, "f1": 1, "acc2_has0": 1, "acc7": 1.0 / 3, "mae": 1.75 / 3,
			"corr": scores.Corr(labels, preds), "crps": 1.75 / 3,
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	dists := []metric.Mixture{{{1, 0.5}}, nil, {{-1, 1}, {-2, 0.2}}, {{0.25, 0}}}
	got = metric.Evaluate(labels, preds, dists)
	want.Values["crps"] = (dists[0].CRPS(2) + dists[2].CRPS(-1) + 0.25) / 3
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("with distributions (-want +got):\n%s", diff)
	}
}

func TestCertaintyHasTheMAEForCRPS(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var labels, preds []float64
	var dists []metric.Mixture
	for range 50 {
		p := rng.NormFloat64()
		labels, preds = append(labels, rng.NormFloat64()), append(preds, p)
		dists = append(dists, metric.Mixture{{Loc: p}, {Loc: p}})
	}
	s := metric.Evaluate(labels, preds, dists)
	near(t, "CRPS", s.Get("crps"), s.Get("mae"))
}

func TestUndefinedIsNullInJSON(t *testing.T) {
	text, err := json.Marshal(metric.Evaluate([]float64{0, 0}, []float64{1, -1}, nil))
	want := `{"n":2,"acc2":null,"f1":null,"acc2_has0":0.5,"acc7":0,"mae":1,"corr":0,"crps":1}`
	if err != nil || string(text) != want {
		t.Errorf("got %s, %v\nwant %s", text, err, want)
	}
	for _, v := range []any{
		metric.Evaluate(nil, nil, nil),
		metric.Evaluate([]float64{1, 0, -1}, []float64{1, 1, 1}, nil),
		metric.EvaluateClasses([]int32{0, 1}, []int32{0, 0}, nil),
		metric.Cover(0.5, nil, nil, nil),
		metric.Recover(nil, nil),
		metric.Bootstrap{}.Losses(nil, nil),
		metric.Bootstrap{Replicates: 50}.Losses([]float64{1, 2}, []float64{3, 5}),
	} {
		text, err := json.Marshal(map[string]any{"row": v})
		if err != nil {
			t.Errorf("%T: %v", v, err)
			continue
		}
		var back map[string]json.RawMessage
		if err := json.Unmarshal(text, &back); err != nil {
			t.Errorf("%T: %v", v, err)
		}
		got := reflect.New(reflect.TypeOf(v))
		if err := json.Unmarshal(back["row"], got.Interface()); err != nil {
			t.Errorf("%T: %v", v, err)
		}
		if diff := cmp.Diff(v, got.Elem().Interface(), cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%T did not survive %s (-want +got):\n%s", v, text, diff)
		}
	}
}

func TestBaselinesByHand(t *testing.T) {
	// The mean is 0.2. Of the labels with a sign four are positive and two negative,
	// five of the seven are at or above 0, and the classes are 2 2 1 0 0 −1 −3: of
	// the equally frequent 0 and 2 the lower is taken.
	train := []float64{2, 2, 1, 0, 0.4, -1.4, -2.6, nan}
	labels := []float64{1, -1, 0, 2, nan}
	c := metric.FitConstant(train)

	mean := c.Mean(labels)
	near(t, "mean: MAE", mean.Get("mae"), (0.8+1.2+0.2+1.8)/4)
	near(t, "mean: ACC2", mean.Get("acc2"), 2.0/3)
	near(t, "mean: ACC7", mean.Get("acc7"), 0.25)
	near(t, "mean: Corr", mean.Get("corr"), 0)
	climate := metric.Mixture{}
	for _, y := range train[:7] {
		climate = append(climate, metric.Laplace{Loc: y})
	}
	near(t, "mean: CRPS", mean.Get("crps"), (climate.CRPS(1)+climate.CRPS(-1)+climate.CRPS(0)+climate.CRPS(2))/4)

	major := c.Majority(labels)
	near(t, "majority: ACC2", major.Get("acc2"), 2.0/3)
	near(t, "majority: F1", major.Get("f1"), (2*4.0/5)/3)
	near(t, "majority: ACC2Has0", major.Get("acc2_has0"), 0.75)
	near(t, "majority: ACC7", major.Get("acc7"), 0.25)
	near(t, "majority: MAE", major.Get("mae"), 1)
	near(t, "majority: CRPS", major.Get("crps"), 1)
	if mean.N != 4 || major.N != 4 {
		t.Errorf("got n %d and %d, want 4", mean.N, major.N)
	}

	empty := metric.FitConstant([]float64{nan})
	for name, s := range map[string]metric.Scores{"mean": empty.Mean(labels), "majority": empty.Majority(labels)} {
		for what, got := range map[string]float64{"acc2": s.Get("acc2"), "acc2_has0": s.Get("acc2_has0"), "acc7": s.Get("acc7"), "mae": s.Get("mae"), "crps": s.Get("crps")} {
			near(t, name+" of nothing: "+what, got, nan)
		}
	}
}
