package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"gsdnet/internal/npz"
)

// fileCase is a file of any kind and what is said of it. An empty want is a file
// that must be read. To add one, append to a list below.
type fileCase struct {
	name string
	data []byte
	args []string // after the path
	want string   // of the error, after the path
}

// TestFiles feeds the command hundreds of odd and malformed files. What is
// refused gets one line that names file, array and row, one hint, the exit code
// 2, and leaves no output.
func TestFiles(t *testing.T) {
	cases := typeCases(t)
	cases = append(cases, shapeCases(t)...)
	cases = append(cases, valueCases(t)...)
	cases = append(cases, archiveCases(t)...)
	cases = append(cases, headerCases(t)...)
	if len(cases) < 400 {
		t.Errorf("%d cases, want at least 400", len(cases))
	}
	t.Chdir(t.TempDir())
	for i, c := range cases {
		path := fmt.Sprintf("case %d é.npz", i)
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		code, stdout, stderr := command(append([]string{"data", "describe", path}, c.args...)...)
		if c.want == "" {
			if code != 0 || stderr != "" || !strings.Contains(stdout, "used as") {
				t.Errorf("%s: exit %d, %s", c.name, code, stderr)
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			continue
		}
		checkRefusal(t, c, path, code, stderr)
		code, stdout, stderr = command(append([]string{"train", "--data", path, "--out", "run"}, c.args...)...)
		checkRefusal(t, c, path, code, stderr)
		if stdout != "" {
			t.Errorf("%s: training printed %q", c.name, stdout)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		if left, _ := os.ReadDir("."); len(left) > 0 {
			t.Fatalf("%s: left %v behind", c.name, left)
		}
	}
}

func checkRefusal(t *testing.T, c fileCase, path string, code int, stderr string) {
	t.Helper()
	first, rest, _ := strings.Cut(stderr, "\n")
	if code != exitInput || !strings.HasPrefix(first, "gsdnet: error: "+path+": "+c.want) {
		t.Errorf("%s: exit %d, got %q, want %q", c.name, code, first, c.want)
	}
	if !strings.HasPrefix(rest, "gsdnet: hint: ") || strings.Count(rest, "\n") != 1 {
		t.Errorf("%s: got %q after the error, want one hint", c.name, rest)
	}
	for _, odd := range []string{"*", "npz: ", "go struct", "zip:", "flate:", "json:", "strconv", "%!"} {
		if strings.Contains(strings.ToLower(strings.ReplaceAll(stderr, path, "")), odd) {
			t.Errorf("%s: %q holds the words of a library", c.name, stderr)
		}
	}
}

// command runs gsdnet in this process.
func command(args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(context.Background(), args, &terminal{out: &out, err: &err})
	return code, out.String(), err.String()
}

// roles are the parts that an array can play.
var roles = []string{"text", "audio", "visual", "present", "label", "class", "dialogue", "turn", "speaker", "split"}

// small is a file of six rows: dialogues 0, 1, 2, each of two turns and in a split
// of its own. All numbers are whole, so that every type can hold them.
func small() *npz.File {
	f := &npz.File{}
	f.Set("text", npz.From([]float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3}, 6, 2))
	f.Set("audio", npz.From([]float32{5, 6, 7, 8, 9, 10}, 6, 1))
	f.Set("visual", npz.From([]float32{6, 5, 4, 3, 2, 1}, 6, 1))
	f.Set("present", npz.From([]uint8{1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1}, 6, 3))
	f.Set("label", npz.From([]float32{0, 1, 2, 3, 0, 1}))
	f.Set("class", npz.From([]int32{0, 1, 2, 0, 1, 2}))
	f.Set("dialogue", npz.From([]int32{2, 0, 1, 1, 0, 2}))
	f.Set("turn", npz.From([]int32{0, 0, 0, 1, 1, 1}))
	f.Set("speaker", npz.From([]int32{0, 1, 0, 1, 0, 1}))
	f.Set("split", npz.From([]int8{2, 0, 1, 1, 0, 2}))
	return f
}

// with is the small file with one array replaced.
func with(t *testing.T, role string, a *npz.Array) []byte {
	t.Helper()
	f := small()
	f.Set(role, a)
	return packed(t, f)
}

func packed(t *testing.T, f *npz.File) []byte {
	t.Helper()
	var data bytes.Buffer
	if err := f.Write(&data); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

// typeCases gives every part every type.
func typeCases(t *testing.T) []fileCase {
	var out []fileCase
	for _, role := range roles {
		var args []string
		if role == "class" {
			args = []string{"--set", "data.task=classes"}
		}
		for _, letter := range []string{"b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"} {
			for _, order := range []string{"<", ">"} {
				was := small().Get(role)
				size := int(letter[1] - '0')
				a := &npz.Array{DType: order + letter, Shape: was.Shape, Fortran: order == ">", Data: make([]byte, size*was.Len())}
				i := 0
				for x := range was.Numbers() {
					if !a.SetFloat(i, x) {
						a.SetFloat(i, 1)
					}
					i++
				}
				c := fileCase{name: role + " as " + a.DType, data: with(t, role, a), args: args}
				if letter == "b1" && role == "dialogue" {
					c.want = `array "turn", row 2: dialogue 1 has turn 0 already, in row 0`
				} else if letter == "b1" && role == "split" {
					continue // all conversations are in the first two splits
				}
				out = append(out, c)
			}
		}
		out = append(out, oddTypes(t, role, args)...)
	}
	return out
}

// oddTypes gives a part types that are not numbers; the array is an error if it
// plays the part and none if it does not.
func oddTypes(t *testing.T, role string, args []string) []fileCase {
	var out []fileCase
	was := small().Get(role)
	for _, c := range []struct {
		dtype string
		size  int
		holds string
		ids   bool // good for dialogue and speaker
	}{
		{"'<U3'", 12, "text", true}, {"'>U3'", 12, "text", true}, {"'|S4'", 4, "bytes", true}, {"'<U0'", 0, `type "<U0"`, false},
		{"'|O'", 8, "Python objects", false}, {"'|V3'", 3, "raw bytes", false}, {"'<c8'", 8, "complex numbers", false},
		{"'<M8[ns]'", 8, "dates", false}, {"'<m8[s]'", 8, "time spans", false}, {"'<f16'", 16, `type "<f16"`, false}, {"'<q4'", 4, `type "<q4"`, false},
		{"[('a', '<f4'), ('b', '|O')]", 12, "records of several fields", false},
	} {
		data := make([]byte, c.size*was.Len())
		for i := 0; i < len(data) && c.ids; i += c.size {
			numbers, _ := was.Ints()
			data[i+pad(c.dtype)] = byte('a' + numbers[i/c.size])
		}
		array := member{name: role + ".npy", data: npy(c.dtype, tuple(was.Shape), data)}
		spare := member{name: "spare.npy", data: array.data}
		out = append(out, fileCase{name: "unused " + c.dtype + " like " + role, data: zipped(t, members(small(), spare)...)})
		one := fileCase{name: role + " as " + c.dtype, data: zipped(t, members(small(), array)...), args: args}
		switch {
		case c.ids && (role == "dialogue" || role == "speaker"):
		case c.ids && role == "split":
			one.want = `array "split", row 0: "c" is not train, valid or test`
		default:
			one.want = fmt.Sprintf("array %q: holds %s, want ", role, c.holds)
		}
		out = append(out, one)
	}
	return out
}

// pad is where the first character of a text stands.
func pad(dtype string) int {
	if strings.HasPrefix(dtype, "'>") {
		return 3
	}
	return 0
}

// shapeCases gives every part wrong shapes.
func shapeCases(t *testing.T) []fileCase {
	var out []fileCase
	for _, role := range roles {
		args := []string{"--set", "data.task=classes"}
		if role == "label" {
			args = nil
		}
		was := small().Get(role)
		width := 1
		if len(was.Shape) == 2 {
			width = was.Shape[1]
		}
		shapes := [][]int{{}, {0}, {5}, {7}, {1, 6}, {6, 1, 1}, {0, width}, {6, 0}, {5, width}, {7, width}, {12, 1}}
		if len(was.Shape) == 2 {
			shapes = append(shapes, []int{6}, []int{6, 1 << 17})
		} else {
			shapes = append(shapes, []int{6, 1})
		}
		for _, shape := range shapes {
			n := 1
			for _, d := range shape {
				n *= d
			}
			c := fileCase{name: fmt.Sprint(role, " of shape ", shape), data: with(t, role, npz.From(make([]int8, n), shape...)), args: args,
				want: fmt.Sprintf("array %q: ", role)}
			if role == "text" && len(shape) == 2 && shape[0] != 6 && n > 0 {
				c.want = `array "audio": 6 rows, but "text" has `
			}
			out = append(out, c)
		}
	}
	return out
}

// valueCases gives every part numbers that do not fit it, in row 3.
func valueCases(t *testing.T) []fileCase {
	var out []fileCase
	bad := map[string][]float64{
		"text":     {math.Inf(1), math.Inf(-1), math.NaN(), 1e300, -1e39},
		"audio":    {math.Inf(1), math.Inf(-1), 1e300},
		"present":  {2, -1, 0.5, math.NaN(), math.Inf(1), 1e300},
		"label":    {3.6, -3.6, 3.5000001, math.Inf(1), math.Inf(-1), 1e300, 100},
		"class":    {-2, 1000, 0.5, math.NaN(), math.Inf(-1), 1e300, 1 << 40},
		"dialogue": {-1, 0.5, math.NaN(), math.Inf(1), 1 << 31, 1e300},
		"turn":     {0.5, math.NaN(), math.Inf(1), 1 << 31, -1<<31 - 1, 0},
		"speaker":  {-1, 0.5, math.NaN(), math.Inf(1), 1 << 31, 1e300},
		"split":    {-1, 3, 0.5, math.NaN(), math.Inf(1), 0},
	}
	for role, values := range bad {
		for _, x := range values {
			for _, dtype := range []string{"<f8", ">f8", "<i8"} {
				was := small().Get(role)
				numbers, _ := was.Float64s()
				numbers[3*len(numbers)/6] = x
				a := npz.From(numbers, was.Shape...)
				if dtype != "<f8" {
					a = &npz.Array{DType: dtype, Shape: was.Shape, Data: make([]byte, 8*len(numbers))}
					fits := true
					for i, v := range numbers {
						fits = a.SetFloat(i, v) && fits
					}
					if !fits {
						continue
					}
				}
				c := fileCase{name: fmt.Sprint(role, " of ", x, " as ", dtype), data: with(t, role, a), want: fmt.Sprintf("array %q, row 3: ", role)}
				if role == "class" {
					c.args = []string{"--set", "data.task=classes"}
				}
				out = append(out, c)
			}
		}
	}
	out = append(out, throughoutCases(t)...)
	return append(out,
		fileCase{name: "labels at the limits", data: with(t, "label", npz.From([]float64{3.5, -3.5, 3, -3, 0, math.NaN()}))},
		fileCase{name: "turns at the limits", data: with(t, "turn", npz.From([]int64{math.MinInt32, 0, 0, 1, 1, math.MaxInt32}))},
		fileCase{name: "nothing present", data: with(t, "present", npz.From(make([]uint8, 18), 6, 3)), want: `array "present", row 0: no modality at all`},
		fileCase{name: "names of bytes that are no text", data: with(t, "dialogue", &npz.Array{DType: "|S1", Shape: []int{6}, Data: []byte("ab\xffabc")}),
			want: `array "dialogue", row 2: the bytes are not UTF-8`},
		fileCase{name: "an empty name", data: with(t, "dialogue", npz.FromStrings([]string{"c", "a", "b", "", "a", "c"})),
			want: `array "dialogue", row 3: the name is empty`},
		fileCase{name: "names of all scripts", data: with(t, "dialogue", npz.FromStrings([]string{"会話", "разговор", "🙂", "🙂", "разговор", "会話"}))},
		fileCase{name: "splits in words", data: with(t, "split", npz.FromStrings([]string{"test", "train", "valid", "valid", "train", "test"}))},
		fileCase{name: "two splits", data: with(t, "split", npz.From([]int8{2, 0, 1, 1, 1, 2})), want: `array "split", row 4: dialogue 0 is in valid here, but in train in row 1`},
		fileCase{name: "a turn twice", data: with(t, "turn", npz.From([]int32{0, 0, 0, 0, 1, 1})), want: `array "turn", row 3: dialogue 1 has turn 0 already, in row 2`},
	)
}

// throughoutCases fill an array with NaN or infinity.
func throughoutCases(t *testing.T) []fileCase {
	var out []fileCase
	all := func(role string, x float32) []byte {
		values := make([]float32, small().Get(role).Len())
		for i := range values {
			values[i] = x
		}
		return with(t, role, npz.From(values, small().Get(role).Shape...))
	}
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	for _, role := range roles {
		args := []string{"--set", "data.task=classes"}
		if role == "label" {
			args = nil
		}
		want := fmt.Sprintf("array %q, row 0: ", role)
		if role == "label" {
			out = append(out, fileCase{name: "no label at all", data: all(role, nan)})
		} else if role == "text" || role == "audio" || role == "visual" {
			out = append(out, fileCase{name: role + " NaN throughout", data: all(role, nan), want: `array "present", row 0: 1 for ` + role})
		} else {
			out = append(out, fileCase{name: role + " NaN throughout", data: all(role, nan), args: args, want: want})
		}
		out = append(out, fileCase{name: role + " infinite throughout", data: all(role, inf), args: args, want: want})
	}
	return out
}
