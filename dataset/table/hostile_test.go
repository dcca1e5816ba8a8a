package table_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gsdnet/dataset"
	"gsdnet/dataset/formattest"
)

// Files that are no tables are refused in a line, whatever they hold, and without more
// memory than a few times a line.
func TestHostile(t *testing.T) {
	const head = "dialogue,turn,text\n"
	for name, c := range map[string]struct{ file, text, want string }{
		"bytes":              {"a.csv", string([]byte{0, 1, 2, 0xff, 0xfe, 10, 13}), "no features of any modality"},
		"zip":                {"a.csv", "PK\x03\x04" + strings.Repeat("\x00", 100), "no features of any modality"},
		"no rows":            {"a.csv", head, ": no features of any modality"},
		"open quote":         {"a.csv", head + "a,0,\"" + strings.Repeat("x,", 40<<20), "a line of more than 67108864 bytes, or a quotation mark that is not closed"},
		"open quote, header": {"a.csv", "\"" + strings.Repeat("x\n", 40<<20), "a line of more than 67108864 bytes"},
		"long line":          {"a.csv", head + strings.Repeat("x", 70<<20) + ",0,1\n", "a line of more than 67108864 bytes"},
		"many fields":        {"a.csv", head + strings.Repeat(",", 1<<20) + "\n", "line 2: it has more or fewer fields"},
		"a list of lists":    {"a.csv", head + "a,0,\"" + strings.Repeat("[", 1<<20) + "\"\n", "is not a list of numbers"},
		"not UTF-8":          {"a.csv", "dialogue,turn,text_0\na\xff,0,x\n", "is not a number"},
		"long cell":          {"a.csv", "dialogue,turn,text_0\na,0," + strings.Repeat("9", 1<<20) + "x\n", "is not a number"},
		"path":               {"a.csv", head + "a,0,/etc/passwd.npy\n", "is outside the folder of the file"},
		"climbing":           {"a.tsv", "dialogue\tturn\ttext\na\t0\t../../x.npy\n", "is outside the folder of the file"},
		"deep":               {"a.jsonl", strings.Repeat("[", 1<<20), "line 1: it is not a JSON object"},
		"deep value":         {"a.jsonl", `{"dialogue": "a", "turn": 0, "text": ` + strings.Repeat("[", 1<<20) + "}", "line 1: it is not a JSON object"},
		"endless":            {"a.jsonl", strings.Repeat("x", 70<<20), "a line of more than 67108864 bytes"},
		"huge number":        {"a.jsonl", `{"dialogue": "a", "turn": 1e999, "text": [1]}`, "is not a whole number"},
		"no object":          {"a.jsonl", "null", "line 1: it is not a JSON object"},
		"control":            {"a.jsonl", "{\"dialogue\": \"a\x1b[2J\", \"turn\": \"\\u001b[2J\", \"text\": [1]}", "line 1"},
	} {
		path := filepath.Join(t.TempDir(), c.file)
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := dataset.Open(path, dataset.Fields{})
		runtime.ReadMemStats(&after)
		formattest.Refused(t, path, err, c.want)
		if err != nil && (len(err.Error()) > len(path)+400 || strings.Contains(err.Error(), "\x1b")) {
			t.Errorf("%s: an error of %d bytes: %.100q", name, len(err.Error()), err)
		}
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 600<<20 {
			t.Errorf("%s: took %d MiB in all", name, taken>>20)
		}
	}
}

// Copies with random damage are read or refused in a line.
func TestDamaged(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, name := range []string{"small.csv", "wide.tsv", "small.jsonl"} {
		whole, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), name)
		for i := range 400 {
			data := bytes.Clone(whole)
			for range 1 + i%5 {
				switch at := rng.IntN(len(data)); i % 3 {
				case 0:
					data[at] = byte(rng.Uint32())
				case 1:
					data = append(data[:at:at], data[min(len(data), at+rng.IntN(20)):]...)
				default:
					data = append(append(data[:at:at], data[rng.IntN(at+1):at]...), data[at:]...)
				}
				if len(data) == 0 {
					break
				}
			}
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			corpus, err := dataset.Open(path, dataset.Fields{})
			if err != nil {
				formattest.Refused(t, path, err, "")
				continue
			}
			formattest.Verify(t, corpus)
		}
	}
}
