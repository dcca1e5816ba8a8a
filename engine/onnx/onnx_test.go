package onnx_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	mlx "github.com/gomlx/gomlx/ml/model"
	"google.golang.org/protobuf/encoding/protowire"

	"gsdnet/engine"
	"gsdnet/engine/onnx"
	"gsdnet/internal/npz"
)

// operations use every operation that is recorded, each on x [3,4], y [3,4] and the whole
// numbers i [2]. To add one, append it.
var operations = map[string]func(x, y, i *Node) *Node{
	"abs":         func(x, _, _ *Node) *Node { return Abs(x) },
	"rounded":     func(x, _, _ *Node) *Node { return Add(Ceil(x), Add(Floor(x), Round(x))) },
	"waves":       func(x, y, _ *Node) *Node { return Add(Sin(x), Cos(y)) },
	"curves":      func(x, _, _ *Node) *Node { return Add(Erf(x), Add(Tanh(x), Sigmoid(x))) },
	"exponential": func(x, _, _ *Node) *Node { return Add(Exp(x), Expm1(x)) },
	"logarithm":   func(x, _, _ *Node) *Node { return Add(Log(AddScalar(Abs(x), 1)), Log1p(Abs(x))) },
	"roots":       func(x, _, _ *Node) *Node { return Add(Sqrt(Abs(x)), Rsqrt(AddScalar(Abs(x), 1))) },
	"sign":        func(x, _, _ *Node) *Node { return Add(Sign(x), Neg(x)) },
	"arithmetic":  func(x, y, _ *Node) *Node { return Div(Sub(Mul(x, y), x), AddScalar(Abs(y), 1)) },
	"power":       func(x, y, _ *Node) *Node { return Pow(Abs(x), y) },
	"extremes":    func(x, y, _ *Node) *Node { return Sub(Max(x, y), Min(x, y)) },
	"clip":        func(x, _, _ *Node) *Node { return ClipScalar(x, -0.5, 0.75) },
	"compared": func(x, y, _ *Node) *Node {
		z := Max(x, y)
		sum := float(Equal(x, z))
		for _, b := range []*Node{NotEqual(x, z), GreaterThan(x, y), GreaterOrEqual(z, y), LessThan(x, y), LessOrEqual(x, z)} {
			sum = Add(MulScalar(sum, 2), float(b))
		}
		return sum
	},
	"logic": func(x, y, _ *Node) *Node {
		a, b := GreaterThan(x, ScalarZero(x.Graph(), x.DType())), GreaterThan(y, ScalarZero(x.Graph(), x.DType()))
		return Add(float(LogicalAnd(a, b)), MulScalar(Add(float(LogicalOr(a, LogicalNot(b))), MulScalar(float(LogicalXor(a, b)), 2)), 2))
	},
	"all":      func(x, y, _ *Node) *Node { return float(ReduceLogicalAnd(LessThan(x, AddScalar(y, 1)), 1)) },
	"any":      func(x, y, _ *Node) *Node { return float(ReduceLogicalOr(GreaterThan(x, y), 0)) },
	"finite":   func(x, _, _ *Node) *Node { return float(IsFinite(Div(x, OnesLike(x)))) },
	"infinite": func(x, _, _ *Node) *Node { return float(IsFinite(Log(Neg(Abs(x))))) },
	"number":   func(x, _, _ *Node) *Node { return float(IsNaN(Log(x))) },
	"same":     func(x, _, _ *Node) *Node { return Identity(x) },
	"clamped": func(x, y, _ *Node) *Node {
		return Clamp(Scalar(x.Graph(), x.DType(), -0.5), x, Scalar(x.Graph(), x.DType(), 1))
	},
	"where": func(x, y, _ *Node) *Node { return Where(GreaterThan(x, y), x, MulScalar(y, 2)) },
	"sums": func(x, _, _ *Node) *Node {
		return Add(ReduceSum(x, 1), Add(ReduceMax(x, 1), Add(ReduceMin(x, 1), ReduceMultiply(x, 1))))
	},
	"sum of all": func(x, _, _ *Node) *Node { return ReduceAllSum(x) },
	"cumulative": func(x, _, _ *Node) *Node { return CumSum(x, 1) },
	"largest":    func(x, _, _ *Node) *Node { return float(ArgMax(x, 1)) },
	"counted":    func(x, _, _ *Node) *Node { return Add(x, Iota(x.Graph(), shapes.Make(dtypes.Float32, 3, 4), 1)) },
	"transposed": func(x, _, _ *Node) *Node { return Transpose(Reshape(x, 4, 3), 0, 1) },
	"broadcast":  func(x, _, _ *Node) *Node { return BroadcastToDims(ReduceSum(x), 2, 5) },
	"expanded":   func(x, y, _ *Node) *Node { return Mul(InsertAxes(ReduceSum(x, 1), 0), InsertAxes(ReduceSum(y, 0), 1)) },
	"joined":     func(x, y, _ *Node) *Node { return Concatenate([]*Node{x, y}, 1) },
	"part":       func(x, _, _ *Node) *Node { return Slice(x, AxisRange(1, 3), AxisRange(0, 4).Stride(2)) },
	"reversed":   func(x, _, _ *Node) *Node { return Reverse(x, 0, 1) },
	"padded": func(x, _, _ *Node) *Node {
		return Pad(x, Scalar(x.Graph(), dtypes.Float32, 7), compute.PadAxis{Start: 1}, compute.PadAxis{Start: 2, End: 1})
	},
	"product":     func(x, y, _ *Node) *Node { return Einsum("ij,kj->ik", x, y) },
	"products":    func(x, y, _ *Node) *Node { return Einsum("ij,ij->i", x, y) },
	"other order": func(x, y, _ *Node) *Node { return Einsum("ijk,kji->jik", Reshape(x, 3, 2, 2), Reshape(y, 2, 2, 3)) },
	"outer":       func(x, y, _ *Node) *Node { return Einsum("ij,kl->ijkl", x, y) },
	"gathered":    func(x, _, i *Node) *Node { return Gather(x, InsertAxes(i, -1)) },
	"softmax":     func(x, _, _ *Node) *Node { return Softmax(x, -1) },
}

