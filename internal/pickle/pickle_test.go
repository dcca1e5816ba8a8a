package pickle_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gsdnet/internal/pickle"
)

func decode(data []byte) (pickle.Value, error) {
	return pickle.Decode(bytes.NewReader(data), int64(len(data)), pickle.Limits{})
}

// TestReadsWhatPythonWrites holds every fixture of testdata/make.py against the values
// that numpy gave for it.
func TestReadsWhatPythonWrites(t *testing.T) {
	text, err := os.ReadFile("testdata/values.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/*.pkl")
	if err != nil || len(files) != 8 {
		t.Fatalf("got %d fixtures, want 8 (%v)", len(files), err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decode(data)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		dict, ok := got.(*pickle.Dict)
		if !ok || dict.Len() != len(want) {
			t.Errorf("%s: got %T, want a dictionary of %d keys", path, got, len(want))
			continue
		}
		for key, w := range want {
			v, found := dict.Get(key)
			if !found {
				t.Errorf("%s: no key %q", path, key)
				continue
			}
			compare(t, path+": "+key, v, w)
		}
	}
}

// compare holds a value against what JSON says of it.
func compare(t *testing.T, where string, got pickle.Value, want any) {
	t.Helper()
	switch v := got.(type) {
	case *pickle.Array:
		w := want.(map[string]any)
		if len(v.Shape) != len(w["shape"].([]any)) {
			t.Errorf("%s: shape %v, want %v", where, v.Shape, w["shape"])
			return
		}
		for i, d := range w["shape"].([]any) {
			if float64(v.Shape[i]) != d.(float64) {
				t.Errorf("%s: shape %v, want %v", where, v.Shape, w["shape"])
				return
			}
		}
		for i, x := range w["values"].([]any) {
			compare(t, where, v.At(i), x)
		}
	case *pickle.List:
		compareAll(t, where, v.Items, want)
	case pickle.Tuple:
		compareAll(t, where, v, want)
	case *pickle.Set:
		compareAll(t, where, v.Items, want)
	case []byte:
		compareBytes(t, where, string(v), want)
	case string:
		compareBytes(t, where, v, want)
	case int64:
		if w, ok := want.(float64); !ok || float64(v) != w {
			t.Errorf("%s: got %v, want %v", where, v, want)
		}
	case float64:
		if w, ok := want.(float64); !ok || math.Abs(v-w) > 1e-15*math.Abs(w) {
			t.Errorf("%s: got %v, want %v", where, v, want)
		}
	default:
		if got != want {
			t.Errorf("%s: got %v, want %v", where, got, want)
		}
	}
}

func compareAll(t *testing.T, where string, got []pickle.Value, want any) {
	t.Helper()
	w, ok := want.([]any)
	if !ok || len(w) != len(got) {
		t.Errorf("%s: got %d items, want %v", where, len(got), want)
		return
	}
	for i := range got {
		compare(t, where, got[i], w[i])
	}
}

// compareBytes takes a text, or bytes that JSON holds as latin1.
func compareBytes(t *testing.T, where, got string, want any) {
	t.Helper()
	text, isText := want.(string)
	if !isText {
		text = want.(map[string]any)["latin1"].(string)
		var raw []byte
		for _, r := range text {
			raw = append(raw, byte(r))
		}
		text = string(raw)
	}
	if got != text {
		t.Errorf("%s: got %q, want %q", where, got, text)
	}
}

// TestRefuses lists files that would run code, take memory or crash a careless
// reader; each is refused in one line.
func TestRefuses(t *testing.T) {
	long := strings.Repeat
	for name, c := range map[string]struct{ file, want string }{
		"system, protocol 0":       {"cos\nsystem\n(S'true'\ntR.", "os.system"},
		"system, protocol 4":       {"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.", "os.system"},
		"eval":                     {"cbuiltins\neval\n(S'1'\ntR.", "builtins.eval"},
		"getattr":                  {"cbuiltins\ngetattr\n.", "builtins.getattr"},
		"module that looks alike":  {"cnumpy.core.multiarray.evil\n_reconstruct\n.", "refused"},
		"instance":                 {"(ios\nsystem\n.", "instance of a class"},
		"object":                   {"(cbuiltins\nlist\no.", "instance of a class"},
		"persistent":               {"Pfile\n.", "persistent"},
		"extension":                {"\x82\x01.", "extension"},
		"outside buffer":           {"\x97.", "buffer outside"},
		"length of 4 GB":           {"\x80\x02X\xff\xff\xff\xff.", "length"},
		"length of 2^63":           {"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.", "length"},
		"long of 2 GB":             {"\x8b\xff\xff\xff\x7f.", "length"},
		"number of 200 bytes":      {"\x8a\xc8" + long("\x01", 200) + ".", "200 bytes"},
		"many marks":               {long("(", 5000) + ".", "marks"},
		"many values":              {long("N", 1<<23) + ".", "values"},
		"many lists":               {long("]", 1<<23) + ".", "values"},
		"copies of the top":        {"]" + long("2", 1<<23) + ".", "values"},
		"empty":                    {"", "truncated"},
		"stop without a value":     {".", "too few"},
		"two values":               {"NN.", "too few"},
		"pop below the mark":       {"N(0a.", "too few"},
		"append to nothing":        {"Na.", "too few"},
		"append to a number":       {"K\x01K\x02a.", "neither a list"},
		"item of a list":           {"]K\x01K\x02s.", "not a dictionary"},
		"odd items":                {"}(K\x01u.", "too few"},
		"memo before it is stored": {"h\x05.", "memo"},
		"unknown instruction":      {"\xfe.", "not an instruction"},
		"newer protocol":           {"\x80\x06N.", "protocol 6"},
		"not UTF-8":                {"X\x01\x00\x00\x00\xff.", "UTF-8"},
		"call of a number":         {"K\x01)R.", "no function"},
		"call of ndarray":          {"cnumpy\nndarray\n)R.", "no function"},
		"state of a number":        {"K\x01)b.", "state"},
		"array without a type":     {"cnumpy.core.multiarray\n_reconstruct\n)R(I1\n(I2\ntNI00\nC\x00tb.", "arguments"},
		"shape larger than data":   {array("(I2\nI3\nt", "f8", "C\x08\x00\x00\x00\x00\x00\x00\x00\x00"), "bytes of data"},
		"shape that overflows":     {array("(I4294967296\nI4294967296\nI4294967296\nt", "f8", "C\x00"), "too many"},
		"negative axis":            {array("(I-1\nt", "f8", "C\x00"), "arguments"},
		"complex numbers":          {array("(I1\nt", "c8", "C\x08\x00\x00\x00\x00\x00\x00\x00\x00"), "c8"},
		"record type":              {array("(I1\nt", "V8", "C\x08\x00\x00\x00\x00\x00\x00\x00\x00"), "V8"},
		"truncated protocol 2":     {"\x80\x02}q\x00X\x05\x00\x00\x00ab", "length"},
	} {
		_, err := decode([]byte(c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got error %v, want one line that contains %q", name, err, c.want)
		}
	}
}

// array is a pickle of an array of a shape, a type and data, each as instructions.
func array(shape, kind, data string) string {
	dtype := "cnumpy\ndtype\n(S'" + kind + "'\nI00\nI01\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntb"
	return "cnumpy.core.multiarray\n_reconstruct\n)R(I1\n" + shape + dtype + "I00\n" + data + "tb."
}

// TestDamaged changes, cuts and repeats bytes of good files, 5,000 copies in all: they are
// read or refused in one line, with memory in proportion to their size.
func TestDamaged(t *testing.T) {
	files, err := filepath.Glob("testdata/*.pkl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	rng := rand.New(rand.NewPCG(9, 10))
	for _, path := range files {
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := range (5000 + len(files) - 1) / len(files) {
			data := bytes.Clone(whole)
			for range 1 + i%4 {
				switch at := rng.IntN(len(data)); i % 4 {
				case 0:
					data = data[:at+1]
				case 1:
					data = append(data[:at:at], data[max(0, at-rng.IntN(30)):]...)
				default:
					data[at] = byte(rng.Uint32())
				}
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := decode(data)
			runtime.ReadMemStats(&after)
			if err != nil && (strings.Contains(err.Error(), "\n") || len(err.Error()) > 400) {
				t.Errorf("%s, copy %d: got the error %q, want one line", path, i, err)
			}
			if taken := after.TotalAlloc - before.TotalAlloc; taken > 16<<20 {
				t.Errorf("%s, copy %d: got %d MiB of memory for %d bytes, want at most 16", path, i, taken>>20, len(data))
			}
		}
	}
}

// FuzzDecode looks for a crash, or memory far above the size of the file.
func FuzzDecode(f *testing.F) {
	files, err := filepath.Glob("testdata/*.pkl")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		v, err := decode(data)
		if a, ok := v.(*pickle.Array); err == nil && ok {
			for i := range min(a.Len(), 1000) {
				a.At(i)
				a.Float(i)
			}
		}
	})
}
