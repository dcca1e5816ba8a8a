package npz_test

import (
	"archive/zip"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gsdnet/dataset"
	"gsdnet/dataset/npz"
	"gsdnet/internal/fault"
	archive "gsdnet/internal/npz"
)

// refusal is a sample with one array replaced, and what is said of it.
type refusal struct {
	name  string
	array string
	with  *archive.Array // nil removes the array
	want  string         // after the path
}

func refusals() []refusal {
	inf := float32(math.Inf(1))
	object := &archive.Array{DType: "<U1", Shape: []int{5}, Data: make([]byte, 20)}
	return []refusal{
		{"no dialogue", "dialogue", nil, `array "dialogue": not in the file`},
		{"no turn", "turn", nil, `array "turn": not in the file`},
		{"rank of features", "audio", archive.From([]float32{1, 2, 3, 4, 5}), `array "audio": 1 dimensions, want 2`},
		{"rank of label", "label", archive.From([]float32{1, 2, 3, 0, 0}, 5, 1), `array "label": 2 dimensions, want 1`},
		{"rank of turn", "turn", archive.From([]int32{1, 2, 3, 0, 0}, 1, 5), `array "turn": 2 dimensions, want 1`},
		{"zero rows", "text", archive.From([]float32{}, 0, 2), `array "text": 0 rows`},
		{"endless rows", "text", archive.From([]float32{}, dataset.MaxRows+1, 0), `array "text": 4194305 rows`},
		{"zero width", "visual", archive.From([]float32{}, 5, 0), `array "visual": width 0`},
		{"length of audio", "audio", archive.From([]float32{1, 2}, 2, 1), `array "audio": 2 rows, but "text" has 5`},
		{"length of label", "label", archive.From([]float32{1}), `array "label": 1 rows, but "text" has 5`},
		{"length of class", "split", archive.From([]int8{1, 1, 1, 1, 1, 1}), `array "split": 6 rows, but "text" has 5`},
		{"length of present", "present", archive.From([]uint8{1, 1, 1}, 1, 3), `array "present": 1 rows, but "text" has 5`},
		{"width of present", "present", archive.From(make([]uint8, 10), 5, 2), `array "present": shape [5 2], want [5 3]`},
		{"present of halves", "present", archive.From(append(make([]float32, 14), 0.5), 5, 3), `array "present", row 4: 0.5 is not a whole number`},
		{"present of 2", "present", archive.From([]uint8{1, 1, 1, 1, 0, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 5, 3), `array "present", row 1: 2 for visual`},
		{"present on NaN", "present", archive.From([]uint8{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 5, 3), `array "present", row 1: 1 for audio, but that row of "audio" is NaN`},
		{"none present", "present", archive.From([]uint8{1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1}, 5, 3), `array "present", row 3: no modality at all`},
		{"partly NaN", "audio", archive.From([]float32{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, nan, 1, 1, 1, 1}, 5, 3), `array "audio", row 3: channel 1 is NaN, but channel 2 is not`},
		{"Inf", "text", archive.From([]float32{1, 1, 1, inf, 1, 1, 1, 1, 1, 1}, 5, 2), `array "text", row 1: channel 1 is infinite`},
		{"-Inf", "visual", archive.From([]float32{1, 1, 1, 1, -inf}, 5, 1), `array "visual", row 4: channel 0 is infinite`},
		{"Inf among NaN", "text", archive.From([]float32{1, 1, 1, 1, nan, inf, 1, 1, 1, 1}, 5, 2), `array "text", row 2: channel 1 is infinite`},
		{"beyond float32", "visual", archive.From([]float64{1, 1, 1e300, 1, 1}, 5, 1), `array "visual", row 2: channel 0 is infinite, or too large for float32`},
		{"text for features", "text", object, `array "text": 1 dimensions, want 2`},
		{"text for turns", "turn", object, `array "turn": holds text, want whole numbers`},
		{"text for labels", "label", object, `array "label": holds text, want numbers`},
		{"fraction for dialogue", "dialogue", archive.From([]float32{1, 2, 3.5, 4, 5}), `array "dialogue", row 2: 3.5 is not a whole number`},
		{"NaN for turn", "turn", archive.From([]float64{1, 2, 3, 4, math.NaN()}), `array "turn", row 4: NaN is not a whole number`},
		{"empty name", "dialogue", archive.FromStrings([]string{"a", "a", "", "b", "b"}), `array "dialogue", row 2: the name is empty`},
		{"no split", "split", archive.FromStrings([]string{"test", "train", "tset", "train", "test"}), `array "split", row 2: "tset" is not train, valid or test`},
		{"label 7", "label", archive.From([]float32{1, 7, 0, 0, 0}), `array "label", row 1: 7 is not a score in [-3.5,3.5]`},
		{"label -3.6", "label", archive.From([]float32{1, 0, 0, 0, -3.6}), `array "label", row 4: -3.6 is not a score in [-3.5,3.5]`},
		{"label Inf", "label", archive.From([]float32{1, 0, inf, 0, 0}), `array "label", row 2: +Inf is not a score`},
		{"negative dialogue", "dialogue", archive.From([]int32{4, -1, 4, 2, 4}), `array "dialogue", row 1: -1 is not in 0 to 2147483647`},
		{"huge turn", "turn", archive.From([]int64{1, 2, 1 << 40, 4, 5}), `array "turn", row 2: 1099511627776 is not in`},
		{"negative speaker", "speaker", archive.From([]int32{0, 0, 0, -4, 0}), `array "speaker", row 3: -4 is not in`},
		{"split 3", "split", archive.From([]int8{2, 0, 3, 0, 2}), `array "split", row 2: 3 is not in 0 to 2`},
		{"split -1", "split", archive.From([]int8{-1, 0, 2, 0, 2}), `array "split", row 0: -1 is not in 0 to 2`},
		{"two splits", "split", archive.From([]int8{2, 0, 1, 0, 2}), `array "split", row 2: dialogue 4 is in valid here, but in test in row 4`},
		{"duplicate turn", "turn", archive.From([]int32{9, 1, 9, 0, 1}), `array "turn", row 2: dialogue 4 has turn 9 already, in row 0`},
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range refusals() {
		f := without(sample(), c.array)
		if c.with != nil {
			f = sample()
			f.Set(c.array, c.with)
		}
		refuse(t, c.name, f, dataset.Fields{}, c.want)
	}
}

// The hint of a wrong type is a conversion only where NumPy can do it.
func TestHintsOfTypes(t *testing.T) {
	words := archive.FromStrings([]string{"joy", "joy", "fear", "joy", "joy"})
	for array, want := range map[string]string{
		"turn": "number the turns within each dialogue", "class": "number the classes from 0, as np.unique(names, return_inverse=True)[1] does; -1 marks an utterance without one",
		"label": "scores are numbers in [-3,3]; for classes, use --set data.class and numbers from 0",
	} {
		f := sample()
		f.Set(array, words)
		task := ""
		if array == "class" {
			task = "classes"
		}
		if _, err := npz.Corpus("f.npz", f, dataset.Fields{Task: task}); fault.Of(err) != want {
			t.Errorf("%s: got hint %q, want %q", array, fault.Of(err), want)
		}
	}
}

func TestRefusedClasses(t *testing.T) {
	for want, class := range map[string]*archive.Array{
		`array "class", row 2: -2 is not in -1 to 999`:       archive.From([]int32{0, 1, -2, 1, 1}),
		`array "class", row 4: 1000 is not in -1 to 999`:     archive.From([]int32{0, 1, 1, 1, 1000}),
		`array "class", row 3: 1.5 is not a whole number`:    archive.From([]float32{0, 1, 1, 1.5, 2}),
		`array "class": holds text, want whole numbers`:      archive.FromStrings([]string{"joy", "joy", "fear", "joy", "joy"}),
		`array "class": 1 rows, but "text" has 5`:            archive.From([]int32{0}),
		`array "class": 2 dimensions, want 1`:                archive.From([]int32{0, 1, 1, 1, 2}, 5, 1),
		`array "class", row 0: 4294967295 is not in -1 to 9`: archive.From([]uint32{math.MaxUint32, 1, 1, 1, 2}),
	} {
		f := sample()
		f.Set("class", class)
		refuse(t, want, f, dataset.Fields{Task: "classes"}, want)
	}
}

func TestRefusedFields(t *testing.T) {
	noModality := sample()
	noModality.Set("text", archive.From([]float32{0, 1, nan, nan, 20, 21, 30, 31, 40, 41}, 5, 2))
	noModality.Set("visual", archive.From([]float32{0, nan, 20, 30, 40}, 5, 1))
	refuse(t, "no modality", noModality, dataset.Fields{}, `array "text", row 1: no modality at all: "audio" and "visual" are NaN as well`)
	refuse(t, "named", sample(), dataset.Fields{Split: "split_std"}, `array "split_std": not in the file`)
	refuse(t, "scores", without(sample(), "label"), dataset.Fields{Task: "scores"}, `array "label": not in the file, and the task scores needs it`)
	refuse(t, "classes", without(sample(), "class"), dataset.Fields{Task: "classes"}, `array "class": not in the file, and the task classes needs it`)
	refuse(t, "empty", &archive.File{}, dataset.Fields{}, `array "text": not in the file, nor is "audio" or "visual"`)
	refuse(t, "named modality", without(sample(), "visual"), dataset.Fields{Visual: "visual"}, `array "visual": not in the file`)
	refuse(t, "all three", without(without(without(sample(), "text"), "audio"), "visual"), dataset.Fields{}, `array "text": not in the file, nor is "audio" or "visual"`)

	_, err := dataset.Open(save(t, sample()), dataset.Fields{Text: "texts"})
	if got, want := fault.Of(err), "choose with --set data.text=text"; got != want {
		t.Errorf("hint: got %q, want %q", got, want)
	}
	if _, err := dataset.Open("synthetic", dataset.Fields{Task: "score"}); err == nil || err.Error() != `task "score" does not exist` {
		t.Errorf("task: got %v, want it refused", err)
	}
}

// refuse expects one line that begins with the path, and a hint.
func refuse(t *testing.T, name string, f *archive.File, fields dataset.Fields, want string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "corpus.npz")
	if err := f.WriteFile(path); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	corpus, err := dataset.Open(path, fields)
	if err == nil || !strings.HasPrefix(err.Error(), path+": "+want) {
		t.Errorf("%s: got %v, want %q", name, err, want)
		return
	}
	if corpus != nil || fault.Of(err) == "" || !fault.IsInput(err) || strings.Contains(err.Error()+fault.Of(err), "\n") {
		t.Errorf("%s: got corpus %v, hint %q, want none and a hint in one line", name, corpus, fault.Of(err))
	}
}

// The gate itself is tested in internal/npz; here, that Open stands behind it.
func TestBombIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bomb.npz")
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(out)
	entry, err := w.CreateRaw(&zip.FileHeader{Name: "text.npy", Method: zip.Deflate, CompressedSize64: 4, UncompressedSize64: 3 << 30})
	if err != nil {
		t.Fatal(err)
	}
	entry.Write([]byte("bomb"))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	out.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = dataset.Open(path, dataset.Fields{})
	runtime.ReadMemStats(&after)
	if want := path + `: array "text": claims 3221225472 bytes, which its 4 packed bytes cannot hold`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("allocated %d bytes", got)
	}
}