func float(x *Node) *Node { return ConvertDType(x, dtypes.Float32) }

// record runs the graph of some operations and returns the model and the example.
func record(t *testing.T, of map[string]func(x, y, i *Node) *Node) ([]byte, *npz.File, error) {
	t.Helper()
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	recorder := onnx.Record(backend)
	store := mlx.NewStore()
	weights := []float32{2, -1, 0.5, 3}
	graphs := engine.NewGraphs(recorder, store, nil, func(scope *mlx.Scope, in engine.Nodes) engine.Outputs {
		w := scope.VariableWithValue("w", weights).NodeValue(in.Graph())
		out := engine.Outputs{"input": in.Get("x"), "weighted": Mul(in.Get("x"), ExpandAxes(w, 0))}
		for name, f := range of {
			out[name] = f(in.Get("x"), in.Get("y"), in.Get("i"))
		}
		return out
	})
	defer graphs.Close()
	x := []float32{0.5, -1.5, 2, 0.25, -0.75, 1, -2, 3, 0.125, -0.5, 1.5, -3}
	y := []float32{1, 0.5, -1, 2, -2.5, 1.25, 0.75, -0.25, 3, -1, 0.5, 1.5}
	feed := engine.Feed{"x": tensors.FromFlatDataAndDimensions(x, 3, 4), "y": tensors.FromFlatDataAndDimensions(y, 3, 4), "i": tensors.FromValue([]int32{2, 0})}
	results, err := graphs.Call(feed)
	if err != nil {
		t.Fatal(err)
	}
	file := &npz.File{}
	file.Set("x", npz.From(x, 3, 4))
	file.Set("y", npz.From(y, 3, 4))
	file.Set("i", npz.From([]int32{2, 0}))
	var names []string
	for name, result := range results {
		names = append(names, name)
		file.Set("expected_"+name, npz.From(result.Values, result.Shape...))
	}
	slices.Sort(names)
	var model bytes.Buffer
	err = recorder.Write(&model, []string{"i", "x", "y"}, names, map[string]string{"key": "value"})
	return model.Bytes(), file, err
}

