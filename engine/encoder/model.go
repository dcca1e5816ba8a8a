package encoder

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	mlx "github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/onnx-gomlx/onnx"
	"github.com/gomlx/onnx-gomlx/onnx/parser"
	"google.golang.org/protobuf/proto"

	"gsdnet/engine"
	"gsdnet/internal/fault"
	"gsdnet/internal/regular"
)

// Model is an ONNX model on an engine. Goroutines may use it at the same time.
type Model struct {
	file   string
	model  onnx.Model
	store  *mlx.Store
	inputs []Input
	output string

	graphs *engine.Graphs
}

// Input is an input of a model.
type Input struct {
	Name  string
	DType dtypes.DType
	Shape []int // -1 where the length is free
}

// open reads an ONNX file. The output is the one of that name; with "" the first. Errors
// are a file that cannot be read, that is not an ONNX model, that exceeds the limits, or
// that has an operator that is not known; each is one line that begins with the file's name.
// pool makes of the output what a call returns.
func open(backend engine.Backend, path, output string, limits Limits, pool pooling) (*Model, error) {
	file := filepath.Base(path)
	data, err := read(path, limits.orDefault().Bytes)
	if err != nil {
		return nil, err
	}
	m, err := decode(file, data, limits)
	if err != nil {
		return nil, err
	}
	changed, err := rewrite(file, m)
	if err != nil {
		return nil, err
	}
	if err = checkOperators(file, m.GetGraph()); err != nil {
		return nil, err
	}
	weights := map[string]bool{} // which old files list among the inputs
	for _, t := range m.GetGraph().GetInitializer() {
		weights[t.GetName()] = true
	}
	if changed {
		if data, err = proto.Marshal(m); err != nil {
			return nil, fault.Input("export a smaller model", "%s: the model is too large to be rewritten", file)
		}
	}
	return build(backend, file, output, data, weights, pool)
}

// read reads a file of at most limit bytes.
func read(path string, limit int64) ([]byte, error) {
	f, err := regular.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fault.Input("check the path and its permissions", "%s: it cannot be opened", path)
	}
	if info.Size() > limit {
		return nil, fault.Input("raise the limit of bytes if you trust the file", "%s: the file has %d bytes, more than %d", filepath.Base(path), info.Size(), limit)
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, fault.Input("see whether another program writes the file", "%s: the file cannot be read to its end", filepath.Base(path))
	}
	return data, nil
}

// build hands the checked model to the reader of ONNX files.
func build(backend engine.Backend, file, output string, data []byte, weights map[string]bool, pool pooling) (m *Model, err error) {
	defer refused(file, "the model cannot be built", &err)
	parsed, err := parser.Parse(data)
	if err != nil {
		return nil, err
	}
	m = &Model{file: file, model: parsed, store: mlx.NewStore(), output: output}
	if err := parsed.VariablesToScope(m.store.RootScope()); err != nil {
		return nil, err
	}
	names, dims := parsed.Inputs()
	for i, name := range names {
		if !weights[name] {
			m.inputs = append(m.inputs, Input{name, dims[i].DType, dims[i].Dimensions})
		}
	}
	outputs, _ := parsed.Outputs()
	if output == "" {
		m.output = outputs[0]
	} else if err := fault.OneOf("output", output, outputs...); err != nil {
		return nil, err
	}
	m.graphs = engine.NewGraphs(backend, m.store, nil, m.build(pool))
	return m, nil
}

// build returns what builds the graph.
func (m *Model) build(pool pooling) engine.Build {
	return func(scope *mlx.Scope, in engine.Nodes) engine.Outputs {
		inputs := map[string]*graph.Node{}
		for _, i := range m.inputs {
			inputs[i.Name] = in.Get(i.Name)
		}
		y := m.model.CallGraph(scope, in.Graph(), inputs, m.output)[0]
		return engine.Outputs{"vector": graph.ConvertDType(pool(y, in), dtypes.Float32)}
	}
}

// refused makes one line of the errors and panics of the library, and leaves ours.
func refused(file, what string, err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%v", r)
	}
	if *err == nil || fault.Of(*err) != "" || errors.As(*err, new(*os.PathError)) {
		return
	}
	cause, _, _ := strings.Cut((*err).Error(), "\n")
	const wrapping = "panicked: " // behind it is what the engine says
	if at := strings.LastIndex(cause, wrapping); at >= 0 {
		cause = cause[at+len(wrapping):]
	}
	if cause = strings.ToValidUTF8(cause, "?"); len(cause) > 240 {
		cause = strings.ToValidUTF8(cause[:240], "") + "…"
	}
	*err = fault.Input("export the model again, with opset 13 to 17 and without training operators", "%s: %s: %s", file, what, cause)
}

// pooling makes one vector, or one for each row of the batch, of a model's output.
type pooling func(output *graph.Node, in engine.Nodes) *graph.Node

// call runs the model and pools its output. Feeds with the same names and shapes share a
// compiled graph.
func (m *Model) call(feed engine.Feed) (out engine.Array, err error) {
	defer refused(m.file, "the model does not run on this input", &err)
	defer feed.Free()
	results, err := m.graphs.Call(feed)
	if err != nil {
		return out, err
	}
	return results["vector"], nil
}

// Close frees the compiled graphs and what else the model holds. Nothing may use it.
func (m *Model) Close() error {
	m.graphs.Close()
	m.store.Finalize()
	return m.model.Close()
}

// fixed returns the length of an axis, or 0 if it is free.
func (i Input) fixed(axis int) int {
	if axis < len(i.Shape) {
		return max(i.Shape[axis], 0)
	}
	return 0
}
