package encoder

import (
	"math"

	"github.com/gomlx/compute-onnx/support/protos"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"gsdnet/internal/fault"
)

// Limits bound what is read of an ONNX file.
type Limits struct {
	Bytes int64 // size of the file; 0 for 4 GiB
	Parts int   // nodes, their inputs, outputs and attributes, arrays, names; 0 for 1,000,000
}

func (l Limits) orDefault() Limits {
	if l.Bytes == 0 {
		l.Bytes = 4 << 30
	}
	if l.Parts == 0 {
		l.Parts = 1_000_000
	}
	return l
}

// deepest is how many graphs may lie in one another, as branches do.
const deepest = 8

// A part is a kind of message of the ONNX format, with the numbers of the fields that hold
// further parts.
type part struct {
	name   string
	fields map[protowire.Number]*part
}

// model describes an ONNX file (onnx.proto: ModelProto) as far as it is counted.
var model = func() *part {
	leaf, tensor, node, graph, attribute := &part{name: "text"}, &part{name: "array"}, &part{name: "node"}, &part{name: "graph"}, &part{name: "attribute"}
	tensor.fields = map[protowire.Number]*part{6: leaf, 13: leaf}
	attribute.fields = map[protowire.Number]*part{5: tensor, 6: graph, 9: leaf, 10: tensor, 11: graph, 14: leaf, 15: leaf, 22: leaf, 23: leaf}
	node.fields = map[protowire.Number]*part{1: leaf, 2: leaf, 5: attribute, 9: leaf}
	graph.fields = map[protowire.Number]*part{1: node, 5: tensor, 11: leaf, 12: leaf, 13: leaf, 14: leaf, 15: leaf, 16: leaf}
	return &part{"model", map[protowire.Number]*part{7: graph, 8: leaf, 14: leaf, 20: leaf, 25: leaf}}
}()

// A scanner counts the parts of a file before memory is spent on them.
type scanner struct {
	file  string
	left  int
	limit int
}

// scan walks through a message. It returns the error of the first thing that is wrong.
func (s *scanner) scan(p *part, data []byte, depth int) error {
	if p.name == "graph" {
		if depth++; depth > deepest {
			return fault.Input("export the model without nested branches", "%s: more than %d graphs lie in one another", s.file, deepest)
		}
	}
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return s.broken(p)
		}
		data = data[n:]
		if kind != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(number, kind, data); n < 0 {
				return s.broken(p)
			}
			data = data[n:]
			continue
		}
		inner, n := protowire.ConsumeBytes(data)
		if n < 0 {
			return s.broken(p)
		}
		data = data[n:]
		next, counted := p.fields[number]
		if !counted {
			continue
		}
		if s.left--; s.left < 0 {
			return fault.Input("raise the limit of parts if you trust the file", "%s: the model has more than %d parts", s.file, s.limit)
		}
		if next.fields != nil {
			if err := s.scan(next, inner, depth); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *scanner) broken(p *part) error {
	return fault.Input("export the model again", "%s: not a complete ONNX file: a %s ends too early", s.file, p.name)
}

// decode reads a file that was loaded, and checks it.
func decode(file string, data []byte, limits Limits) (*protos.ModelProto, error) {
	limits = limits.orDefault()
	s := &scanner{file: file, left: limits.Parts, limit: limits.Parts}
	if err := s.scan(model, data, 0); err != nil {
		return nil, err
	}
	m := &protos.ModelProto{}
	if err := (proto.UnmarshalOptions{RecursionLimit: 64}).Unmarshal(data, m); err != nil {
		return nil, fault.Input("export the model again", "%s: not an ONNX file", file)
	}
	g := m.GetGraph()
	if g == nil || len(g.GetNode()) == 0 || len(g.GetOutput()) == 0 {
		return nil, fault.Input("export the model again", "%s: not an ONNX model: it has no graph with nodes and outputs", file)
	}
	if len(m.GetFunctions()) > 0 || len(g.GetSparseInitializer()) > 0 {
		return nil, fault.Input("export the model without functions and sparse arrays", "%s: the model has functions or sparse arrays, which are not read", file)
	}
	for _, v := range append(append([]*protos.ValueInfoProto{}, g.GetInput()...), g.GetOutput()...) {
		if v.GetType().GetTensorType() == nil {
			return nil, fault.Input("export the model with arrays as inputs and outputs", "%s: %q is not an array", file, v.GetName())
		}
	}
	if err := checkOrder(file, g, nil); err != nil {
		return nil, err
	}
	return m, checkArrays(file, g)
}

// checkArrays checks the arrays of a graph and of the graphs within it.
func checkArrays(file string, g *protos.GraphProto) error {
	for _, t := range g.GetInitializer() {
		if err := checkArray(file, t); err != nil {
			return err
		}
	}
	for _, n := range g.GetNode() {
		for _, a := range n.GetAttribute() {
			if t := a.GetT(); t != nil {
				if err := checkArray(file, t); err != nil {
					return err
				}
			}
			if inner := a.GetG(); inner != nil {
				if err := checkArrays(file, inner); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// sizes are the bytes of an element of raw data, by type.
var sizes = map[int32]int{1: 4, 2: 1, 3: 1, 4: 2, 5: 2, 6: 4, 7: 8, 9: 1, 10: 2, 11: 8, 12: 4, 13: 8, 16: 2}

// checkArray refuses an array whose shape does not agree with its elements.
func checkArray(file string, t *protos.TensorProto) error {
	refuse := func(format string, args ...any) error {
		return fault.Input("export the model again, in one file", "%s: array %q "+format, append([]any{file, t.GetName()}, args...)...)
	}
	if t.GetDataLocation() == protos.TensorProto_EXTERNAL || len(t.GetExternalData()) > 0 {
		return refuse("is in another file")
	}
	size, ok := sizes[t.GetDataType()]
	if !ok {
		return refuse("has elements of type %d, which is not read", t.GetDataType())
	}
	n := int64(1)
	for _, d := range t.GetDims() {
		if d < 0 || d > math.MaxInt32 || n > math.MaxInt64/max(d, 1) {
			return refuse("has a shape %v that is not possible", t.GetDims())
		}
		n *= d
	}
	have := int64(len(t.GetRawData()) / size)
	if len(t.GetRawData()) == 0 {
		have = int64(max(len(t.GetFloatData()), len(t.GetInt32Data()), len(t.GetInt64Data()), len(t.GetDoubleData()), len(t.GetUint64Data())))
	}
	if have != n || len(t.GetRawData())%size != 0 {
		return refuse("has the shape %v and %d elements", t.GetDims(), have)
	}
	return nil
}
