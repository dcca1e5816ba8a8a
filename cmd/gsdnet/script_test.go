package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	datanpz "gsdnet/dataset/npz"
	"gsdnet/dataset/synthetic"
	"gsdnet/internal/npz"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gsdnet": main, "stuck": stuck})
}

// stuck is a command that does not end when it is told to.
func stuck() {
	ctx := untilSignalled()
	fmt.Println("started")
	<-ctx.Done()
	fmt.Println("told")
	select {}
}

// TestScripts runs testdata/script: the command as its user meets it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:       "testdata/script",
		Condition: condition,
		Setup: func(env *testscript.Env) error {
			for name, folder := range map[string]string{"DEPLOY": "../../deploy", "MODELS": "../../engine/encoder/testdata"} {
				path, err := filepath.Abs(folder)
				if err != nil {
					return err
				}
				env.Setenv(name, path)
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"corpus":       corpusCmd,
			"truncate":     truncateCmd,
			"flip":         flipCmd,
			"lines":        linesCmd,
			"damage":       damageCmd,
			"inorder":      inorderCmd,
			"equalfolders": equalFoldersCmd,
			"kept":         keptCmd,
			"disk":         diskCmd,
			"snake":        snakeCmd,
			"narrow":       narrowCmd,
			"bind":         bindCmd,
			"meta":         metaCmd,
			"array":        arrayCmd,
			"tone":         toneCmd,
			"alone":        aloneCmd,
		},
	})
}

var nan = float32(math.NaN())

// faults are what can be wrong with a data file of 24 utterances in 4
// conversations, text 3 wide.
var faults = map[string]func(*npz.File){
	"good":       func(*npz.File) {},
	"holes":      func(f *npz.File) { rows(f, "audio", nan, 0, 7, 8) },
	"unlabelled": func(f *npz.File) { *f = *only(f, "text", "audio", "visual", "dialogue", "turn") },
	"wide":       func(f *npz.File) { f.Set("text", npz.From(make([]float32, 24*5), 24, 5)) },
	"no-turn": func(f *npz.File) {
		f.Set("utterance", f.Get("turn"))
		*f = *only(f, "text", "audio", "visual", "dialogue", "utterance", "label", "split")
	},
	"features": func(f *npz.File) {
		f.Set("bert", f.Get("text"))
		f.Set("who", names(f, "dialogue", "talk 0", "talk 1", "talk 2", "talk, 3"))
		f.Set("notes", objects())
		*f = *only(f, "bert", "turn", "who", "notes")
	},
	"odd": func(f *npz.File) {
		f.Set("notes", objects())
		f.Set("spare", npz.FromStrings([]string{"damage me"}))
	},
	"shuffled": func(f *npz.File) {
		f.Set("dialogue", names(f, "dialogue", "talk 0", "talk 1", "talk 2", "talk, 3"))
		f.Set("speaker", names(f, "speaker", "ann", "bob", "cat", "dan"))
		backwards(f)
	},
	"no-visual": func(f *npz.File) { *f = *only(f, "text", "audio", "dialogue", "turn", "label", "split") },
	// Text is float64 with the large end first, audio float16 with holes, visual
	// int64 with a hole.
	"types": func(f *npz.File) {
		rows(f, "audio", nan, 0, 7, 8)
		text, audio := retyped(f.Get("text"), ">f8"), retyped(f.Get("audio"), "<f2")
		text.SetFloat(4, math.Pi)
		f.Set("text", text)
		f.Set("audio", audio)
		visual, present := make([]int64, 48), bytes.Repeat([]byte{1}, 72)
		for i := range visual {
			visual[i] = int64(i * i)
		}
		for _, cell := range []int{0*3 + 1, 7*3 + 1, 8*3 + 1, 3*3 + 2} {
			present[cell] = 0
		}
		f.Set("visual", npz.From(visual, 24, 2))
		f.Set("present", npz.From(present, 24, 3))
		f.Set("notes", objects())
	},
	"pairs": func(f *npz.File) {
		f.Set("speaker", names(f, "dialogue", "ann", "bob", "cat", "dan"))
	},
	"wrong-length":   func(f *npz.File) { f.Set("label", npz.From(make([]float32, 23))) },
	"duplicate-turn": func(f *npz.File) { edit(f, "turn", 1, 0) },
	"two-splits":     func(f *npz.File) { f.Set("split", npz.From(append(make([]int8, 23), 1))) },
	"label-range":    func(f *npz.File) { setFloat(f, "label", 5, 42) },
	"inf":            func(f *npz.File) { setFloat(f, "visual", 4, float32(math.Inf(1))) },
	"partly-nan":     func(f *npz.File) { setFloat(f, "text", 4, nan) },
	"no-modality": func(f *npz.File) {
		for _, name := range []string{"text", "audio", "visual"} {
			rows(f, name, nan, 6)
		}
	},
	"present": func(f *npz.File) {
		rows(f, "text", nan, 2)
		f.Set("present", npz.From(bytes.Repeat([]byte{1}, 72), 24, 3))
	},
	"no-label-values": func(f *npz.File) {
		f.Set("label", npz.From(slices.Repeat([]float32{nan}, 24), 24))
	},
	"blind":      func(f *npz.File) { rows(f, "visual", nan, upTo(24)...) },
	"late-blind": func(f *npz.File) { rows(f, "visual", nan, ofSplit(f, 1)...) },
	"no-train":   func(f *npz.File) { f.Set("split", npz.From(bytes.Repeat([]byte{2}, 24))) },
}

