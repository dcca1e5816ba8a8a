package encoder

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute-onnx/support/protos"

	"gsdnet/internal/fault"
)

// A rewriter replaces operators that the reader of ONNX files does not have by those that
// it has.
type rewriter struct {
	opset   int64
	nodes   []*protos.NodeProto
	count   int
	err     error
	changed bool
}

// rewrites has a function for every operator that is replaced. The definitions are those
// of the ONNX operators, onnx.ai/onnx/operators.
var rewrites = map[string]func(r *rewriter, n *protos.NodeProto){
	"Dropout": func(r *rewriter, n *protos.NodeProto) { r.into(n, "Identity", n.Input[0]) },
	"LeakyRelu": func(r *rewriter, n *protos.NodeProto) {
		r.bent(n, r.number(attribute(n, "alpha", 0.01)))
	},
	"PRelu": func(r *rewriter, n *protos.NodeProto) { r.bent(n, n.Input[1]) },
	"Elu": func(r *rewriter, n *protos.NodeProto) {
		below := r.op("Neg", r.op("Relu", r.op("Neg", n.Input[0])))
		bend := r.op("Sub", r.op("Exp", below), r.number(1))
		r.into(n, "Add", r.op("Relu", n.Input[0]), r.op("Mul", bend, r.number(attribute(n, "alpha", 1))))
	},
	"Softplus": func(r *rewriter, n *protos.NodeProto) {
		tail := r.op("Log", r.op("Add", r.op("Exp", r.op("Neg", r.op("Abs", n.Input[0]))), r.number(1)))
		r.into(n, "Add", r.op("Relu", n.Input[0]), tail)
	},
	"Softsign": func(r *rewriter, n *protos.NodeProto) {
		r.into(n, "Div", n.Input[0], r.op("Add", r.op("Abs", n.Input[0]), r.number(1)))
	},
	"HardSigmoid": func(r *rewriter, n *protos.NodeProto) {
		line := r.op("Add", r.op("Mul", n.Input[0], r.number(attribute(n, "alpha", 0.2))), r.number(attribute(n, "beta", 0.5)))
		r.into(n, "Min", r.op("Relu", line), r.number(1))
	},
	"LogSoftmax":            (*rewriter).logSoftmax,
	"InstanceNormalization": (*rewriter).instanceNorm,
}

// rewrite replaces operators of the graph and of the branches within it. changed reports
// whether it found any.
func rewrite(file string, m *protos.ModelProto) (changed bool, err error) {
	r := &rewriter{opset: 1}
	for _, o := range m.GetOpsetImport() {
		if o.GetDomain() == "" || o.GetDomain() == "ai.onnx" {
			r.opset = max(r.opset, o.GetVersion())
		}
	}
	r.all(m.GetGraph())
	if r.err != nil {
		return false, fault.Input("export the model with opset 13 or later", "%s: %w", file, r.err)
	}
	return r.changed, nil
}

func (r *rewriter) all(g *protos.GraphProto) {
	nodes := r.nodes
	r.nodes = nil
	for _, n := range g.GetNode() {
		for _, a := range n.GetAttribute() {
			if a.GetG() != nil {
				r.all(a.GetG())
			}
		}
		replace := rewrites[n.GetOpType()]
		if replace == nil || len(n.Input) == 0 || len(n.Output) == 0 {
			r.nodes = append(r.nodes, n)
			continue
		}
		r.changed = true
		replace(r, n)
	}
	g.Node = r.nodes
	r.nodes = nodes
}

func (r *rewriter) name() string {
	r.count++
	return fmt.Sprintf("gsdnet/rewritten/%d", r.count)
}

// op adds a node and returns the name of its result.
func (r *rewriter) op(kind string, in ...string) string {
	out := r.name()
	r.nodes = append(r.nodes, &protos.NodeProto{OpType: kind, Input: in, Output: []string{out}})
	return out
}

// into adds a node whose result is that of n.
func (r *rewriter) into(n *protos.NodeProto, kind string, in ...string) {
	r.nodes = append(r.nodes, &protos.NodeProto{OpType: kind, Input: in, Output: n.Output[:1], Name: n.Name})
}

// number adds a constant.
func (r *rewriter) number(x float32) string {
	return r.constant(&protos.TensorProto{DataType: 1, FloatData: []float32{x}})
}

// integers adds a list of constants.
func (r *rewriter) integers(x ...int64) string {
	return r.constant(&protos.TensorProto{DataType: 7, Dims: []int64{int64(len(x))}, Int64Data: x})
}

func (r *rewriter) constant(t *protos.TensorProto) string {
	out := r.name()
	value := &protos.AttributeProto{Name: "value", Type: protos.AttributeProto_TENSOR, T: t}
	r.nodes = append(r.nodes, &protos.NodeProto{OpType: "Constant", Output: []string{out}, Attribute: []*protos.AttributeProto{value}})
	return out
}

