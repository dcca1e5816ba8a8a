package main

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gsdnet"
	"gsdnet/dataset"
	datanpz "gsdnet/dataset/npz"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/internal/npz"
)

// fillRows is how many rows the files here have; row 1 has no audio.
const fillRows = 4

// fixture is a file whose audio, [4,2], has the type and layout, with values that
// need all of its bits.
func fixture(t *testing.T, dtype string, fortran bool) (*npz.File, *npz.Array) {
	t.Helper()
	audio := &npz.Array{DType: dtype, Shape: []int{fillRows, 2}, Fortran: fortran, Data: make([]byte, 2*fillRows*int(dtype[2]-'0'))}
	limits := map[string]float64{"i1": -128, "i2": -32768, "i4": math.MinInt32, "i8": -1 << 53, "u1": 255, "u2": 65535, "u4": math.MaxUint32, "u8": 1 << 53,
		"f2": 0.333251953125, "f4": 0x1.234568p-3, "f8": math.Pi}
	for i := range 2 * fillRows {
		if !audio.SetFloat(i, limits[dtype[1:]]) {
			t.Fatalf("%s: %g does not fit", dtype, limits[dtype[1:]])
		}
	}
	f := &npz.File{}
	for _, name := range []string{"text", "visual"} {
		f.Set(name, npz.From([]float64{math.Pi, math.E, math.Phi, math.Ln2}, fillRows, 1))
	}
	f.Set("audio", audio)
	f.Set("present", npz.From([]int64{1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1}, fillRows, 3))
	f.Set("dialogue", npz.From(make([]int8, fillRows)))
	f.Set("turn", npz.From([]int64{0, 1, 2, 3}))
	f.Set("notes", objects())
	return f, audio
}

// imputed is what a run could make of a fixture: audio of row 1 is x.
func imputed(t *testing.T, f *npz.File, x float32) []gsdnet.Imputed {
	t.Helper()
	corpus, err := datanpz.Corpus("f.npz", f, dataset.Fields{Task: "none"})
	if err != nil {
		t.Fatal(err)
	}
	var out []gsdnet.Imputed
	for _, u := range corpus.Conversations[0].Utterances {
		filled := gsdnet.Imputed{Present: u.Present, Features: u.Features}
		filled.Row = u.Row
		if !u.Present.Has(erc.Audio) {
			filled.Features[erc.Audio], filled.Deviation[erc.Audio] = []float32{x, -x}, []float32{1, 2}
		}
		out = append(out, filled)
	}
	return out
}

// Observed cells come back as they were in every type and layout, and so does
// every array that was not filled.
func TestFillKeepsWhatWasObserved(t *testing.T) {
	for _, letter := range []string{"f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"} {
		for _, order := range []string{"<", ">"} {
			for _, fortran := range []bool{false, true} {
				name := fmt.Sprint(order+letter, " Fortran ", fortran)
				f, before := fixture(t, order+letter, fortran)
				untouched := map[string]*npz.Array{}
				for _, name := range []string{"text", "visual", "dialogue", "turn", "notes"} {
					untouched[name] = f.Get(name).Clone()
				}
				filled, notes, err := fill(f, dataset.Fields{}, imputed(t, f, 0.1), true)
				if err != nil || filled != 1 {
					t.Fatalf("%s: filled %d, %v", name, filled, err)
				}
				after := f.Get("audio")
				if letter[0] == 'f' {
					checkBits(t, name, before, after)
				} else if after.DType != "<f8" || len(notes) != 1 || !strings.Contains(notes[0], `array "audio" becomes float64: `) {
					t.Errorf("%s: became %s with notes %v, want float64 and a note", name, after.DType, notes)
				}
				want, _ := before.Float64s()
				got, _ := after.Float64s()
				for i := range got {
					if i/2 != 1 && got[i] != want[i] {
						t.Errorf("%s: element %d: got %g, want %g", name, i, got[i], want[i])
					}
				}
				if tolerance := 1e-4; math.Abs(got[2]-0.1) > tolerance || math.Abs(got[3]+0.1) > tolerance {
					t.Errorf("%s: the hole: got %v, want 0.1 -0.1", name, got[2:4])
				}
				for name, want := range untouched {
					if got := f.Get(name); got.DType != want.DType || !bytes.Equal(got.Data, want.Data) {
						t.Errorf("%s: %s changed", letter, name)
					}
				}
				checkAdded(t, f)
			}
		}
	}
}

