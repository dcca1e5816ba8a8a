package encoder_test

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/gomlx/compute-onnx/support/protos"
	"google.golang.org/protobuf/proto"

	"gsdnet/engine/encoder"
	"gsdnet/internal/fault"
)

// small reads a model of testdata.
func small(t testing.TB, name string) *protos.ModelProto {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name + ".onnx")
	if err != nil {
		t.Fatal(err)
	}
	m := &protos.ModelProto{}
	if err := proto.Unmarshal(data, m); err != nil {
		t.Fatal(err)
	}
	return m
}

func write(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.onnx")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func marshal(t testing.TB, m *protos.ModelProto) []byte {
	t.Helper()
	data, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// branch is an attribute that holds graphs, one within another.
func branch(depth int) *protos.AttributeProto {
	g := &protos.GraphProto{Node: []*protos.NodeProto{{OpType: "Identity", Input: []string{"a"}, Output: []string{"b"}}}}
	if depth > 0 {
		g.Node[0].Attribute = []*protos.AttributeProto{branch(depth - 1)}
	}
	return &protos.AttributeProto{Name: "then_branch", Type: protos.AttributeProto_GRAPH, G: g}
}

// TestRefusedModels changes a good model, and wants an error of one line that names the
// file and has a hint.
func TestRefusedModels(t *testing.T) {
	b := backend(t, "")
	limits := encoder.Limits{Bytes: 64 << 20, Parts: 10_000}
	change := func(f func(m *protos.ModelProto)) []byte {
		m := small(t, "densenet-small")
		f(m)
		return marshal(t, m)
	}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":      {nil, "not an ONNX model"},
		"text":       {[]byte("this is not a model, it is a text"), "ONNX"},
		"cut":        {change(func(*protos.ModelProto) {})[:9000], "ends too early"},
		"no graph":   {change(func(m *protos.ModelProto) { m.Graph = nil }), "no graph"},
		"no outputs": {change(func(m *protos.ModelProto) { m.Graph.Output = nil }), "no graph with nodes and outputs"},
		"untyped":    {change(func(m *protos.ModelProto) { m.Graph.Input[0].Type = nil }), "not an array"},
		"operator":   {change(func(m *protos.ModelProto) { m.Graph.Node[3].OpType = "Explode" }), `operator "Explode"`},
		"external": {change(func(m *protos.ModelProto) {
			m.Graph.Initializer[0].DataLocation = protos.TensorProto_EXTERNAL
			m.Graph.Initializer[0].ExternalData = []*protos.StringStringEntryProto{{Key: "location", Value: "../../etc/passwd"}}
		}), "in another file"},
		"too short": {change(func(m *protos.ModelProto) { m.Graph.Initializer[0].Dims[0] += 7 }), "elements"},
		"negative":  {change(func(m *protos.ModelProto) { m.Graph.Initializer[0].Dims[0] = -8 }), "not possible"},
		"overflow":  {change(func(m *protos.ModelProto) { m.Graph.Initializer[0].Dims = []int64{1 << 31, 1 << 31, 1 << 31, 1 << 31} }), "not possible"},
		"huge":      {change(func(m *protos.ModelProto) { m.Graph.Initializer[0].Dims = []int64{1 << 30, 1 << 30} }), "elements"},
		"type":      {change(func(m *protos.ModelProto) { m.Graph.Initializer[0].DataType = 99 }), "type 99"},
		"missing":   {change(func(m *protos.ModelProto) { m.Graph.Initializer = m.Graph.Initializer[1:] }), "nothing before it"},
		"loop":      {change(func(m *protos.ModelProto) { m.Graph.Node[0].Input[0] = m.Graph.Node[0].Output[0] }), "nothing before it"},
		"functions": {change(func(m *protos.ModelProto) { m.Functions = []*protos.FunctionProto{{Name: "f"}} }), "functions"},
		"nested":    {change(func(m *protos.ModelProto) { m.Graph.Node[0].Attribute = append(m.Graph.Node[0].Attribute, branch(40)) }), "lie in one another"},
		"many nodes": {change(func(m *protos.ModelProto) {
			for range 20_000 {
				m.Graph.Node = append(m.Graph.Node, &protos.NodeProto{})
			}
		}), "more than 10000 parts"},
		"no inputs": {change(func(m *protos.ModelProto) { m.Graph.Input = nil }), "nothing before it"},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, c.data)
			e, err := encoder.OpenImage(b, path, encoder.ImageOptions{Limits: limits})
			if err == nil {
				// Some faults show only when the graph is built.
				_, err = e.Encode(t.Context(), frames())
			}
			checkRefusal(t, err, c.want)
		})
	}
}

