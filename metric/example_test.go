package metric_test

import (
	"fmt"

	"gsdnet/metric"
	"gsdnet/metric/scores"
)

func ExampleEvaluate() {
	labels := []float64{2, -1, 0, -2, 1}
	preds := []float64{1.6, -0.2, -1, 0.1, 0.7}
	s := metric.Evaluate(labels, preds, nil)
	fmt.Printf("ACC2 %.3f  F1 %.3f  ACC7 %.3f  MAE %.3f  Corr %.3f\n", s.Get("acc2"), s.Get("f1"), s.Get("acc7"), s.Get("mae"), s.Get("corr"))
	// Output:
	// ACC2 0.750  F1 0.733  ACC7 0.400  MAE 0.920  Corr 0.632
}

func ExampleBootstrap() {
	labels := []float64{2, -1, 0, -2, 1, 3}
	good := []float64{1.6, -1.2, 0.1, -1.7, 0.7, 2.4}
	poor := []float64{0.6, 0.4, 0.5, 0.1, -0.2, 0.9}
	conversations := []int32{1, 1, 2, 2, 3, 3}
	d := metric.Bootstrap{Groups: conversations}.Metric(scores.MAE, labels, good, poor)
	fmt.Printf("%.2f [%.2f, %.2f]\n", d.Diff, d.Low, d.High)
	// Output:
	// -1.13 [-1.20, -1.10]
}
