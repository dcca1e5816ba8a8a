package bulk_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	parquetgo "github.com/parquet-go/parquet-go"

	"gsdnet"
	"gsdnet/bulk"
	"gsdnet/dataset"
	"gsdnet/internal/fault"
	"gsdnet/train/traintest"
)

// utterance is a row of an input.
type utterance struct {
	Dialogue string    `parquet:"dialogue,dict"`
	Turn     int32     `parquet:"turn"`
	Speaker  string    `parquet:"speaker"`
	Text     []float32 `parquet:"text,list,optional"`
	Audio    []float32 `parquet:"audio,list,optional"`
	Visual   []float32 `parquet:"visual,list,optional"`
	Note     *string   `parquet:"note"`
	Second   int64     `parquet:"second,timestamp"`
	Words    []int64   `parquet:"words,list"`
}

// talks returns the rows of n conversations of 2 to 12 utterances with holes, in which turns
// are not in order.
func talks(seed uint64, n int, name func(d int) string) []utterance {
	rng := rand.New(rand.NewPCG(seed, 1))
	vector := func(width int) []float32 {
		out := make([]float32, width)
		for i := range out {
			out[i] = float32(rng.NormFloat64())
		}
		return out
	}
	var rows []utterance
	for d := range n {
		turns := rng.Perm(2 + rng.IntN(11))
		for _, turn := range turns {
			u := utterance{Dialogue: name(d), Turn: int32(turn), Speaker: fmt.Sprintf("s%d", (7*d+turn%2)%11), Second: int64(1000 * len(rows))}
			for len(u.Text)+len(u.Audio)+len(u.Visual) == 0 {
				if rng.IntN(2) == 0 {
					u.Text = vector(4)
				}
				if rng.IntN(2) == 0 {
					u.Audio = vector(3)
				}
				if rng.IntN(2) == 0 {
					u.Visual = vector(2)
				}
			}
			if note := fmt.Sprint("note ", len(rows)); len(rows)%3 == 0 {
				u.Note, u.Words = &note, []int64{int64(turn), 5}
			}
			rows = append(rows, u)
		}
	}
	return rows
}

func named(d int) string { return fmt.Sprintf("call %d", 1000-d) }

