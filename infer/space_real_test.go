package infer_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"gsdnet/dataset"
	_ "gsdnet/dataset/all"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/model"
)

// The axes of real features hold as much of the variance as the exact ones, to a part in a
// thousand.
func TestSpaceOfRealFeatures(t *testing.T) {
	dir := os.Getenv("GSDNET_DATA")
	if dir == "" {
		t.Skip("SKIPPED: set GSDNET_DATA to the folder with hazumi_online.npz to test on real features")
	}
	corpus, err := dataset.Open(filepath.Join(dir, "hazumi_online.npz"), dataset.Fields{Label: "label_centered"})
	if err != nil {
		t.Fatal(err)
	}
	training := corpus.In(erc.Train)
	samples := infer.Samples(training, model.FitScaler(training, corpus.Dims))
	start := time.Now()
	space, err := infer.FitSpace(t.Context(), samples)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("fitted in %v", time.Since(start))
	for _, m := range erc.Modalities {
		var rows []float64
		var axes []float64
		n := 0
		for i := range samples {
			for u, has := range samples[i].Present() {
				if has.Has(m) {
					for _, x := range samples[i].Truth.Features[m][u] {
						rows = append(rows, float64(x))
					}
					n++
				}
			}
		}
		d := corpus.Dims[m]
		unit := make([]float32, d)
		q := space.Axes(m)
		for j := range d {
			unit[j] = 1
			axes = append(axes, space.Project(m, unit)...)
			unit[j] = 0
		}
		x, p := mat.NewDense(n, d, rows), mat.NewDense(d, q, axes)
		var moments, along, inside mat.Dense
		moments.Mul(x.T(), x)
		along.Mul(&moments, p)
		inside.Mul(p.T(), &along)
		scale := 0.0 // the axes are orthogonal and of one length
		for j := range d {
			scale += p.At(j, 0) * p.At(j, 0)
		}
		got := mat.Trace(&inside) / scale
		symmetric := mat.NewSymDense(d, nil)
		for i := range d {
			for j := range i + 1 {
				symmetric.SetSym(i, j, moments.At(i, j))
			}
		}
		var e mat.EigenSym
		if !e.Factorize(symmetric, false) {
			t.Fatal("the exact decomposition failed")
		}
		want := 0.0
		for _, v := range e.Values(nil)[d-q:] {
			want += v
		}
		if got < 0.999*want || got > 1.000001*want {
			t.Errorf("%s: %d axes hold %.5f of the variance that exact ones hold", m, q, got/want)
		}
		t.Logf("%s: %d axes hold %.5f of the variance that exact ones hold", m, q, got/want)
	}
}
