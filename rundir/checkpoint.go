package rundir

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	mlx "github.com/gomlx/gomlx/ml/model"
	"github.com/nlpodyssey/safetensors"

	"gsdnet/erc"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
	"gsdnet/model"
)

const (
	checkpointFormat = "gsdnet/4"
	checkpointLimit  = 4 << 30 // bytes of a checkpoint that will be read
	metaKey          = "gsdnet"
)

// tensorView is a float32 or int64 tensor in the form that the safetensors library writes.
type tensorView struct {
	dtype safetensors.DType
	dims  []uint64
	data  []byte
}

// DType returns the type of the elements.
func (v tensorView) DType() safetensors.DType { return v.dtype }

// Shape returns the lengths of the axes; it is empty, and not nil, for a scalar.
func (v tensorView) Shape() []uint64 { return v.dims }

// Data returns the elements in row-major order, little-endian.
func (v tensorView) Data() []byte { return v.data }

// DataLen returns the length of Data in bytes.
func (v tensorView) DataLen() uint64 { return uint64(len(v.data)) }

// dtypesOf maps the type of a tensor to its name in a checkpoint. Checkpoints hold no other
// types.
var dtypesOf = map[dtypes.DType]safetensors.DType{
	dtypes.Float32: safetensors.F32,
	dtypes.Int64:   safetensors.I64,
}

// encode returns the checkpoint of variables, standardisation and metadata.
func encode(vars map[string]*tensors.Tensor, scaler *model.Scaler, meta Meta) ([]byte, error) {
	meta.Format = checkpointFormat
	views := map[string]tensorView{}
	for name, t := range vars {
		dtype, ok := dtypesOf[t.DType()]
		if !ok {
			return nil, fmt.Errorf("train: variable %s has type %s, which checkpoints do not hold", name, t.DType())
		}
		v := tensorView{dtype: dtype, dims: []uint64{}} // a scalar has no axes, but a list of them
		for _, d := range t.Shape().Dimensions {
			v.dims = append(v.dims, uint64(d))
		}
		if err := t.ConstBytes(func(data []byte) { v.data = bytes.Clone(data) }); err != nil {
			return nil, err
		}
		views[name] = v
	}
	for _, m := range erc.Modalities {
		views[scalerName("mean", m)] = floatView(scaler.Mean[m])
		views[scalerName("deviation", m)] = floatView(scaler.Deviation[m])
	}
	text, err := json.Marshal(meta)
	if err != nil {
		return nil, err
	}
	data, err := safetensors.Serialize(views, map[string]string{metaKey: string(text), sumKey: zeroSum})
	if err != nil {
		return nil, err
	}
	return data, writeSum(data)
}

// scalerName returns the path of a part of the standardisation.
func scalerName(part string, m erc.Modality) string { return "scaler/" + part + "/" + m.String() }