// reduce adds a reduction along an axis that stays, with size 1.
func (r *rewriter) reduce(kind, x string, axis int64) string {
	out := r.name()
	n := &protos.NodeProto{OpType: kind, Input: []string{x}, Output: []string{out}}
	if r.opset >= 18 || kind == "ReduceSum" && r.opset >= 13 {
		n.Input = append(n.Input, r.integers(axis))
	} else {
		n.Attribute = append(n.Attribute, &protos.AttributeProto{Name: "axes", Type: protos.AttributeProto_INTS, Ints: []int64{axis}})
	}
	n.Attribute = append(n.Attribute, &protos.AttributeProto{Name: "keepdims", Type: protos.AttributeProto_INT, I: 1})
	r.nodes = append(r.nodes, n)
	return out
}

// bent writes relu(x) - slope·relu(-x).
func (r *rewriter) bent(n *protos.NodeProto, slope string) {
	below := r.op("Relu", r.op("Neg", n.Input[0]))
	r.into(n, "Sub", r.op("Relu", n.Input[0]), r.op("Mul", below, slope))
}

func (r *rewriter) logSoftmax(n *protos.NodeProto) {
	axis := int64(-1)
	for _, a := range n.GetAttribute() {
		if a.GetName() == "axis" {
			axis = a.GetI()
		}
	}
	if r.opset < 13 && axis != -1 {
		r.err = fmt.Errorf("LogSoftmax has another meaning in opset %d", r.opset)
		return
	}
	x := r.op("Sub", n.Input[0], r.reduce("ReduceMax", n.Input[0], axis))
	r.into(n, "Sub", x, r.op("Log", r.reduce("ReduceSum", r.op("Exp", x), axis)))
}

// instanceNorm writes the normalisation of each channel over all its places.
func (r *rewriter) instanceNorm(n *protos.NodeProto) {
	if len(n.Input) != 3 {
		r.err = fmt.Errorf("InstanceNormalization has %d inputs instead of three", len(n.Input))
		return
	}
	shape := r.op("Shape", n.Input[0])
	x := r.op("Reshape", n.Input[0], r.integers(0, 0, -1))
	x = r.op("Sub", x, r.reduce("ReduceMean", x, 2))
	variance := r.reduce("ReduceMean", r.op("Mul", x, x), 2)
	x = r.op("Div", x, r.op("Sqrt", r.op("Add", variance, r.number(attribute(n, "epsilon", 1e-5)))))
	x = r.op("Mul", x, r.op("Reshape", n.Input[1], r.integers(1, -1, 1)))
	x = r.op("Add", x, r.op("Reshape", n.Input[2], r.integers(1, -1, 1)))
	r.into(n, "Reshape", x, shape)
}

// attribute returns a number of a node, or the value that it has by default.
func attribute(n *protos.NodeProto, name string, standard float32) float32 {
	for _, a := range n.GetAttribute() {
		if a.GetName() == name && !math.IsNaN(float64(a.GetF())) {
			return a.GetF()
		}
	}
	return standard
}

// known lists the operators that the reader of ONNX files has (onnx-gomlx v0.5.3).
var known = []string{
	"Abs", "Add", "And", "ArgMax", "ArgMin", "AveragePool", "BatchNormalization", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor",
	"Cast", "Ceil", "Clip", "Concat", "Constant", "ConstantOfShape", "Conv", "Cos", "CumSum", "DequantizeLinear", "Div",
	"DynamicQuantizeLinear", "Einsum", "Equal", "Erf", "Exp", "Expand", "FastGelu", "Flatten", "Floor", "Gather", "GatherElements",
	"GatherND", "Gelu", "Gemm", "GlobalAveragePool", "Greater", "GreaterOrEqual", "GroupQueryAttention", "HardSwish", "Identity",
	"If", "IsNaN", "LSTM", "LayerNormalization", "Less", "LessOrEqual", "Log", "MatMul", "MatMulInteger", "Max", "MaxPool", "Min",
	"Mod", "Mul", "MultiHeadAttention", "Neg", "NonZero", "Not", "Or", "Pad", "Pow", "QLinearMatMul", "QuantizeLinear", "Range",
	"Reciprocal", "ReduceL2", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum", "Relu", "Reshape", "Resize",
	"RotaryEmbedding", "ScatterND", "Shape", "Sigmoid", "Sign", "SimplifiedLayerNormalization", "Sin", "Size", "Slice", "Softmax",
	"Split", "Sqrt", "Squeeze", "Sub", "Tanh", "Tile", "TopK", "Transpose", "Trilu", "Unsqueeze", "Where", "Xor",
}

// checkOperators refuses a graph with an operator that is neither known nor rewritten.
func checkOperators(file string, g *protos.GraphProto) error {
	for _, n := range g.GetNode() {
		if !slices.Contains(known, n.GetOpType()) {
			return fault.Input("export the model with standard operators", "%s: the operator %q of node %q is not known", file, n.GetOpType(), n.GetName())
		}
		for _, a := range n.GetAttribute() {
			if a.GetG() != nil {
				if err := checkOperators(file, a.GetG()); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
