package npz_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gsdnet/dataset"
	"gsdnet/dataset/npz"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	archive "gsdnet/internal/npz"
)

// Dialogues and speakers may be text; they are numbered as they first appear,
// and keep their names on the way through a file.
func TestNamesInTheFile(t *testing.T) {
	f := sample()
	f.Set("dialogue", archive.FromStrings([]string{"zoë", "a\x1b", "zoë", "a\x1b", "zoë"}))
	f.Set("speaker", &archive.Array{DType: "|S3", Shape: []int{5}, Data: []byte("bob\x00\x00\x00ann\x00\x00\x00bob")})
	corpus := open(t, save(t, f), dataset.Fields{})
	check := func(name string, c *erc.Corpus) {
		t.Helper()
		if want := []string{"zoë", "a\x1b"}; !cmp.Equal(c.Dialogues, want) {
			t.Errorf("%s: dialogues: got %q, want %q", name, c.Dialogues, want)
		}
		first, second := c.Conversations[0], c.Conversations[1]
		if first.ID != 0 || first.Name != "zoë" || second.ID != 1 || second.Name != "a" {
			t.Errorf("%s: got %d %q, %d %q, want 0 zoë, 1 a", name, first.ID, first.Name, second.ID, second.Name)
		}
		var who []string
		for _, u := range first.Utterances { // rows 4, 2, 0
			who = append(who, c.Speakers[u.Speaker])
		}
		if want := []string{"bob", "ann", "bob"}; !cmp.Equal(who, want) {
			t.Errorf("%s: speakers: got %q, want %q", name, who, want)
		}
	}
	check("read", corpus)
	path := save(t, f)
	if err := npz.Write(path, corpus); err != nil {
		t.Fatal(err)
	}
	check("written", open(t, path, dataset.Fields{}))
	corpus.Dialogues = corpus.Dialogues[:1]
	if err := npz.Write(path, corpus); err == nil || !strings.Contains(err.Error(), "1 has no name") {
		t.Errorf("too few names: got %v", err)
	}

	f.Set("dialogue", archive.FromStrings([]string{"x", "y", "y", "y", "x"}))
	refuse(t, "named in a message", f, dataset.Fields{}, `array "split", row 2: dialogue "y" is in test here, but in train in row 3`)
}

// Every type that holds the same numbers gives the same corpus.
func TestEveryTypeOfNumber(t *testing.T) {
	want := arrays(t, ints(sample()))
	letters := []string{"i1", "i2", "i4", "i8", "f2", "f4", "f8", "u1", "u2", "u4", "u8"}
	for _, role := range []string{"text", "visual", "dialogue", "turn", "speaker", "split", "class", "present"} {
		for _, letter := range letters {
			if letter[0] == 'u' && role == "class" {
				continue // has -1
			}
			for _, order := range []string{"<", ">"} {
				f := ints(sample())
				f.Set(role, as(t, f.Get(role), order+letter, letter != "i4"))
				got := arrays(t, f)
				if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b float32) bool {
					return a == b || math.IsNaN(float64(a)) && math.IsNaN(float64(b))
				})); diff != "" {
					t.Fatalf("%s as %s: want -, got +\n%s", role, order+letter, diff)
				}
			}
		}
	}
}

// arrays makes a corpus with classes of a file in memory.
func arrays(t testing.TB, f *archive.File) *erc.Corpus {
	t.Helper()
	corpus, err := npz.Corpus("corpus.npz", f, dataset.Fields{Task: "classes"})
	if err != nil {
		t.Fatal(err)
	}
	verify(t, corpus)
	return corpus
}

// ints is a sample whose numbers fit every type.
func ints(f *archive.File) *archive.File {
	f.Set("present", archive.From([]uint8{1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1}, 5, 3))
	return f
}

// as converts an array of numbers.
func as(t testing.TB, a *archive.Array, dtype string, fortran bool) *archive.Array {
	t.Helper()
	values, err := a.Float64s()
	if err != nil {
		t.Fatal(err)
	}
	out := &archive.Array{DType: dtype, Shape: a.Shape, Fortran: fortran, Data: make([]byte, int(dtype[2]-'0')*len(values))}
	for i, x := range values {
		if !out.SetFloat(i, x) {
			t.Fatalf("%g does not fit %s", x, dtype)
		}
	}
	return out
}

// A modality without an array is missing throughout.
func TestAbsentModality(t *testing.T) {
	for m, gone := range []string{"text", "audio", "visual"} {
		f := without(sample(), gone)
		got := open(t, save(t, f), dataset.Fields{})
		if got.Dims[m] != 0 {
			t.Errorf("without %s: it is %d wide, want 0", gone, got.Dims[m])
		}
		for _, conv := range got.Conversations {
			for _, u := range conv.Utterances {
				if u.Present.Has(erc.Modality(m)) {
					t.Errorf("without %s: row %d has it", gone, u.Row)
				}
			}
		}
		var table strings.Builder
		if _, err := dataset.Describe(got).WriteTo(&table); err != nil || !strings.Contains(table.String(), "no "+gone) {
			t.Errorf("without %s: described as\n%s", gone, table.String())
		}
		path := save(t, f)
		if err := npz.Write(path, got); err != nil {
			t.Fatal(err)
		}
		if again := open(t, path, dataset.Fields{}); again.Dims != got.Dims {
			t.Errorf("without %s: written with widths %v, want %v", gone, again.Dims, got.Dims)
		}
		f.Set("present", archive.From(slices.Repeat([]uint8{1}, 15), 5, 3))
		if gone == "visual" {
			f.Set("audio", archive.From(make([]float32, 5), 5, 1))
			refuse(t, gone, f, dataset.Fields{}, `array "present", row 0: 1 for visual, but the file has no array "visual"`)
		}
	}
	_, err := dataset.Open(save(t, without(sample(), "audio")), dataset.Fields{Audio: "covarep"})
	if want := "; if there is no audio, --set data.audio="; err == nil || !strings.HasSuffix(fault.Of(err), want) {
		t.Errorf("named audio: got %v with hint %q, want %q in it", err, fault.Of(err), want)
	}
	alone := without(without(sample(), "text"), "visual")
	refuse(t, "nothing there", alone, dataset.Fields{}, `array "audio", row 1: no modality at all: it is NaN, and there is no other`)
}