func TestOperations(t *testing.T) {
	model, feed, err := record(t, operations)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := record(t, map[string]func(x, y, i *Node) *Node{"abs": operations["abs"]})
	if other, _, _ := record(t, map[string]func(x, y, i *Node) *Node{"abs": operations["abs"]}); err != nil || !bytes.Equal(again, other) {
		t.Errorf("two models of one graph differ, %v", err)
	}
	wellFormed(t, model, len(operations)+2)
	dir := t.TempDir()
	path, example := filepath.Join(dir, "model.onnx"), filepath.Join(dir, "feed.npz")
	if err := os.WriteFile(path, model, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := feed.WriteFile(example); err != nil {
		t.Fatal(err)
	}
	out, ok := runtime(t, path, example)
	if !ok {
		t.Skip("SKIPPED: no ONNX Runtime; make onnx installs it")
	}
	var got struct {
		Worst float64
		N     int
	}
	if err := json.Unmarshal(out, &got); err != nil || got.Worst > 1e-6 || got.N < 200 {
		t.Errorf("ONNX Runtime: %s, %v", out, err)
	}
}

// An operation without a form in ONNX is an error, not a wrong model.
func TestUnknownOperation(t *testing.T) {
	_, _, err := record(t, map[string]func(x, y, i *Node) *Node{"sorted": func(x, _, _ *Node) *Node { return Sort(x, 1, true) }})
	if err == nil || !strings.Contains(err.Error(), "no form in ONNX") {
		t.Errorf("got %v", err)
	}
}

// runtime runs a model in ONNX Runtime; ok is false where that is not installed.
func runtime(t *testing.T, model, feed string) (out []byte, ok bool) {
	t.Helper()
	if _, err := os.Stat("testdata/node_modules/onnxruntime-node"); err != nil {
		return nil, false
	}
	out, err := exec.Command("node", "testdata/run.js", model, feed).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return out, true
}

// wellFormed checks that every operation reads what stands before it, and that there are
// as many results as wanted.
func wellFormed(t *testing.T, model []byte, results int) {
	t.Helper()
	known := map[string]bool{}
	graph := fields(t, model)[7][0]
	parts := fields(t, graph)
	for _, p := range parts[5] { // constants
		known[string(fields(t, p)[8][0])] = true
	}
	for _, p := range parts[11] { // inputs
		known[string(fields(t, p)[1][0])] = true
	}
	for _, p := range parts[1] { // operations
		n := fields(t, p)
		for _, in := range n[1] {
			if !known[string(in)] {
				t.Fatalf("%s reads %q, which is not there", n[4][0], in)
			}
		}
		if out := string(n[2][0]); known[out] {
			t.Fatalf("%s writes %q again", n[4][0], out)
		} else {
			known[out] = true
		}
	}
	for _, p := range parts[12] {
		if name := string(fields(t, p)[1][0]); !known[name] {
			t.Fatalf("result %q is not there", name)
		}
	}
	if len(parts[12]) != results {
		t.Errorf("%d results, want %d", len(parts[12]), results)
	}
}

// fields returns the fields of a message that have a length, by their numbers.
func fields(t *testing.T, data []byte) map[protowire.Number][][]byte {
	t.Helper()
	out := map[protowire.Number][][]byte{}
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			t.Fatal("no message")
		}
		data = data[n:]
		if kind == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(data)
			out[number] = append(out[number], value)
		}
		if n = protowire.ConsumeFieldValue(number, kind, data); n < 0 {
			t.Fatal("no message")
		}
		data = data[n:]
	}
	return out
}
