package bulk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"gsdnet/internal/dirlock"
	"gsdnet/internal/fault"
)

// stateFolder is the folder in the output that holds the journals. Its name begins with "_"
// so that other programs do not take it for data.
const stateFolder = "_gsdnet"

// journalVersion is that of what a journal holds. A new one refuses the old.
const journalVersion = 1

// journal lists the parts of a shard that are complete, in a file to which it only appends.
// A part is written beside the journal, synced, renamed into the output and then listed. One
// that was renamed and not listed is done again, with the same bytes. The folder of the
// journal is locked while it is open.
type journal struct {
	out, dir string
	lock     *dirlock.Lock
	file     *os.File
	done     map[string]Summary // by name
}

// header is the first line of a journal: all that decides the output.
type header struct {
	Version  int      `json:"version"`
	Verb     string   `json:"verb"`
	Run      string   `json:"run"`
	Samples  int      `json:"samples"`
	Seed     uint64   `json:"seed"`
	Rows     int      `json:"rows"`
	Fields   string   `json:"fields"`
	Files    []string `json:"files"`
	Metadata []string `json:"metadata"` // SHA-256 of the metadata of the files
}

// entry is another line.
type entry struct {
	Part  string `json:"part"`  // name of its file
	Bytes int64  `json:"bytes"` // of the file; a part without conversations has no file
	Summary
}

// openJournal opens the journal of a shard, or begins one.
func openJournal(j *Job, digests []string) (*journal, error) {
	h := header{Version: journalVersion, Verb: "predict", Run: j.Identity, Samples: j.Options.Samples, Seed: j.Options.Seed,
		Rows: j.Rows, Fields: fmt.Sprint(j.Fields.Resolved()), Metadata: digests}
	if j.Impute {
		h.Verb = "impute"
	}
	for _, path := range j.Inputs {
		h.Files = append(h.Files, filepath.Base(path))
	}
	first, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	if err := sameJob(j.Out, first); err != nil {
		return nil, err
	}
	out := &journal{out: j.Out, dir: filepath.Join(j.Out, stateFolder, fmt.Sprintf("%d-of-%d", j.Shard, j.Shards)), done: map[string]Summary{}}
	if err := os.MkdirAll(out.dir, 0o755); err != nil {
		return nil, failure(out.dir, err)
	}
	if out.lock, err = dirlock.Acquire(out.dir); err != nil {
		return nil, err
	}
	if err := out.read(first); err != nil {
		out.close()
		return nil, err
	}
	return out, nil
}

// sameJob returns an error if a shard of another job wrote into the folder.
func sameJob(out string, want []byte) error {
	found, err := filepath.Glob(filepath.Join(escaped(out), stateFolder, "*", journalFile))
	if err != nil {
		return nil //nolint:nilerr // the pattern is escaped
	}
	for _, path := range found {
		text, err := os.ReadFile(path)
		if err != nil {
			return fault.Failure("check the folder's permissions", "%s: it cannot be read", path)
		}
		line, _, complete := bytes.Cut(text, []byte("\n"))
		if !complete || bytes.Equal(line, want) {
			continue
		}
		return fault.Input("choose another folder with --out, or delete this one", "%s holds the output of another call: %s", out, difference(line, want))
	}
	return nil
}

// difference says in what two headers differ.
func difference(was, is []byte) string {
	var a, b header
	if json.Unmarshal(was, &a) != nil || json.Unmarshal(is, &b) != nil {
		return "its journal is of another version or damaged"
	}
	switch {
	case a.Version != b.Version:
		return "its journal is of another version"
	case a.Verb != b.Verb:
		return "of gsdnet " + a.Verb
	case a.Run != b.Run:
		return "of another run"
	case a.Samples != b.Samples:
		return fmt.Sprintf("of %d samples, not %d", a.Samples, b.Samples)
	case a.Seed != b.Seed:
		return fmt.Sprintf("of seed %d, not %d", a.Seed, b.Seed)
	case a.Rows != b.Rows:
		return fmt.Sprintf("in parts of %d rows, not %d", a.Rows, b.Rows)
	case a.Fields != b.Fields:
		return "of other columns"
	}
	return "of other input files, or of files that have changed"
}

// journalFile is the name of a journal in the folder of its shard.
const journalFile = "journal.jsonl"

// read reads what is there, and cuts off a line that a kill left incomplete.
func (j *journal) read(first []byte) error {
	path := filepath.Join(j.dir, journalFile)
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.Failure("check the folder's permissions", "%s: it cannot be read", path)
	}
	text = text[:bytes.LastIndexByte(text, '\n')+1]
	if j.file, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644); err != nil {
		return failure(path, err)
	}
	if err := j.file.Truncate(int64(len(text))); err != nil {
		return failure(path, err)
	}
	if _, err := j.file.Seek(0, io.SeekEnd); err != nil {
		return failure(path, err)
	}
	if len(text) == 0 {
		return j.append(first)
	}
	lines := bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	for _, line := range lines[1:] {
		var e entry
		if err := json.Unmarshal(line, &e); err != nil || e.Part == "" {
			return fault.Input("choose another folder with --out, or delete this one", "%s: damaged", path)
		}
		if info, err := os.Stat(filepath.Join(j.out, e.Part)); e.Utterances == 0 || err == nil && info.Size() == e.Bytes {
			j.done[e.Part] = e.Summary
		}
	}
	return nil
}

// append writes a line and syncs it.
func (j *journal) append(line []byte) error {
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return failure(j.file.Name(), err)
	}
	if err := j.file.Sync(); err != nil {
		return failure(j.file.Name(), err)
	}
	return nil
}

// write does a part: it is written aside, synced, renamed and listed.
func (j *journal) write(ctx context.Context, w *Worker, in *Input, part int, name string) (Summary, error) {
	aside := filepath.Join(j.dir, "part.tmp")
	file, err := os.Create(aside)
	if err != nil {
		return Summary{}, failure(aside, err)
	}
	defer os.Remove(aside) // is not there if all went well
	defer file.Close()
	summary, err := w.Write(ctx, &disk{file}, in, part)
	if err != nil {
		return summary, err
	}
	e := entry{Part: name, Summary: summary}
	if summary.Utterances > 0 {
		if e.Bytes, err = file.Seek(0, io.SeekEnd); err == nil {
			err = file.Sync()
		}
		if err == nil {
			err = file.Close()
		}
		if err == nil {
			err = os.Rename(aside, filepath.Join(j.out, name))
		}
		if err != nil {
			return summary, failure(filepath.Join(j.out, name), err)
		}
	}
	line, err := json.Marshal(e)
	if err != nil {
		return summary, err
	}
	return summary, j.append(line)
}

// disk is a file whose errors say where it is and what to do.
type disk struct{ *os.File }

// Write writes to the file.
func (d *disk) Write(p []byte) (int, error) {
	n, err := d.File.Write(p)
	if err != nil {
		err = failure(d.Name(), err)
	}
	return n, err
}

// failure is the error of a write that failed.
func failure(path string, err error) error {
	return fault.Failure("is the disk full, or the folder read-only? the same command continues", "writing %s: %w", path, err)
}

func (j *journal) close() {
	if j.file != nil {
		j.file.Close()
	}
	j.lock.Release()
}
