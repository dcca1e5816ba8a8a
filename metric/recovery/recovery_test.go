package recovery_test

import (
	"math"
	"testing"

	"gsdnet/metric/recovery"
)

func TestMetricsByHand(t *testing.T) {
	withheld := [][]float64{{1, 0}, {0, 2}, {1, 1}, {0, 0}}
	recovered := [][]float64{{2, 0}, {0, -1}, {1, 0}, {1, 1}}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"RMSE", recovery.RMSE(withheld, recovered), math.Sqrt((1.0 + 9 + 1 + 2) / 8)},
		{"cosine", recovery.Cosine(withheld, recovered), (math.Sqrt2/2 + 0) / 4},
		{"RMSE without rows", recovery.RMSE(nil, nil), math.NaN()},
		{"cosine without rows", recovery.Cosine(nil, nil), math.NaN()},
		{"cosine of a tiny vector", recovery.Cosine([][]float64{{1e-100, 0}}, [][]float64{{1, 0}}), 1},
	} {
		if math.IsNaN(c.got) != math.IsNaN(c.want) || math.Abs(c.got-c.want) > 1e-10 {
			t.Errorf("%s: got %v, want %v", c.name, c.got, c.want)
		}
	}
}

func TestDifferentShapesPanic(t *testing.T) {
	for name, metric := range map[string]func(withheld, recovered [][]float64) float64{"RMSE": recovery.RMSE, "Cosine": recovery.Cosine} {
		func() {
			defer func() {
				if got, want := recover(), "metric: row 0: 1 features withheld, 2 recovered"; got != want {
					t.Errorf("%s: got panic %v, want %q", name, got, want)
				}
			}()
			metric([][]float64{{1}}, [][]float64{{1, 2}})
		}()
	}
}
