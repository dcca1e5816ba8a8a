// Package golden compares a model stage by stage with the values that its reference
// implementation in bench/reference has written to a safetensors file. It is for tests.
//
//	file := golden.Read(t, "testdata/golden.safetensors")
//	batch, truth := file.Batch()
//	compare := golden.NewComparison(t)
//	compare.Check("prior_mean", feed["prior_mean"], file["expect/prior_mean"])
//	compare.Run(feed, file.Store(t), file, stages)
package golden

import (
	"encoding/binary"
	"math"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"
	mlx "github.com/gomlx/gomlx/ml/model"
	"github.com/nlpodyssey/safetensors"

	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/simd"
)

// Tolerance bounds max|got−want| / max|want| of every stage.
const Tolerance = 1e-4

// File is the tensors of a file by name.
type File map[string]*tensors.Tensor

// Read reads a file, whose tensors are float32 or int32.
func Read(t *testing.T, name string) File {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	file, err := safetensors.Deserialize(data)
	if err != nil {
		t.Fatal(err)
	}
	out := File{}
	for _, named := range file.Tensors() {
		var dims []int
		for _, d := range named.TensorView.Shape() {
			dims = append(dims, int(d))
		}
		raw := named.TensorView.Data()
		if named.TensorView.DType() == safetensors.I32 {
			values := make([]int32, len(raw)/4)
			for i := range values {
				values[i] = int32(binary.LittleEndian.Uint32(raw[4*i:]))
			}
			out[named.Name] = tensors.FromFlatDataAndDimensions(values, dims...)
			continue
		}
		values := make([]float32, len(raw)/4)
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		out[named.Name] = tensors.FromFlatDataAndDimensions(values, dims...)
	}
	return out
}

// Under returns the tensors whose name begins with a prefix, without it.
func (f File) Under(prefix string) File {
	out := File{}
	for name, value := range f {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			out[rest] = value
		}
	}
	return out
}

// Batch returns the conversations at input/: features [B,N,D_m] by modality, present
// [B,N,M], lengths [B], label and labelled [B,N], and where the file has them speakers
// [B,N] and has [B,N,M], which is 0 where the corpus lacks a modality. Conversation i has
// the Key i.
func (f File) Batch() (*model.Batch, []model.Truth) {
	lengths := tensors.MustCopyFlatData[int32](f["input/lengths"])
	b := &model.Batch{N: f["input/present"].Shape().Dimensions[1]}
	for _, m := range erc.Modalities {
		b.Dims[m] = f["input/"+m.String()].Shape().Dimensions[2]
	}
	truth := make([]model.Truth, len(lengths))
	for i, length := range lengths {
		b.Conversations = append(b.Conversations, f.conversation(b, i, int(length)))
		truth[i] = f.truth(b, i, int(length))
	}
	return b, truth
}

// conversation returns what is observed of conversation i.
func (f File) conversation(b *model.Batch, i, length int) model.Conversation {
	c := model.Conversation{Key: uint64(i), Speakers: make([]erc.Speaker, length), Present: f.present("input/present", b, i, length)}
	if speakers := f["input/speakers"]; speakers != nil {
		for u, s := range tensors.MustCopyFlatData[int32](speakers)[i*b.N:][:length] {
			c.Speakers[u] = erc.Speaker(s)
		}
	}
	c.Features = f.features(b, i, length)
	return c
}

// present returns the modalities of the utterances of conversation i by a tensor [B,N,M] of
// 0 and 1.
func (f File) present(name string, b *model.Batch, i, length int) []erc.Present {
	flat := tensors.MustCopyFlatData[int32](f[name])
	out := make([]erc.Present, length)
	for u := range out {
		for _, m := range erc.Modalities {
			if flat[erc.NumModalities*(i*b.N+u)+int(m)] == 1 {
				out[u] = out[u].With(m)
			}
		}
	}
	return out
}

// truth returns everything that is known of conversation i.
func (f File) truth(b *model.Batch, i, length int) model.Truth {
	out := model.Truth{Features: f.features(b, i, length), Present: slices.Repeat([]erc.Present{erc.All}, length)}
	if f["input/has"] != nil {
		out.Present = f.present("input/has", b, i, length)
	}
	label := tensors.MustCopyFlatData[float32](f["input/label"])[i*b.N:]
	labelled := tensors.MustCopyFlatData[float32](f["input/labelled"])[i*b.N:]
	for u := range length {
		y := label[u]
		if labelled[u] == 0 {
			y = float32(math.NaN())
		}
		out.Labels, out.Classes = append(out.Labels, y), append(out.Classes, erc.Unlabelled)
	}
	return out
}

// features returns the rows of conversation i.
func (f File) features(b *model.Batch, i, length int) (out [erc.NumModalities][][]float32) {
	for _, m := range erc.Modalities {
		flat := tensors.MustCopyFlatData[float32](f["input/"+m.String()])
		for u := range length {
			out[m] = append(out[m], flat[(i*b.N+u)*b.Dims[m]:][:b.Dims[m]])
		}
	}
	return out
}

// Store returns the parameters of a model: the tensors at weight/, which are trained, and
// those at constant/, which lie below model.ConstantScope of their scope.
func (f File) Store(t *testing.T) *mlx.Store {
	t.Helper()
	store := mlx.NewStore()
	create := func(at string, value *tensors.Tensor, trainable bool) {
		clone, err := value.LocalClone()
		if err != nil {
			t.Fatal(err)
		}
		v, err := store.CreateVariable(at, clone)
		if err != nil {
			t.Fatal(err)
		}
		v.SetTrainable(trainable)
	}
	for name, value := range f.Under("weight/") {
		create("/"+name, value, true)
	}
	for name, value := range f.Under("constant/") {
		create(path.Join("/", path.Dir(name), model.ConstantScope, path.Base(name)), value, false)
	}
	return store
}

// Comparison reports stages in order, and marks the first that differs.
type Comparison struct {
	t       *testing.T
	backend compute.Backend
	first   string
}

// NewComparison returns a comparison that reports to a test.
func NewComparison(t *testing.T) *Comparison {
	t.Helper()
	backend, err := simd.New("")
	if err != nil {
		t.Fatal(err)
	}
	return &Comparison{t: t, backend: backend}
}

// Check compares a stage with the golden value.
func (c *Comparison) Check(stage string, got, want *tensors.Tensor) {
	c.t.Helper()
	if want == nil {
		c.t.Errorf("%s: not in the golden file", stage)
		return
	}
	if got.Shape().Size() != want.Shape().Size() {
		c.t.Errorf("%s: shape %s, want %s", stage, got.Shape(), want.Shape())
		return
	}
	gap, size := 0.0, 0.0
	wanted := tensors.MustCopyFlatData[float32](want)
	for i, x := range tensors.MustCopyFlatData[float32](got) {
		if d := math.Abs(float64(x) - float64(wanted[i])); !(d <= gap) {
			gap = d
		}
		size = max(size, math.Abs(float64(wanted[i])))
	}
	relative := gap / max(size, 1e-6)
	c.t.Logf("%-28s %.1e", stage, relative)
	if relative <= Tolerance {
		return
	}
	if c.first == "" {
		c.first = stage
		c.t.Errorf("FIRST DIVERGES: %s", stage)
	}
	c.t.Errorf("%s: relative error %.1e, want at most %.0e", stage, relative, Tolerance)
}