// write writes rows in row groups of seven, so that conversations go over several.
func write(t *testing.T, path string, rows []utterance) string {
	t.Helper()
	var out bytes.Buffer
	w := parquetgo.NewGenericWriter[utterance](&out, parquetgo.MaxRowsPerRowGroup(7))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// open opens a run that a test has trained.
func open(t *testing.T) *gsdnet.Run {
	t.Helper()
	run, err := gsdnet.Open(traintest.Run(t, traintest.Config(t, "gsdnet", "train.epochs=1"), traintest.Corpus()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(run.Close)
	return run
}

// job returns a job with small parts.
func job(run *gsdnet.Run, out string, inputs ...string) bulk.Job {
	return bulk.Job{Run: run, Fields: run.Fields(), Options: gsdnet.Options{Samples: 2}, Inputs: inputs, Out: out, Rows: 20}
}

func do(t *testing.T, j bulk.Job) bulk.Summary {
	t.Helper()
	s, err := j.Do(t.Context())
	if err != nil {
		t.Fatalf("%v (%s)", err, fault.Of(err))
	}
	return s
}

// predicted is a row of predictions.
type predicted struct {
	Row       int64   `parquet:"row"`
	Dialogue  string  `parquet:"dialogue"`
	Turn      int64   `parquet:"turn"`
	Speaker   string  `parquet:"speaker"`
	Observed  string  `parquet:"observed"`
	Score     float64 `parquet:"score"`
	Deviation float64 `parquet:"deviation"`
	Low       float64 `parquet:"low_95"`
	High      float64 `parquet:"high_95"`
}

// imputed is a row of imputations.
type imputed struct {
	utterance
	Observed string    `parquet:"observed"`
	TextSD   []float32 `parquet:"text_sd,list"`
	AudioSD  []float32 `parquet:"audio_sd,list"`
	VisualSD []float32 `parquet:"visual_sd,list"`
}

// readAll reads the rows of all parts of an output in their order.
func readAll[T any](t *testing.T, dir string) []T {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	var out []T
	for _, path := range paths {
		rows, err := parquetgo.ReadFile[T](path)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, rows...)
	}
	return out
}

// Predictions in parts are those of the file as a whole, bit for bit: conversations go over
// row groups and over the ends of parts, and dialogues have names or numbers.
func TestPredictEqualsWhole(t *testing.T) {
	run := open(t)
	for name, dialogue := range map[string]func(int) string{
		"names":         named,
		"numbers":       func(d int) string { return fmt.Sprint(7*d + 3) },
		"almost number": func(d int) string { return fmt.Sprintf("%02d", d) },
	} {
		rows := talks(1, 40, dialogue)
		path := write(t, filepath.Join(t.TempDir(), "talks.parquet"), rows)
		corpus, err := run.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := run.Predict(t.Context(), corpus, gsdnet.Options{Samples: 2})
		if err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(t.TempDir(), "out")
		s := do(t, job(run, out, path))
		if s.Conversations != 40 || s.Utterances != len(rows) || s.Parts != (len(rows)+19)/20 {
			t.Errorf("%s: got %+v, want 40 conversations of %d utterances", name, s, len(rows))
		}
		got := readAll[predicted](t, out)
		if len(got) != len(rows) {
			t.Fatalf("%s: got %d rows, want %d", name, len(got), len(rows))
		}
		for _, p := range want {
			high := p.Score.Intervals[len(p.Score.Intervals)-1]
			w := predicted{int64(p.Row), rows[p.Row].Dialogue, int64(p.Turn), rows[p.Row].Speaker, p.Observed, p.Score.Mean, p.Score.Deviation, high.Low, high.High}
			if g := got[p.Row]; g != w {
				t.Errorf("%s: row %d: got %+v, want %+v", name, p.Row, g, w)
			}
		}
	}
}

// Imputations in parts are those of the file as a whole, and other columns are copied.
func TestImputeEqualsWhole(t *testing.T) {
	run, rows := open(t), talks(2, 30, named)
	path := write(t, filepath.Join(t.TempDir(), "talks.parquet"), rows)
	corpus, err := run.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := run.Impute(t.Context(), corpus, gsdnet.Options{Samples: 2, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	j := job(run, filepath.Join(t.TempDir(), "out"), path)
	j.Impute, j.Options.Seed = true, 5
	s := do(t, j)
	got := readAll[imputed](t, j.Out)
	if len(got) != len(rows) {
		t.Fatalf("got %d rows, want %d", len(got), len(rows))
	}
	given, err := parquetgo.ReadFile[imputed](path)
	if err != nil {
		t.Fatal(err)
	}
	filled := 0
	for _, u := range want {
		w := imputed{given[u.Row].utterance, u.Observed, u.Deviation[0], u.Deviation[1], u.Deviation[2]}
		w.Text, w.Audio, w.Visual = u.Features[0], u.Features[1], u.Features[2]
		filled += 3 - len(u.Observed)
		if g, w := shown(got[u.Row]), shown(w); g != w {
			t.Errorf("row %d: got %s, want %s", u.Row, g, w)
		}
	}
	if s.Filled != filled || filled == 0 {
		t.Errorf("got %d filled cells, want %d", s.Filled, filled)
	}
	if _, err := dataset.Open(filepath.Join(j.Out, "talks-00000.parquet"), dataset.Fields{}); err != nil {
		t.Errorf("the output is no corpus: %v", err)
	}
}

func shown(u imputed) string {
	note := "none"
	if u.Note != nil {
		note = *u.Note
	}
	u.Note = nil
	return fmt.Sprint(note, u.Dialogue, u.Turn, u.Speaker, u.Second, u.Words, u.Text, u.Audio, u.Visual, u.Observed, u.TextSD, u.AudioSD, u.VisualSD)
}

// parts returns the files of an output by name.
func parts(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".parquet" {
			return err
		}
		text, err := os.ReadFile(path)
		all[d.Name()] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func same(t *testing.T, name string, want, got map[string]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: got %d files, want %d", name, len(got), len(want))
	}
	for file := range want {
		if got[file] != want[file] {
			t.Errorf("%s: %s has other bytes", name, file)
		}
	}
}

// Three shards write what one process writes, into one folder.
func TestShards(t *testing.T) {
	run, dir := open(t), t.TempDir()
	a := write(t, filepath.Join(dir, "a.parquet"), talks(3, 30, named))
	b := write(t, filepath.Join(dir, "b.parquet"), talks(4, 5, named))
	whole, divided := job(run, filepath.Join(dir, "whole"), a, b), job(run, filepath.Join(dir, "divided"), a, b)
	all := do(t, whole)
	total := 0
	divided.Shards = 3
	for _, shard := range []int{3, 1, 2} {
		divided.Shard = shard
		s := do(t, divided)
		total += s.Utterances
	}
	if total != all.Utterances {
		t.Errorf("the shards have %d utterances, want %d", total, all.Utterances)
	}
	same(t, "shards", parts(t, whole.Out), parts(t, divided.Out))
}

// A job that is stopped after any part continues, and does nothing twice.
func TestContinues(t *testing.T) {
	run, dir := open(t), t.TempDir()
	path := write(t, filepath.Join(dir, "talks.parquet"), talks(5, 25, named))
	whole := job(run, filepath.Join(dir, "whole"), path)
	all := do(t, whole)
	want := parts(t, whole.Out)
	for stop := 1; stop < all.Parts-2; stop += 2 {
		j := job(run, filepath.Join(t.TempDir(), "out"), path)
		ctx, cancel := context.WithCancel(t.Context())
		seen := 0
		j.Progress = func(n int) {
			if seen += n; seen >= 20*stop {
				cancel()
			}
		}
		if _, err := j.Do(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped: got %v", err)
		}
		journal := filepath.Join(j.Out, "_gsdnet", "1-of-1", "journal.jsonl")
		appendTo(t, journal, `{"part":"talks-0000`) // what a kill leaves
		j.Progress = nil
		todo := -1
		j.Begin = func(n int) { todo = n }
		s := do(t, j)
		if s.Before == 0 || s.Before == s.Parts || todo != all.Utterances-20*s.Before && todo <= 0 {
			t.Errorf("stopped after %d parts: got %+v and %d utterances to do", stop, s, todo)
		}
		if s.Before = 0; s != all {
			t.Errorf("stopped after %d parts: got %+v, want %+v", stop, s, all)
		}
		same(t, fmt.Sprint("stopped after ", stop), want, parts(t, j.Out))

		// A part that is lost or cut is done again, and no other.
		if err := os.Truncate(filepath.Join(j.Out, "talks-00000.parquet"), 10); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(j.Out, "talks-00002.parquet")); err != nil {
			t.Fatal(err)
		}
		if s = do(t, j); s.Before != s.Parts-2 {
			t.Errorf("two parts were lost: %d of %d are left", s.Before, s.Parts)
		}
		same(t, "lost parts", want, parts(t, j.Out))
	}
}

func appendTo(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

// Refusals are one line with a hint, and leave no part.
func TestRefuses(t *testing.T) {
	run, dir := open(t), t.TempDir()
	rows := talks(6, 12, named)
	good := write(t, filepath.Join(dir, "good.parquet"), rows)
	unsorted := append(append([]utterance{}, rows[3:]...), rows[:3]...)
	unsorted[len(unsorted)-1].Dialogue = unsorted[0].Dialogue
	done := filepath.Join(t.TempDir(), "done")
	do(t, job(run, done, good))
	for want, change := range map[string]func(j *bulk.Job){
		`goes on after other conversations`: func(j *bulk.Job) {
			j.Inputs = []string{write(t, filepath.Join(dir, "unsorted.parquet"), unsorted)}
		},
		`of gsdnet predict`:           func(j *bulk.Job) { j.Out, j.Impute = done, true },
		`of 2 samples, not 3`:         func(j *bulk.Job) { j.Out, j.Options.Samples = done, 3 },
		`in parts of 20 rows, not 30`: func(j *bulk.Job) { j.Out, j.Rows = done, 30 },
		`of another run`:              func(j *bulk.Job) { j.Out, j.Identity = done, "other" },
		`or of files that have changed`: func(j *bulk.Job) {
			j.Out, j.Inputs = done, []string{write(t, filepath.Join(t.TempDir(), "good.parquet"), rows[:30])}
		},
		`is in this folder`:  func(j *bulk.Job) { j.Out = dir },
		`it is not a folder`: func(j *bulk.Job) { j.Out = good },
		`column "observed" already exists, and`: func(j *bulk.Job) {
			first := job(run, filepath.Join(t.TempDir(), "first"), good)
			first.Impute = true
			do(t, first)
			j.Impute, j.Inputs = true, []string{filepath.Join(first.Out, "good-00000.parquet")}
		},
		`shard 4 of 3`: func(j *bulk.Job) { j.Shard, j.Shards = 4, 3 },
	} {
		j := job(run, filepath.Join(t.TempDir(), "out"), good)
		change(&j)
		_, err := j.Do(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) || fault.Of(err) == "" || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v with hint %q, want %q", err, fault.Of(err), want)
		}
		if found := parts(t, filepath.Dir(j.Out)); j.Out != done && j.Out != dir && j.Out != good && len(found) > 0 {
			t.Errorf("%s: %d files are left", want, len(found))
		}
	}
}

// Two jobs do not write the same shard at the same time.
func TestOneWriter(t *testing.T) {
	run, dir := open(t), t.TempDir()
	path := write(t, filepath.Join(dir, "talks.parquet"), talks(7, 12, named))
	j := job(run, filepath.Join(dir, "out"), path)
	j.Begin = func(int) {
		second := job(run, j.Out, path)
		if _, err := second.Do(t.Context()); err == nil || !strings.Contains(err.Error(), "is in use by") {
			t.Errorf("a second job: got %v", err)
		}
	}
	do(t, j)
}

func TestInputs(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.parquet", "a.parquet", "_meta.parquet", ".hidden.parquet", "notes.csv", "x/a.parquet"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for text, want := range map[string]string{
		"":             "a.parquet b.parquet",
		"a.parquet":    "a.parquet",
		"[ab].parquet": "a.parquet b.parquet",
		"notes.csv":    "error: bulk input is Parquet",
		"*/*.parquet":  "a.parquet",
		"*c*.parquet":  "error: no Parquet files",
		"none":         "error: no such file",
	} {
		found, err := bulk.Inputs(filepath.Join(dir, text))
		var names []string
		for _, path := range found {
			names = append(names, filepath.Base(path))
		}
		got := strings.Join(names, " ")
		if err != nil {
			got = "error: " + err.Error()
		}
		if !strings.HasPrefix(got, "error") && got != want || strings.HasPrefix(got, "error") && !strings.HasSuffix(got, strings.TrimPrefix(want, "error: ")) {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "x", "b.parquet"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "y"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "y", "b.parquet"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := bulk.Inputs(filepath.Join(dir, "*", "*.parquet")); err == nil || !strings.Contains(err.Error(), "have the same name") {
		t.Errorf("files of one name: got %v", err)
	}
}
