package missing_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sbinet/npyio/npy"
	"pgregory.net/rapid"

	"gsdnet/erc"
	"gsdnet/missing"
)

// written writes masks of every rule for valid and test and returns the folder.
func written(t *testing.T, c *erc.Corpus) (string, []missing.Mask) {
	t.Helper()
	var masks []missing.Mask
	for _, rule := range missing.AllRules() {
		for _, s := range []erc.Split{erc.Valid, erc.Test} {
			masks = append(masks, freeze(t, c, s, rule, 0))
		}
	}
	dir := filepath.Join(t.TempDir(), "deep", "masks")
	if err := missing.Write(dir, masks); err != nil {
		t.Fatal(err)
	}
	return dir, masks
}

func TestMasksSurviveTheDisk(t *testing.T) {
	c := corpus([]int{9, 14}, erc.All, 0b011, erc.All, 0b100)
	dir, masks := written(t, c)
	got, err := missing.Read(dir, c)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(masks) || missing.Hash(got) != missing.Hash(masks) {
		t.Errorf("got %d masks with hash %s, want %d with %s", len(got), missing.Hash(got), len(masks), missing.Hash(masks))
	}
	byName := map[string]missing.Mask{}
	for _, m := range masks {
		byName[m.Name()] = m
	}
	for _, m := range got {
		if diff := cmp.Diff(byName[m.Name()], m); diff != "" {
			t.Errorf("%s (-want +got):\n%s", m.Name(), diff)
		}
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*"))
	hidden, _ := filepath.Glob(filepath.Join(dir, ".*"))
	if len(names) != len(masks)+1 || len(hidden) != 0 {
		t.Errorf("got files %v and %v, want the masks and the manifest", names, hidden)
	}
}

func TestFilesAreOrdinaryNpy(t *testing.T) {
	c := corpus([]int{4}, erc.All)
	dir := t.TempDir()
	m := freeze(t, c, erc.Valid, random(0.5), 0)
	if err := missing.Write(dir, []missing.Mask{m}); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(dir, "random-valid-0.5-seed0.npy"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := npy.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var cells []uint8
	if err := r.Read(&cells); err != nil {
		t.Fatal(err)
	}
	if !cmp.Equal(r.Header.Descr.Shape, []int{4, 3}) || len(cells) != 12 {
		t.Fatalf("got shape %v and %d cells, want [4 3] and 12", r.Header.Descr.Shape, len(cells))
	}
	for i, v := range cells {
		if has := m.Present[i/3].Has(erc.Modality(i % 3)); (v == 1) != has || v > 1 {
			t.Errorf("cell %d: got %d, want present = %t", i, v, has)
		}
	}
}

func TestWriteAddsAndNeverOverwrites(t *testing.T) {
	c := corpus([]int{9}, erc.All)
	dir := t.TempDir()
	valid, test := freeze(t, c, erc.Valid, random(0.3), 0), freeze(t, c, erc.Test, random(0.3), 0)
	for _, masks := range [][]missing.Mask{{valid}, {test, valid}, {valid}, nil} {
		if err := missing.Write(dir, masks); err != nil {
			t.Fatal(err)
		}
	}
	got, err := missing.Read(dir, c)
	if err != nil || missing.Hash(got) != missing.Hash([]missing.Mask{valid, test}) {
		t.Errorf("got %d masks, %v, want both", len(got), err)
	}

	before := snapshot(t, dir)
	other := test
	other.Present = append([]erc.Present(nil), test.Present...)
	other.Present[0], other.Present[1] = erc.All, 0b001
	wantInput(t, missing.Write(dir, []missing.Mask{freeze(t, c, erc.Test, random(0.4), 0), other}), other.Name(), "different")
	foreign := freeze(t, c, erc.Test, random(0.4), 0)
	foreign.DataHash = "cd"
	wantInput(t, missing.Write(dir, []missing.Mask{foreign}), "other data")
	foreign.DataHash = ""
	wantInput(t, missing.Write(dir, []missing.Mask{foreign}), "which data")
	wantInput(t, missing.Write(dir, []missing.Mask{valid, valid}), "twice")
	empty := freeze(t, c, erc.Test, random(0.4), 0)
	empty.Present[2] = erc.None
	wantInput(t, missing.Write(dir, []missing.Mask{empty}), empty.Name(), "row 2")
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("a refused write changed the folder (-before +after):\n%s", diff)
	}
}

// snapshot returns the content of every file under dir.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		out[path] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFailureLeavesNothingBehind(t *testing.T) {
	c := corpus([]int{9}, erc.All)
	masks := []missing.Mask{freeze(t, c, erc.Valid, random(0.3), 0), freeze(t, c, erc.Test, random(0.3), 0)}

	// A folder under the manifest's name makes the very last step fail.
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, missing.Manifest, "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := missing.Write(dir, masks); err == nil {
		t.Fatal("got no error")
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("got %v left, want only the folder that was there", names)
	}

	// A file where the folder's parent should be.
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := missing.Write(filepath.Join(file, "masks"), masks); err == nil {
		t.Error("got no error from a folder in a file")
	}

	// A folder that cannot be made deep down leaves no parents either.
	top := t.TempDir()
	long := filepath.Join(top, "a", "b", strings.Repeat("n", 300))
	if err := missing.Write(long, masks); err == nil {
		t.Fatal("got no error from a name of 300 letters")
	}
	if names, _ := os.ReadDir(top); len(names) != 0 {
		t.Errorf("got %v left, want nothing", names)
	}
}