// Predicting needs neither labels nor splits, so it reads neither.
func TestTaskNone(t *testing.T) {
	f := sample()
	f.Set("label", archive.FromStrings([]string{"sad", "", "", "", ""}))
	f.Set("class", archive.From([]float32{0.5}))
	f.Set("split", archive.From([]int32{7}))
	got := open(t, save(t, f), dataset.Fields{Task: "none"})
	if got.Task != erc.NoLabels || got.Conversations[0].Split != erc.Test {
		t.Errorf("got task %s, split %s, want none and test", got.Task, got.Conversations[0].Split)
	}
	made := open(t, "synthetic", dataset.Fields{Task: "none"})
	if conv := made.Conversations[0]; made.Task != erc.NoLabels || conv.Split != erc.Test || conv.Utterances[0].Label == conv.Utterances[0].Label {
		t.Errorf("synthetic: got task %s, split %s, label %g, want none, test and NaN", made.Task, conv.Split, conv.Utterances[0].Label)
	}
}

func TestSplitWords(t *testing.T) {
	f := sample()
	f.Set("split", archive.FromStrings([]string{"valid", "train", "valid", "train", "valid"}))
	got := open(t, save(t, f), dataset.Fields{})
	if a, b := got.Conversations[0].Split, got.Conversations[1].Split; a != erc.Train || b != erc.Valid {
		t.Errorf("got %s, %s, want train, valid", a, b)
	}
}

// Labels are accepted up to exactly the limit that the error names.
func TestLabelLimits(t *testing.T) {
	for _, c := range []struct {
		value float64
		want  string
	}{
		{3.5, ""}, {-3.5, ""},
		{math.Nextafter(3.5, 4), "3.5000000000000004 is not a score in [-3.5,3.5]"},
		{math.Nextafter(-3.5, -4), "-3.5000000000000004 is not a score in [-3.5,3.5]"},
		{4, "4 is not a score in [-3.5,3.5]"},
	} {
		f := sample()
		f.Set("label", archive.From([]float64{0, c.value, 0, 0, 0}))
		if c.want == "" {
			open(t, save(t, f), dataset.Fields{})
			continue
		}
		refuse(t, c.want, f, dataset.Fields{}, `array "label", row 1: `+c.want)
	}
}

// An array without a part may hold anything, with a part it may not.
func TestOddArraysDoNotSpoilAFile(t *testing.T) {
	odd := map[string]*archive.Array{
		"words":  archive.FromStrings([]string{"a"}),
		"cube":   archive.From(make([]float64, 8), 2, 2, 2),
		"single": {DType: "<f8", Shape: nil, Data: make([]byte, 8)},
		"empty":  archive.From([]int8{}, 0, 3),
		"inf":    archive.From([]float32{float32(math.Inf(1))}),
	}
	f := sample()
	for name, a := range odd {
		f.Set(name, a)
	}
	open(t, save(t, f), dataset.Fields{})
	for name := range odd {
		for _, role := range []string{"text", "present", "label", "class", "dialogue", "turn", "speaker", "split"} {
			fields := dataset.Fields{}
			switch role {
			case "text":
				fields.Text = name
			case "present":
				fields.Present = name
			case "label":
				fields.Label = name
			case "class":
				fields.Class, fields.Task = name, "classes"
			case "dialogue":
				fields.Dialogue = name
			case "turn":
				fields.Turn = name
			case "speaker":
				fields.Speaker = name
			case "split":
				fields.Split = name
			}
			refuse(t, name+" as "+role, f, fields, `array "`+name+`"`)
		}
	}
}

// The hint of a missing array names arrays that then work.
func TestHintsLeadSomewhere(t *testing.T) {
	f := sample()
	for _, renamed := range [][2]string{{"dialogue", "video"}, {"turn", "utterance"}, {"text", "bert's"}, {"audio", "covarep"}, {"visual", "facet"}} {
		f.Set(renamed[1], f.Get(renamed[0]))
		f = without(f, renamed[0])
	}
	var fields dataset.Fields
	for range 5 {
		_, err := dataset.Open(save(t, f), fields)
		if err == nil {
			return
		}
		_, setting, found := strings.Cut(fault.Of(err), "--set ")
		if !found {
			t.Fatalf("%v: hint %q names no setting", err, fault.Of(err))
		}
		switch setting, _, _ = strings.Cut(setting, " or "); {
		case strings.Contains(setting, "data.dialogue=video"):
			fields.Dialogue = "video"
		case strings.Contains(setting, "data.turn=utterance"):
			fields.Turn = "utterance"
		case strings.Contains(setting, `'data.text=bert'\''s'`):
			fields.Text = "bert's"
		default:
			t.Fatalf("%v: hint %q", err, fault.Of(err))
		}
	}
	t.Error("the hints lead in circles")
}
