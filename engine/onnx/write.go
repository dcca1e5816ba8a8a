package onnx

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"google.golang.org/protobuf/encoding/protowire"
)

const (
	irVersion = 8
	opset     = 17
)

// kinds are the types of ONNX (TensorProto.DataType).
var kinds = map[dtypes.DType]int{
	dtypes.Float32: 1, dtypes.Uint8: 2, dtypes.Int8: 3, dtypes.Int32: 6, dtypes.Int64: 7, dtypes.Bool: 9, dtypes.Float64: 11, dtypes.Uint32: 12, dtypes.Uint64: 13,
}

func (g *recorded) kind(dtype dtypes.DType) int {
	kind, ok := kinds[dtype]
	if !ok && g.fault == nil {
		g.fault = fmt.Errorf("the model has values of type %s, which cannot be written", dtype)
	}
	return kind
}

// Write writes the graph that was run last. inputs and outputs are the names of its inputs
// and its results, in their order; meta is kept in the model as text. The same graph gives
// the same bytes. Its errors are a graph with an operation that has no form in ONNX, and
// that of w.
func (r *Recorder) Write(w io.Writer, inputs, outputs []string, meta map[string]string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := r.last
	if g == nil {
		return fmt.Errorf("no graph was run")
	}
	m := &message{}
	m.number(1, irVersion)
	m.text(2, "gsdnet")
	m.message(7, g.proto(inputs, outputs))
	m.message(8, (&message{}).text(1, "").number(2, opset))
	for _, key := range slices.Sorted(maps.Keys(meta)) {
		m.message(14, (&message{}).text(1, key).text(2, meta[key]))
	}
	if g.fault != nil {
		return g.fault
	}
	_, err := w.Write(m.data)
	return err
}

// proto returns the graph as ONNX has it.
func (g *recorded) proto(inputs, outputs []string) *message {
	m := &message{}
	rename := map[string]string{}
	for _, t := range g.parameters {
		if at := argument(t.name); at >= 0 && at < len(inputs) {
			rename[t.name] = inputs[at]
		}
	}
	for _, n := range g.nodes {
		g.nodeProto(m, n, rename)
	}
	for i, v := range g.outputs {
		g.nodeProto(m, node{op: "Identity", in: []string{g.name(v)}, out: outputs[i]}, rename)
	}
	m.text(2, "gsdnet")
	for _, t := range g.constants {
		m.message(5, g.tensorProto(t))
	}
	for _, t := range g.parameters {
		if rename[t.name] == "" {
			m.message(5, g.tensorProto(t))
		}
	}
	for _, t := range g.parameters {
		if name := rename[t.name]; name != "" {
			m.message(11, g.valueProto(name, t.shape))
		}
	}
	for i, s := range g.shapes {
		m.message(12, g.valueProto(outputs[i], s))
	}
	return m
}

// argument returns the number of an input of a graph from the name of its parameter, arg0,
// arg1, …; it is -1 of a weight.
func argument(name string) int {
	digits, ok := strings.CutPrefix(name, "arg")
	at := 0
	if _, err := fmt.Sscanf(digits, "%d", &at); !ok || err != nil || fmt.Sprint(at) != digits {
		return -1
	}
	return at
}

func (g *recorded) nodeProto(m *message, n node, rename map[string]string) {
	p := &message{}
	for _, name := range n.in {
		if other := rename[name]; other != "" {
			name = other
		}
		p.text(1, name)
	}
	p.text(2, n.out).text(4, n.op)
	for _, a := range n.attributes {
		q := (&message{}).text(1, a.name)
		if a.many == nil {
			p.message(5, q.number(3, a.one).number(20, 2))
			continue
		}
		for _, x := range a.many {
			q.number(8, x)
		}
		p.message(5, q.number(20, 7))
	}
	m.message(1, p)
}

func (g *recorded) tensorProto(t tensor) *message {
	p := &message{}
	for _, d := range t.shape.Dimensions {
		p.number(1, int64(d))
	}
	var raw bytes.Buffer
	if err := binary.Write(&raw, binary.LittleEndian, t.data); err != nil && g.fault == nil {
		g.fault = fmt.Errorf("values of type %s cannot be written", t.shape.DType)
	}
	p.number(2, int64(g.kind(t.shape.DType))).text(8, t.name)
	p.data = protowire.AppendBytes(protowire.AppendTag(p.data, 9, protowire.BytesType), raw.Bytes())
	return p
}

func (g *recorded) valueProto(name string, s shapes.Shape) *message {
	dims := &message{}
	for _, d := range s.Dimensions {
		dims.message(1, (&message{}).number(1, int64(d)))
	}
	kind := (&message{}).number(1, int64(g.kind(s.DType))).message(2, dims)
	return (&message{}).text(1, name).message(2, (&message{}).message(1, kind))
}

// message is a message of Protocol Buffers.
type message struct{ data []byte }

func (m *message) number(field protowire.Number, x int64) *message {
	m.data = protowire.AppendVarint(protowire.AppendTag(m.data, field, protowire.VarintType), uint64(x))
	return m
}

func (m *message) text(field protowire.Number, s string) *message {
	m.data = protowire.AppendString(protowire.AppendTag(m.data, field, protowire.BytesType), s)
	return m
}

func (m *message) message(field protowire.Number, inner *message) *message {
	m.data = protowire.AppendBytes(protowire.AppendTag(m.data, field, protowire.BytesType), inner.data)
	return m
}
