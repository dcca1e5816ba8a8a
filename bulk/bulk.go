// Package bulk applies a run to Parquet files of any size: it predicts or imputes whole
// conversations, a few at a time, and writes files that are complete or not there.
//
//	job := bulk.Job{Run: run, Inputs: files, Out: "predicted"}
//	summary, err := job.Do(ctx)
//
// Each file is a corpus of its own. Its rows are divided into parts of Job.Rows rows, and a
// conversation belongs to the part that has its first row. A part is one file of the
// output, whose bytes do not depend on the other parts. A Journal lists the parts that are
// complete, so that a job that was killed continues, and shards divide the parts of a job.
//
// Start reading at Job.Do, then Worker.Write, which makes one part.
package bulk

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"gsdnet"
	"gsdnet/dataset"
	"gsdnet/internal/fault"
)

// DefaultRows is the number of rows of a part unless a Job says otherwise. Their results are
// what a job that was killed computes again at most.
const DefaultRows = 1 << 15

// Job is a run that is applied to files.
type Job struct {
	Run     *gsdnet.Run
	Fields  dataset.Fields // columns of the files; usually those of Run
	Impute  bool           // fill in missing features; false: predict
	Options gsdnet.Options // Samples and Seed are read
	Inputs  []string       // paths of Parquet files, by Inputs
	Out     string         // folder of the output, which is made if it does not exist
	Rows    int            // of a part; 0: DefaultRows
	// Shard is the number of this shard, from 1, of Shards. A job without shards has 0 of both.
	Shard, Shards int
	// Identity says what else decides the output, such as the hash of the weights. A job
	// whose Identity differs from that of the output in Out is refused.
	Identity string
	// Begin is called once with the number of utterances of the shard that are not done yet,
	// and Progress after every few of them with their number. Nil is not called.
	Begin    func(utterances int)
	Progress func(utterances int)
}

// Summary counts what is in the output of a job.
type Summary struct {
	Parts         int `json:"parts"`
	Before        int `json:"before"` // parts that were complete when the job began
	Conversations int `json:"conversations"`
	Utterances    int `json:"utterances"`
	Filled        int `json:"filled"` // missing cells that Impute filled
}

func (s *Summary) add(o Summary) {
	s.Conversations += o.Conversations
	s.Utterances += o.Utterances
	s.Filled += o.Filled
}

// Do does the parts of the shard that are not in the journal of the output. It returns what
// the output of the shard holds. Its errors are those of the files, of Run.Predict and
// Run.Impute, of the disk, an output folder that is that of an input, is in use, or belongs
// to another job, and that of ctx, after which Do may be called again.
func (j *Job) Do(ctx context.Context) (Summary, error) {
	if j.Rows == 0 {
		j.Rows = DefaultRows
	}
	if j.Shards == 0 {
		j.Shard, j.Shards = 1, 1
	}
	if j.Rows < 0 || j.Shard < 1 || j.Shard > j.Shards {
		return Summary{}, fault.Input("number shards from 1", "parts of %d rows, shard %d of %d", j.Rows, j.Shard, j.Shards)
	}
	if err := j.checkOut(); err != nil {
		return Summary{}, err
	}
	counts, digests, err := j.survey()
	if err != nil {
		return Summary{}, err
	}
	journal, err := openJournal(j, digests)
	if err != nil {
		return Summary{}, err
	}
	defer journal.close()
	return j.run(ctx, counts, journal)
}

// checkOut checks the folder of the output and makes it.
func (j *Job) checkOut() error {
	if err := os.MkdirAll(j.Out, 0o755); err != nil {
		return fault.Input("choose a folder that can be written to", "--out %s: it is not a folder and cannot be made one", j.Out)
	}
	out, err := os.Stat(j.Out)
	if err != nil {
		return fault.Failure("check the folder's permissions", "%s: it cannot be read", j.Out)
	}
	for _, path := range j.Inputs {
		if in, err := os.Stat(filepath.Dir(path)); err == nil && os.SameFile(in, out) {
			return fault.Input("choose another folder with --out", "%s: the input %s is in this folder", j.Out, filepath.Base(path))
		}
	}
	return nil
}

// survey reads the metadata of all files and returns their numbers of rows and digests.
func (j *Job) survey() (counts []int, digests []string, err error) {
	for _, path := range j.Inputs {
		f, err := Open(path, j.Fields, j.Rows)
		if err != nil {
			return nil, nil, err
		}
		counts = append(counts, f.file.Rows())
		digests = append(digests, f.file.Digest)
		f.Close()
	}
	return counts, digests, nil
}

// share is the parts of one file that a shard does.
type share struct {
	input, rows int // index of the file, and its rows
	from, to    int // parts
}

// divide returns what the shard does: consecutive parts, so that it reads few files.
func (j *Job) divide(counts []int) []share {
	total := 0
	for _, rows := range counts {
		total += parts(rows, j.Rows)
	}
	first, end := total*(j.Shard-1)/j.Shards, total*j.Shard/j.Shards
	var out []share
	before := 0
	for i, rows := range counts {
		n := parts(rows, j.Rows)
		s := share{i, rows, max(first-before, 0), min(end-before, n)}
		if before += n; s.from < s.to {
			out = append(out, s)
		}
	}
	return out
}

// run does the parts of the shard.
func (j *Job) run(ctx context.Context, counts []int, journal *journal) (Summary, error) {
	w := &Worker{Run: j.Run, Impute: j.Impute, Options: j.Options, Progress: j.Progress}
	var summary Summary
	todo := 0
	shares := j.divide(counts)
	for _, s := range shares {
		for k := s.from; k < s.to; k++ {
			summary.Parts++
			if done, is := journal.done[s.name(j, k)]; is {
				summary.Before++
				summary.add(done)
			} else {
				todo += min(j.Rows, s.rows-k*j.Rows)
			}
		}
	}
	if j.Begin != nil {
		j.Begin(todo)
	}
	for _, s := range shares {
		if err := j.file(ctx, w, s, journal, &summary); err != nil {
			return summary, err
		}
	}
	return summary, nil
}

// name returns the name of the output of a part.
func (s share) name(j *Job, part int) string { return PartName(j.Inputs[s.input], part) }

// file does the parts of a file that are not complete. If there is none, the file is not
// read.
func (j *Job) file(ctx context.Context, w *Worker, s share, journal *journal, summary *Summary) error {
	var in *Input
	for k := s.from; k < s.to; k++ {
		name := s.name(j, k)
		if _, is := journal.done[name]; is {
			continue
		}
		if in == nil {
			var err error
			if in, err = Open(j.Inputs[s.input], j.Fields, j.Rows); err != nil {
				return err
			}
			defer in.Close()
			if err := in.Divide(ctx); err != nil {
				return err
			}
		}
		done, err := journal.write(ctx, w, in, k, name)
		if err != nil {
			return err
		}
		summary.add(done)
	}
	return nil
}

// PartName returns the name of the output of a part of the file at path.
func PartName(path string, part int) string {
	base := filepath.Base(path)
	return fmt.Sprintf("%s-%05d.parquet", base[:len(base)-len(filepath.Ext(base))], part)
}
