package prior

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/model"
)

// A prior that is loaded gives the same bits as the one that was fitted, and so does one
// without the maps of the folds, which a checkpoint does not hold.
func TestLoadGivesTheSameBits(t *testing.T) {
	g, store := fitted(t, true)
	seen, _ := corpus(1)
	for name, kept := range map[string]*mlx.Store{
		"all":           store,
		"without folds": changed(t, store, unlessFold),
	} {
		other := New(testDims, testSettings, true)
		if err := other.Load(model.TrainedParams(kept)); err != nil {
			t.Fatal(err)
		}
		for _, c := range append(unseen(), seen...) {
			training := name == "all" && c.Key < 100
			want, err := g.Condition(&c, training)
			if err != nil {
				t.Fatal(err)
			}
			got, err := other.Condition(&c, training)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range erc.Modalities {
				if gap := farthest(t, got.Mean(m), want.Mean(m)); gap != 0 {
					t.Errorf("%s, conversation %d, %s: the mean differs by %g, want the same bits", name, c.Key, m, gap)
				}
			}
		}
	}
}

// unlessFold removes the maps of the folds.
func unlessFold(name string, x *tensors.Tensor) *tensors.Tensor {
	if strings.Contains(name, model.TrainingConstant) {
		return nil
	}
	return x
}

// changed returns a copy of a store with some constants replaced, or removed by nil.
func changed(t *testing.T, store *mlx.Store, change func(name string, x *tensors.Tensor) *tensors.Tensor) *mlx.Store {
	t.Helper()
	out := mlx.NewStore()
	for v := range store.IterVariables() {
		x, err := v.MustValue().LocalClone()
		if err != nil {
			t.Fatal(err)
		}
		if x = change(v.Path(), x); x == nil {
			continue
		}
		if _, err := out.CreateVariable(v.Path(), x); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// A constant that is missing or has another shape is one clear error.
func TestLoadRefusesAChangedConstant(t *testing.T) {
	seen, truth := corpus(1)
	_, store := fit(t, tailed, true, seen, truth)
	reshaped := func(dims func(d []int) []int) func(x *tensors.Tensor) *tensors.Tensor {
		return func(x *tensors.Tensor) *tensors.Tensor {
			d := dims(x.Shape().Dimensions)
			values := append(tensors.MustCopyFlatData[float32](x), make([]float32, x.Shape().Size())...)
			size := 1
			for _, n := range d {
				size *= n
			}
			return tensors.FromFlatDataAndDimensions(values[:size], d...)
		}
	}
	for change, to := range map[string]func(x *tensors.Tensor) *tensors.Tensor{
		"removed":   func(*tensors.Tensor) *tensors.Tensor { return nil },
		"flat":      reshaped(func(d []int) []int { return []int{d[0] * d[1]} }),
		"a row off": reshaped(func(d []int) []int { return []int{d[0] + 1, d[1]} }),
		"a column":  reshaped(func(d []int) []int { return []int{d[0], d[1] - 1} }),
	} {
		for _, name := range []string{constAxes, constBasis, constScale, constRest, constShapes, constParts, constMap + "1", foldMap(1, 3), constTails, constSigns} {
			if change == "removed" && (strings.Contains(name, constMap) || name == constTails) {
				continue // a prior without them is another prior
			}
			if change == "a row off" && name == constShapes {
				continue // a shape of zeros, which is refused by its shares
			}
			t.Run(change+" "+name, func(t *testing.T) { refuses(t, store, name, to) })
		}
	}
}

// refuses checks that Load refuses a change to a constant of the modality audio.
func refuses(t *testing.T, store *mlx.Store, name string, to func(x *tensors.Tensor) *tensors.Tensor) {
	t.Helper()
	path := fmt.Sprintf("/prior/%s/%s/%s", erc.Audio, model.ConstantScope, name)
	hits := 0
	bad := changed(t, store, func(at string, x *tensors.Tensor) *tensors.Tensor {
		if at != path {
			return x
		}
		hits++
		return to(x)
	})
	if hits != 1 {
		t.Fatalf("%d constants at %s, want 1", hits, path)
	}
	err := New(testDims, tailed, true).Load(model.TrainedParams(bad))
	switch {
	case err == nil:
		t.Error("got no error")
	case !fault.IsInput(err), !strings.Contains(fault.Of(err), "train again"):
		t.Errorf("got %v with the hint %q, want an error in the checkpoint", err, fault.Of(err))
	case !strings.HasPrefix(err.Error(), "the prior of "), strings.Contains(err.Error(), "\n"):
		t.Errorf("got %q, want one line that names the prior", err)
	}
}