// archives are files that are no data file at all.
var archives = map[string]func(*zip.Writer) error{
	"object": func(w *zip.Writer) error {
		entry, err := w.Create("text.npy")
		if err != nil {
			return err
		}
		_, err = entry.Write(npy("'|O'", "(24,)", nil))
		return err
	},
	"bomb": func(w *zip.Writer) error {
		entry, err := w.CreateRaw(&zip.FileHeader{Name: "text.npy", Method: zip.Deflate, CompressedSize64: 4, UncompressedSize64: 3 << 30})
		if err != nil {
			return err
		}
		_, err = entry.Write([]byte("bomb"))
		return err
	},
}

func writeArchive(path string, fill func(*zip.Writer) error) error {
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	if err := errors.Join(fill(w), w.Close()); err != nil {
		return err
	}
	return os.WriteFile(path, data.Bytes(), 0o600)
}

// corpusCmd writes a small data file: corpus FAULT FILE.
func corpusCmd(ts *testscript.TestScript, _ bool, args []string) {
	if fill, ok := archives[args[0]]; ok {
		ts.Check(writeArchive(ts.MkAbs(args[1]), fill))
		return
	}
	fault, ok := faults[args[0]]
	if !ok {
		ts.Fatalf("corpus: no fault %q", args[0])
	}
	path := ts.MkAbs(args[1])
	ts.Check(datanpz.Write(path, synthetic.New(synthetic.Config{
		Train: 2, Valid: 1, Test: 1, MinTurns: 6, MaxTurns: 6, Dims: [3]int{3, 2, 2},
	})))
	file, err := npz.ReadFile(path)
	ts.Check(err)
	file = only(file, "text", "audio", "visual", "label", "dialogue", "turn", "speaker", "split")
	fault(file)
	ts.Check(file.WriteFile(path))
}

func only(f *npz.File, names ...string) *npz.File {
	out := &npz.File{}
	for _, name := range names {
		out.Set(name, f.Get(name))
	}
	return out
}

