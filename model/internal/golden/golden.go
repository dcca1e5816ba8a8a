// Package golden compares a model stage by stage with the values that its reference
// implementation in bench/reference has written to a safetensors file. It is for tests.
//
//	file := golden.Read(t, "testdata/golden.safetensors")
//	batch, truth := file.Batch()
//	compare := golden.NewComparison(t)
//	compare.Check("stage/encoded", got, file["stage/encoded"])
package golden

import (
	"encoding/binary"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	mlx "github.com/gomlx/gomlx/ml/model"
	"github.com/nlpodyssey/safetensors"

	"gsdnet/erc"
	"gsdnet/model"
)

// Tolerance bounds max|got−want| / max|want| of every stage.
const Tolerance = 1e-4

// File is the tensors of a file by name.
type File map[string]*tensors.Tensor

// Read reads a file, whose tensors are float32 or int32.
func Read(t *testing.T, path string) File {
	t.Helper()
	data, err := os.ReadFile(path)
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
// [B,N,M], lengths [B], label and labelled [B,N], and speakers [B,N] where the file has
// them. Conversation i has the Key i.
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
	c := model.Conversation{Key: uint64(i), Speakers: make([]erc.Speaker, length)}
	present := tensors.MustCopyFlatData[int32](f["input/present"])
	for u := range length {
		var p erc.Present
		for _, m := range erc.Modalities {
			if present[erc.NumModalities*(i*b.N+u)+int(m)] == 1 {
				p = p.With(m)
			}
		}
		c.Present = append(c.Present, p)
	}
	if speakers := f["input/speakers"]; speakers != nil {
		for u, s := range tensors.MustCopyFlatData[int32](speakers)[i*b.N:][:length] {
			c.Speakers[u] = erc.Speaker(s)
		}
	}
	c.Features = f.features(b, i, length)
	return c
}

// truth returns everything that is known of conversation i.
func (f File) truth(b *model.Batch, i, length int) model.Truth {
	out := model.Truth{Features: f.features(b, i, length)}
	label := tensors.MustCopyFlatData[float32](f["input/label"])[i*b.N:]
	labelled := tensors.MustCopyFlatData[float32](f["input/labelled"])[i*b.N:]
	for u := range length {
		y := label[u]
		if labelled[u] == 0 {
			y = float32(math.NaN())
		}
		out.Present, out.Labels = append(out.Present, erc.All), append(out.Labels, y)
		out.Classes = append(out.Classes, erc.Unlabelled)
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
// those at constant/.
func (f File) Store(t *testing.T) *mlx.Store {
	t.Helper()
	store := mlx.NewStore()
	create := func(path string, value *tensors.Tensor, trainable bool) {
		clone, err := value.LocalClone()
		if err != nil {
			t.Fatal(err)
		}
		v, err := store.CreateVariable(path, clone)
		if err != nil {
			t.Fatal(err)
		}
		v.SetTrainable(trainable)
	}
	for path, value := range f.Under("weight/") {
		create("/"+path, value, true)
	}
	for path, value := range f.Under("constant/") {
		create("/"+model.ConstantScope+"/"+path, value, false)
	}
	return store
}

// Comparison reports stages in order, and marks the first that differs.
type Comparison struct {
	t     *testing.T
	first string
}

// NewComparison returns a comparison that reports to a test.
func NewComparison(t *testing.T) *Comparison { return &Comparison{t: t} }

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
