package rundir

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/nlpodyssey/safetensors"

	"gsdnet/erc"
	"gsdnet/internal/atomicfile"
)

// tensorEntry says what a tensor of exported weights is.
type tensorEntry struct {
	Name  string `json:"name"`  // in the .safetensors
	Path  string `json:"path"`  // in the program and its checkpoint
	DType string `json:"dtype"` // F32 or I64
	Shape []int  `json:"shape"`
	What  string `json:"what"`
}

// ExportWeights writes the weights of a finished run as safetensors, with names as other
// frameworks have them (text.linear.weights for /text/linear/weights), and beside it, at
// path + ".json", a list that says of each tensor its name, path, type, shape and what it
// is. It returns the number of tensors. Its errors are those of Read and of writing.
func ExportWeights(dir, path string) (int, error) {
	c, config, err := Read(dir, false)
	if err != nil {
		return 0, err
	}
	views := map[string]tensorView{}
	var entries []tensorEntry
	add := func(path, what string, v tensorView) {
		e := tensorEntry{Name: strings.ReplaceAll(strings.Trim(path, "/"), "/", "."), Path: path, DType: v.dtype.String(), Shape: []int{}, What: what}
		for _, d := range v.dims {
			e.Shape = append(e.Shape, int(d))
		}
		views[e.Name] = v
		entries = append(entries, e)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Vars)) {
		t := c.Vars[name]
		v := tensorView{dtype: dtypesOf[t.DType()], dims: []uint64{}}
		for _, d := range t.Shape().Dimensions {
			v.dims = append(v.dims, uint64(d))
		}
		if err := t.ConstBytes(func(data []byte) { v.data = bytes.Clone(data) }); err != nil {
			return 0, err
		}
		add(name, "a weight or a constant of the model "+config.Model, v)
	}
	for _, m := range erc.Modalities {
		add(scalerName("mean", m), "what is subtracted from the features of the "+m.String(), floatView(c.Scaler.Mean[m]))
		add(scalerName("deviation", m), "what they are divided by after that", floatView(c.Scaler.Deviation[m]))
	}
	data, err := safetensors.Serialize(views, map[string]string{"model": config.Model, "config": c.Config})
	if err != nil {
		return 0, err
	}
	text, err := json.MarshalIndent(entries, "", " ")
	if err != nil {
		return 0, err
	}
	if err := atomicfile.Write(path, data); err != nil {
		return 0, err
	}
	return len(entries), atomicfile.Write(path+".json", append(text, '\n'))
}