// edit changes the manifest in dir as generic JSON.
func edit(t *testing.T, dir string, change func(mask map[string]any)) {
	t.Helper()
	path := filepath.Join(dir, missing.Manifest)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	change(m["masks"].([]any)[0].(map[string]any))
	if text, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestReadRefuses(t *testing.T) {
	const name = "random-valid-0.5-seed0.npy"
	for what, c := range map[string]struct {
		file     func(npy []byte) []byte // nil: unchanged, empty result: removed
		reseal   bool                    // put the right SHA-256 into the manifest
		manifest func(map[string]any)
		want     []string
	}{
		"a changed cell":     {file: func(b []byte) []byte { b[len(b)-1] ^= 1; return b }, want: []string{name, "changed"}},
		"a missing file":     {file: func([]byte) []byte { return nil }, want: []string{name, "no such file"}},
		"a huge file":        {file: func(b []byte) []byte { return append(b, make([]byte, 1<<20)...) }, want: []string{name, "too large"}},
		"a value of 2":       {file: func(b []byte) []byte { b[len(b)-4] = 2; return b }, reseal: true, want: []string{name, "row 4", "visual is 2"}},
		"an empty row":       {file: func(b []byte) []byte { copy(b[len(b)-3:], []byte{0, 0, 0}); return b }, reseal: true, want: []string{name, "row 5", "no modality"}},
		"what the data lack": {file: func(b []byte) []byte { copy(b[len(b)-3:], []byte{1, 1, 1}); return b }, reseal: true, want: []string{name, "row 5", "{t,a,v}", "{t,a}"}},
		"a cut file":         {file: func(b []byte) []byte { return b[:len(b)-1] }, reseal: true, want: []string{name, "17 bytes", "18"}},
		"another shape":      {file: func(b []byte) []byte { return bytes.Replace(b, []byte("(6, 3)"), []byte("(3, 6)"), 1) }, reseal: true, want: []string{name, "[3 6]"}},
		"another type":       {file: func(b []byte) []byte { return bytes.Replace(b, []byte("|u1"), []byte("|b1"), 1) }, reseal: true, want: []string{name, "|b1"}},
		"not npy":            {file: func([]byte) []byte { return []byte("hello, this is a text file") }, reseal: true, want: []string{name, "not an npy"}},
		"other data":         {manifest: func(m map[string]any) { m["data_hash"] = "feed" }, want: []string{name, "feed"}},
		"another length":     {manifest: func(m map[string]any) { m["n"] = 7 }, want: []string{name, "7 rows", "6 utterances"}},
		"the training split": {manifest: func(m map[string]any) { m["split"] = "train" }, want: []string{name, "train"}},
		"no split":           {manifest: func(m map[string]any) { m["split"] = "" }, want: []string{name, "split"}},
		"another rate":       {manifest: func(m map[string]any) { m["rate"] = 0.4 }, want: []string{name, "0.4"}},
		"an unknown rate":    {manifest: func(m map[string]any) { m["rate"] = 0.45 }, want: []string{name, "0.45"}},
		"an unknown key":     {manifest: func(m map[string]any) { m["polarity"] = 1 }, want: []string{missing.Manifest, "polarity"}},
		"a path":             {manifest: func(m map[string]any) { m["file"] = "../" + name }, want: []string{name, "describes"}},
	} {
		t.Run(what, func(t *testing.T) {
			data := corpus([]int{6}, erc.All, erc.All, erc.All, erc.All, erc.All, 0b011)
			dir := t.TempDir()
			if err := missing.Write(dir, []missing.Mask{freeze(t, data, erc.Valid, random(0.5), 0)}); err != nil {
				t.Fatal(err)
			}
			if c.file != nil {
				change(t, filepath.Join(dir, name), c.file)
			}
			if c.reseal {
				text, _ := os.ReadFile(filepath.Join(dir, name))
				sum := sha256.Sum256(text)
				edit(t, dir, func(m map[string]any) { m["sha256"] = hex.EncodeToString(sum[:]) })
			}
			if c.manifest != nil {
				edit(t, dir, c.manifest)
			}
			_, err := missing.Read(dir, data)
			wantInput(t, err, c.want...)
		})
	}
}

// change rewrites a file, or removes it when nothing is left of it.
func change(t *testing.T, path string, f func([]byte) []byte) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text = f(text); len(text) == 0 {
		err = os.Remove(path)
	} else {
		err = os.WriteFile(path, text, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestReadRefusesFoldersWithoutMasks(t *testing.T) {
	c := corpus([]int{3}, erc.All)
	_, err := missing.Read(t.TempDir(), c)
	wantInput(t, err, "no masks")
	dir := t.TempDir()
	for _, text := range []string{"", "[]", "{}", `{"format":"gsdnet masks 9"}`, `{"format":"gsdnet masks 1","masks":[{"file":"a"},{"file":"a"}]}`} {
		if err := os.WriteFile(filepath.Join(dir, missing.Manifest), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := missing.Read(dir, c)
		wantInput(t, err, missing.Manifest)
	}
}

func TestDamagedHeadersAreRefusedWithoutPanic(t *testing.T) {
	data := corpus([]int{6}, erc.All)
	m := freeze(t, data, erc.Valid, random(0.5), 0)
	dir := t.TempDir()
	if err := missing.Write(dir, []missing.Mask{m}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, m.Name())
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		damaged := bytes.Clone(whole)
		for range rapid.IntRange(1, 4).Draw(rt, "bytes") {
			damaged[rapid.IntRange(0, len(damaged)-1).Draw(rt, "at")] = rapid.Byte().Draw(rt, "value")
		}
		damaged = damaged[:rapid.IntRange(1, len(damaged)).Draw(rt, "length")]
		if err := os.WriteFile(path, damaged, 0o644); err != nil {
			rt.Fatal(err)
		}
		sum := sha256.Sum256(damaged)
		edit(t, dir, func(e map[string]any) { e["sha256"] = hex.EncodeToString(sum[:]) })
		got, err := missing.Read(dir, data)
		if err == nil && len(got[0].Present) != len(m.Present) {
			rt.Fatalf("got %d rows of a damaged file", len(got[0].Present))
		}
	})
}