// checkBits expects the same type and layout, and the same bits outside row 1.
func checkBits(t *testing.T, name string, before, after *npz.Array) {
	t.Helper()
	if after.DType != before.DType || after.Fortran != before.Fortran {
		t.Errorf("%s: became %s, Fortran %v", name, after.DType, after.Fortran)
	}
	size := len(before.Data) / (2 * fillRows)
	for i := range 2 * fillRows {
		row := i / 2
		if before.Fortran {
			row = i % fillRows
		}
		if same := bytes.Equal(before.Data[i*size:][:size], after.Data[i*size:][:size]); same != (row != 1) {
			t.Errorf("%s: place %d of row %d: unchanged is %v", name, i, row, same)
		}
	}
}

func checkAdded(t *testing.T, f *npz.File) {
	t.Helper()
	if got, _ := f.Get("observed").Ints(); !slices.Equal(got, []int64{1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1}) {
		t.Errorf("observed: got %v", got)
	}
	if got, _ := f.Get("audio_sd").Floats(); !slices.Equal(got, []float32{0, 0, 1, 2, 0, 0, 0, 0}) {
		t.Errorf("audio_sd: got %v", got)
	}
	if got := f.Get("present"); got.DType != "<i8" || !bytes.Equal(got.Data, npz.From(slices.Repeat([]int64{1}, 12)).Data) {
		t.Errorf("present: got %s %v, want int64 and all 1", got.DType, got.Data)
	}
}

// A float16 that is too small for what was recovered becomes a float32.
func TestFillWidensHalf(t *testing.T) {
	f, _ := fixture(t, "<f2", false)
	_, notes, err := fill(f, dataset.Fields{}, imputed(t, f, 1e5), true)
	if got := f.Get("audio"); err != nil || got.Type() != "float32" || len(notes) != 1 {
		t.Errorf("got %s, %v, %v, want float32 and a note", got.Type(), notes, err)
	}
	if got, _ := f.Get("audio").Floats(); got[0] != 0.333251953125 || got[2] != 1e5 {
		t.Errorf("got %v", got)
	}
}

// An integer beyond 2^53 cannot be a float64; the note says so.
func TestFillNotesLostDigits(t *testing.T) {
	f, audio := fixture(t, "<i8", false)
	audio.Data[7] = 0x7f
	_, notes, err := fill(f, dataset.Fields{}, imputed(t, f, 1), true)
	if err != nil || len(notes) != 1 || !strings.Contains(notes[0], "beyond 2^53 are rounded") {
		t.Errorf("got %v, %v", notes, err)
	}
}

// A modality that the file has no array of gets one.
func TestFillAddsAnArray(t *testing.T) {
	f, _ := fixture(t, "<f4", false)
	rows := imputed(t, f, 1)
	for i := range rows {
		rows[i].Present &^= 1 << erc.Visual
		rows[i].Features[erc.Visual] = []float32{7, 8, 9}
	}
	g := &npz.File{}
	for _, name := range f.Names() {
		if name != "visual" {
			g.Set(name, f.Get(name))
		}
	}
	filled, _, err := fill(g, dataset.Fields{}, rows, true)
	if got := g.Get("visual"); err != nil || filled != 5 || got == nil || !slices.Equal(got.Shape, []int{4, 3}) {
		t.Fatalf("filled %d, %v, %v", filled, err, got)
	}
	if got, _ := g.Get("visual").Floats(); got[11] != 9 {
		t.Errorf("got %v", got)
	}
}

func TestCheckFill(t *testing.T) {
	for array, want := range map[string]string{
		"observed": `in.npz: array "observed" already exists`, "text_sd": `in.npz: array "text_sd" already exists`, "turn_sd": "",
	} {
		f, _ := fixture(t, "<f4", false)
		f.Set(array, npz.From([]float32{1}))
		err := checkFill("in.npz", f, dataset.Fields{})
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasPrefix(err.Error(), want) || !fault.IsInput(err)) {
			t.Errorf("%s: got %v, want %q", array, err, want)
		}
	}
}