// checkRefusal wants one line that names the file, and a hint.
func checkRefusal(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case err == nil:
		t.Fatal("got no error")
	case strings.ContainsAny(err.Error(), "\n"), !strings.HasPrefix(err.Error(), "model.onnx: "), fault.Of(err) == "", len(err.Error()) > 400:
		t.Errorf("got the error %q with the hint %q, want one line that names the file, and a hint", err, fault.Of(err))
	case want != "ONNX" && !strings.Contains(err.Error(), want):
		t.Errorf("got the error %q, want %q in it", err, want)
	}
}

// TestManySmallParts checks that a file of small messages is refused before memory is spent
// on each of them.
func TestManySmallParts(t *testing.T) {
	var graph []byte
	for range 8 << 20 {
		graph = append(graph, 1<<3|2, 0) // an empty node
	}
	data := append([]byte{7<<3 | 2}, binary.AppendUvarint(nil, uint64(len(graph)))...)
	path := write(t, append(data, graph...))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := encoder.OpenImage(backend(t, ""), path, encoder.ImageOptions{})
	runtime.ReadMemStats(&after)
	checkRefusal(t, err, "parts")
	if spent := after.TotalAlloc - before.TotalAlloc; spent > 64<<20 {
		t.Errorf("got %d bytes of memory for a file of %d, want less than 64 MiB", spent, len(graph))
	}
}

func TestTooLarge(t *testing.T) {
	path := write(t, make([]byte, 5000))
	_, err := encoder.OpenImage(backend(t, ""), path, encoder.ImageOptions{Limits: encoder.Limits{Bytes: 4999}})
	checkRefusal(t, err, "more than 4999")
}

// damagedCopies calls check with copies of data of which some bytes were changed, or parts
// cut out or repeated.
func damagedCopies(copies int, data []byte, check func(changed []byte)) {
	rng := rand.New(rand.NewPCG(51, 52))
	for i := range copies {
		changed := bytes.Clone(data)
		for range 1 + rng.IntN(4) {
			switch at := rng.IntN(len(changed)); i % 3 {
			case 0, 1:
				changed[at] = byte(rng.IntN(256))
			default:
				changed = append(changed[:at:at], changed[max(0, at-rng.IntN(20)):]...)
			}
		}
		check(changed)
	}
}

// TestDamagedModels changes bytes of a good model at random: it is refused or it runs, and
// neither crashes nor takes long. What is opened without being run takes little memory.
func TestDamagedModels(t *testing.T) {
	b := backend(t, "")
	limits := encoder.ImageOptions{Limits: encoder.Limits{Bytes: 1 << 20}}
	run := 0
	damagedCopies(1000, marshal(t, small(t, "rewritten")), func(data []byte) {
		path := write(t, data)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		e, err := encoder.OpenImage(b, path, limits)
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 16<<20 {
			t.Errorf("got %d MiB of memory for a model of %d bytes, want at most 16", taken>>20, len(data))
		}
		oneLine(t, err)
		if err != nil {
			return
		}
		defer e.Close()
		if run++; run <= 100 {
			_, err = e.Encode(t.Context(), frames())
			oneLine(t, err)
		}
	})
}

// TestDamagedTokenizers does the same with files of tokenizers.
func TestDamagedTokenizers(t *testing.T) {
	for _, name := range []string{"tiny-bpe", "tiny-wordpiece"} {
		data, err := os.ReadFile("testdata/tokenizers/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		damagedCopies(250, data, func(data []byte) { checkTokenizer(t, write(t, data)) })
	}
}

// TestRefusedTokenizers checks kinds that would be cut wrongly, and damaged files.
func TestRefusedTokenizers(t *testing.T) {
	for name, text := range map[string]string{
		"unigram":     `{"model": {"type": "Unigram", "vocab": [["<unk>", 0], ["a", -1]]}}`,
		"word level":  `{"model": {"type": "WordLevel", "vocab": {"a": 0}}}`,
		"no model":    `{}`,
		"not JSON":    `BPE`,
		"empty added": `{"added_tokens": [{"id": 2, "content": ""}], "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}}`,
		"wrong":       `{"model": {"type": "BPE", "vocab": 7}}`,
	} {
		path := write(t, []byte(text))
		_, err := encoder.OpenTokenizer(path)
		if err == nil || strings.Contains(err.Error(), "\n") || fault.Of(err) == "" {
			t.Errorf("%s: got the error %v with the hint %q, want one line and a hint", name, err, fault.Of(err))
		}
	}
}