// upTo counts to n.
func upTo(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

// ofSplit lists the rows of a split.
func ofSplit(f *npz.File, split int64) (some []int) {
	values, _ := f.Get("split").Ints()
	for i, s := range values {
		if s == split {
			some = append(some, i)
		}
	}
	return some
}

func rows(f *npz.File, name string, value float32, rows ...int) {
	a := f.Get(name)
	values, _ := a.Floats()
	for _, row := range rows {
		for j := range a.Shape[1] {
			values[row*a.Shape[1]+j] = value
		}
	}
	f.Set(name, npz.From(values, a.Shape...))
}

func setFloat(f *npz.File, name string, at int, value float32) {
	a := f.Get(name)
	values, _ := a.Floats()
	values[at] = value
	f.Set(name, npz.From(values, a.Shape...))
}

func edit(f *npz.File, name string, at int, value int64) {
	a := f.Get(name)
	values, _ := a.Ints()
	values[at] = value
	f.Set(name, npz.From(values, a.Shape...))
}

// names replaces numbers by names.
func names(f *npz.File, array string, names ...string) *npz.Array {
	numbers, _ := f.Get(array).Ints()
	out := make([]string, len(numbers))
	for i, number := range numbers {
		out[i] = names[number]
	}
	return npz.FromStrings(out)
}

// backwards turns the order of the rows around.
func backwards(f *npz.File) {
	for _, name := range f.Names() {
		a := f.Get(name).Clone()
		size := len(a.Data) / a.Shape[0]
		for i := range a.Shape[0] {
			copy(a.Data[i*size:][:size], f.Get(name).Data[(a.Shape[0]-1-i)*size:])
		}
		f.Set(name, a)
	}
}

// objects is an array of objects, as np.savez pickles them.
func objects() *npz.Array {
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	entry, _ := w.Create("notes.npy")
	_, _ = entry.Write(npy("'|O'", "(3,)", []byte("pickled")))
	_ = w.Close()
	file, err := npz.Read(bytes.NewReader(data.Bytes()), int64(data.Len()))
	if err != nil {
		panic(err)
	}
	return file.Get("notes")
}

// npy returns an array of any type in NumPy's format version 1.
func npy(dtype, shape string, data []byte) []byte {
	header := fmt.Sprintf("%-117s\n", fmt.Sprintf("{'descr': %s, 'fortran_order': False, 'shape': %s, }", dtype, shape))
	return append(append([]byte("\x93NUMPY\x01\x00"), byte(len(header)), byte(len(header)>>8)), header+string(data)...)
}

// damageCmd changes a letter of the text in an array: damage FILE ARRAY.
func damageCmd(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	file, err := npz.ReadFile(path)
	ts.Check(err)
	data, err := os.ReadFile(path)
	ts.Check(err)
	data[bytes.Index(data, file.Get(args[1]).Data)]++
	ts.Check(os.WriteFile(path, data, 0o600))
}

// inorderCmd checks that a CSV has one line for each row, in order: inorder FILE.
func inorderCmd(ts *testscript.TestScript, _ bool, args []string) {
	for i, line := range strings.Split(strings.TrimSpace(ts.ReadFile(args[0])), "\n")[1:] {
		if !strings.HasPrefix(line, fmt.Sprint(i, ",")) {
			ts.Fatalf("line %d is %s", i, line)
		}
	}
}

// retyped converts an array of numbers.
func retyped(a *npz.Array, dtype string) *npz.Array {
	out := &npz.Array{DType: dtype, Shape: a.Shape, Data: make([]byte, a.Len()*int(dtype[2]-'0'))}
	i := 0
	for x := range a.Numbers() {
		out.SetFloat(i, x)
		i++
	}
	return out
}

// keptCmd checks that arrays are the same to the byte, or where they are features
// in all rows but some: kept BEFORE AFTER ARRAY[:ROW,ROW...]...
func keptCmd(ts *testscript.TestScript, _ bool, args []string) {
	before, err := npz.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	after, err := npz.ReadFile(ts.MkAbs(args[1]))
	ts.Check(err)
	for _, arg := range args[2:] {
		name, holes, _ := strings.Cut(arg, ":")
		a, b := before.Get(name), after.Get(name)
		if a.DType != b.DType || len(a.Data) != len(b.Data) {
			ts.Fatalf("%s: %s, %d bytes became %s, %d", name, a.DType, len(a.Data), b.DType, len(b.Data))
		}
		size := len(a.Data) / a.Shape[0]
		for i := range a.Shape[0] {
			same := bytes.Equal(a.Data[i*size:][:size], b.Data[i*size:][:size])
			if hole := slices.Contains(strings.Split(holes, ","), strconv.Itoa(i)); same == hole {
				ts.Fatalf("%s: row %d: unchanged is %v", name, i, same)
			}
		}
	}
}

// truncateCmd cuts a file: truncate FILE BYTES (negative: from its end).
func truncateCmd(ts *testscript.TestScript, _ bool, args []string) {
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	if size < 0 {
		info, err := os.Stat(ts.MkAbs(args[0]))
		ts.Check(err)
		size += info.Size()
	}
	ts.Check(os.Truncate(ts.MkAbs(args[0]), size))
}

// flipCmd inverts a byte of a file: flip FILE OFFSET.
func flipCmd(ts *testscript.TestScript, _ bool, args []string) {
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	data, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	data[at] ^= 0xff
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

// linesCmd waits until a file has some lines: lines FILE N.
func linesCmd(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	for range 600 {
		data, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && bytes.Count(data, []byte("\n")) >= want {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("%s has no %d lines after 30 s", args[0], want)
}

// arrayCmd writes the numbers from 1 as a .npy file: array FILE ROWS WIDTH.
func arrayCmd(ts *testscript.TestScript, _ bool, args []string) {
	rows, err := strconv.Atoi(args[1])
	ts.Check(err)
	width, err := strconv.Atoi(args[2])
	ts.Check(err)
	var data []byte
	for i := range rows * width {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(i+1)))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), npy("'<f4'", fmt.Sprintf("(%d, %d)", rows, width), data), 0o600))
}
