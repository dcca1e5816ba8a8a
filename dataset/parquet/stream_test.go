package parquet_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gsdnet/dataset"
	"gsdnet/dataset/formattest"
	"gsdnet/dataset/parquet"
	"gsdnet/erc"
)

// stream reads a whole file from a row on, a few rows at a time, and returns its rows as text.
func stream(path string, from, batch int) (out []string, err error) {
	f, err := parquet.Open(path, dataset.Fields{})
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := f.Dialogues(func(int, string) error { return nil }); err != nil {
		return nil, err
	}
	rows, err := f.From(from, true)
	if err != nil {
		return nil, err
	}
	for row := from; row < f.Rows(); row += batch {
		b, err := rows.Read(min(batch, f.Rows()-row))
		if err != nil {
			return nil, err
		}
		if b.First != row {
			return nil, fmt.Errorf("the batch begins in row %d, want %d", b.First, row)
		}
		out = append(out, texts(b.Table)...)
	}
	return out, nil
}

// texts writes the rows of a table.
func texts(t *dataset.Table) []string {
	name := func(numbers []int64, names []string, row int) string {
		if names == nil {
			return fmt.Sprint(numbers[row])
		}
		return names[numbers[row]]
	}
	var out []string
	for i := range t.Rows {
		text := fmt.Sprint(name(t.Dialogue, t.Dialogues, i), t.Turn[i])
		if t.Speaker != nil {
			text += " " + name(t.Speaker, t.Speakers, i)
		}
		for _, m := range erc.Modalities {
			if t.Features[m] == nil || t.Features[m].Row(i)[0] != t.Features[m].Row(i)[0] {
				text += " missing"
			} else {
				text += fmt.Sprint(t.Features[m].Row(i))
			}
		}
		out = append(out, text)
	}
	return out
}

// A file that is read a few rows at a time, from any row, has the rows of one that is read as
// a whole.
func TestStream(t *testing.T) {
	for _, name := range []string{"small", "plain", "columns", "half", "long", "split"} {
		path := "testdata/" + name + ".parquet"
		table, err := dataset.Read(path, dataset.Fields{})
		if err != nil {
			t.Fatal(err)
		}
		want := texts(table)
		for _, c := range [][2]int{{0, 1}, {0, 1000000}, {1, 3}, {len(want) / 2, 7}, {len(want) - 1, 1}} {
			got, err := stream(path, c[0], c[1])
			if diff := cmp.Diff(want[c[0]:], got); err != nil || diff != "" {
				t.Errorf("%s from row %d, %d at a time: %v, want -, got +\n%s", name, c[0], c[1], err, diff)
			}
		}
	}
}

// Columns without a part are copied with their values and types.
func TestCopiedColumns(t *testing.T) {
	for _, name := range []string{"small", "plain", "half", "long"} {
		path := "testdata/" + name + ".parquet"
		f, err := parquet.Open(path, dataset.Fields{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		rows, err := f.From(0, true)
		if err != nil {
			t.Fatal(err)
		}
		b, err := rows.Read(f.Rows())
		if err != nil {
			t.Fatal(err)
		}
		columns := append(f.Others(), parquet.VectorColumn("text"), parquet.VectorColumn("audio"))
		var out bytes.Buffer
		w := parquet.NewWriter(&out, columns)
		for i := range f.Rows() {
			var cells []parquet.Cell
			for j := range f.Others() {
				cells = append(cells, b.Other(j, i))
			}
			for _, m := range []erc.Modality{erc.Text, erc.Audio} {
				cell := parquet.Cell{}
				if x := b.Table.Features[m].Row(i); x[0] == x[0] {
					cell = parquet.Vector(x)
				}
				cells = append(cells, cell)
			}
			if err := w.Write(cells); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		copied := filepath.Join(t.TempDir(), name+".parquet")
		if err := os.WriteFile(copied, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		got, want := formattest.Open(t, copied, dataset.Fields{}), formattest.Open(t, path, dataset.Fields{})
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(erc.Corpus{}, "Hash"), cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%s: want -, got +\n%s", name, diff)
		}
	}
}

// What is refused as a whole is refused in pieces, and takes no more memory.
func TestHostileStreams(t *testing.T) {
	for name, data := range hostile(t) {
		path := filepath.Join(t.TempDir(), "hostile.parquet")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		taken := allocated(func() {
			_, err := stream(path, 0, 2048)
			formattest.Refused(t, path, err, "")
			if err != nil {
				for _, word := range []string{"thrift", "snappy:", "zstd", "lz4:", "EOF", "Unmarshal", "runtime"} {
					if strings.Contains(err.Error(), word) {
						t.Errorf("%s: %q holds the words of a library", name, err)
					}
				}
			} else {
				t.Errorf("%s: it is read", name)
			}
		})
		if taken > 200<<20 {
			t.Errorf("%s: took %d MiB", name, taken>>20)
		}
	}
}

// Streams of copies with random damage end, with rows or with an error in a line.
func TestDamagedStreams(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	path := filepath.Join(t.TempDir(), "damaged.parquet")
	for name, trials := range map[string]int{"small": 300, "plain": 300, "columns": 300, "split": 30} {
		if testing.Short() {
			trials /= 10
		}
		whole, err := os.ReadFile("testdata/" + name + ".parquet")
		if err != nil {
			t.Fatal(err)
		}
		for range trials {
			data := bytes.Clone(whole)
			for range 1 + rng.IntN(4) {
				data[rng.IntN(len(data))] ^= byte(1 << rng.IntN(8))
			}
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := stream(path, 0, 100); err != nil {
				formattest.Refused(t, path, err, "")
			}
		}
	}
}