// floatView returns x as a tensor of one axis.
func floatView(x []float32) tensorView {
	data := make([]byte, 0, 4*len(x))
	for _, v := range x {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return tensorView{safetensors.F32, []uint64{uint64(len(x))}, data}
}

// Checkpoint is a checkpoint that was read.
type Checkpoint struct {
	Meta
	Scaler *model.Scaler              // the standardisation of features
	Vars   map[string]*tensors.Tensor // the weights, by path
}

// Store returns a new store of the weights, on which graphs can be built. All weights
// except moving averages are trainable.
func (c *Checkpoint) Store() (*mlx.Store, error) {
	store := mlx.NewStore()
	for name, t := range c.Vars {
		v, err := store.CreateVariable(name, t)
		if err != nil {
			return nil, err
		}
		v.SetTrainable(!strings.HasPrefix(name, EMAScope+"/"))
	}
	return store, nil
}

// ReadCheckpoint reads a checkpoint file, or a state file, which has the same format. Its
// errors, which have hints, are a file that does not exist or cannot be read, one over
// 4 GiB, one that is damaged, and one in another format.
func ReadCheckpoint(path string) (*Checkpoint, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fault.Input("is this a run directory, and did its training get past the first epoch?", "%w", err)
	}
	if info.Size() > checkpointLimit {
		return nil, fault.Input("that is no checkpoint of this program", "%s: %d bytes is over the limit of %d", path, info.Size(), int64(checkpointLimit))
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Input("check the file's permissions", "%w", err)
	}
	c, err := decode(data)
	switch {
	case err == nil:
		return c, nil
	case fault.Of(err) != "":
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return nil, fault.Input("the file is damaged or truncated: train again or copy it again", "%s: %w", path, err)
}

// decode reads a checkpoint and verifies its checksum.
func decode(data []byte) (*Checkpoint, error) {
	_, header, err := safetensors.ReadMetadata(data)
	if err != nil {
		return nil, err
	}
	text, ok := header.Metadata()[metaKey]
	if !ok {
		return nil, fmt.Errorf("safetensors without %q metadata: not a checkpoint of this program", metaKey)
	}
	var named struct{ Format string }
	if err := json.Unmarshal([]byte(text), &named); err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	if named.Format != checkpointFormat {
		return nil, fault.Input("train the run again with this version of the program", "format %q, this program reads %q", named.Format, checkpointFormat)
	}
	if err := verifySum(data, header.Metadata()[sumKey]); err != nil {
		return nil, err
	}
	c := &Checkpoint{Scaler: &model.Scaler{}, Vars: map[string]*tensors.Tensor{}}
	if err := json.Unmarshal([]byte(text), &c.Meta); err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	all, err := safetensors.Deserialize(data)
	if err != nil {
		return nil, err
	}
	for _, named := range all.Tensors() {
		t, err := tensorOf(named.TensorView)
		if err != nil {
			return nil, fmt.Errorf("tensor %s: %w", named.Name, err)
		}
		c.Vars[named.Name] = t
	}
	return c, c.extractScaler()
}

// extractScaler moves the standardisation from Vars to Scaler.
func (c *Checkpoint) extractScaler() error {
	for _, m := range erc.Modalities {
		for part, into := range map[string]*[]float32{"mean": &c.Scaler.Mean[m], "deviation": &c.Scaler.Deviation[m]} {
			name := scalerName(part, m)
			t, ok := c.Vars[name]
			if !ok || t.Shape().Size() != c.Setup.Dims[m] {
				return fmt.Errorf("tensor %s is missing or not of width %d", name, c.Setup.Dims[m])
			}
			*into = tensors.MustCopyFlatData[float32](t)
			delete(c.Vars, name)
		}
	}
	return nil
}

// tensorOf returns a tensor with a copy of the elements of v.
func tensorOf(v safetensors.TensorView) (*tensors.Tensor, error) {
	dims := make([]int, len(v.Shape()))
	for i, d := range v.Shape() {
		dims[i] = int(d)
	}
	data := v.Data()
	switch v.DType() {
	case safetensors.F32:
		out := make([]float32, len(data)/4)
		for i := range out {
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		}
		return tensors.FromFlatDataAndDimensions(out, dims...), nil
	case safetensors.I64:
		out := make([]int64, len(data)/8)
		for i := range out {
			out[i] = int64(binary.LittleEndian.Uint64(data[8*i:]))
		}
		return tensors.FromFlatDataAndDimensions(out, dims...), nil
	}
	return nil, fmt.Errorf("type %s is not one that checkpoints hold", v.DType())
}

// Save writes a checkpoint of variables (by path), standardisation and metadata to a file.
// If it fails or is interrupted, an older file with that name stays as it was. Its errors
// are a variable that is not float32 or int64, and those of writing the file.
func Save(path string, vars map[string]*tensors.Tensor, scaler *model.Scaler, meta Meta) error {
	data, err := encode(vars, scaler, meta)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, data)
}
