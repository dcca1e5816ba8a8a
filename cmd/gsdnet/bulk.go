package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/schollz/progressbar/v3"

	"gsdnet"
	"gsdnet/bulk"
	"gsdnet/internal/count"
	"gsdnet/internal/fault"
	"gsdnet/rundir"
)

// bulkHelp is what --help of predict and impute says of input of any size.
const bulkHelp = `

If --out names a folder, which has no ending, then --in is a Parquet file, a folder of
them, or a pattern in quotes such as 'calls/part-*.parquet'. Any number of conversations
then takes the same memory. The output is Parquet too, a file for each --part rows. The
same command continues where it was killed, and --shard divides the work. The rows of a
conversation must follow one another; each file is a corpus of its own.`

// bulkFlags are those of a verb that also takes input of any size.
type bulkFlags struct {
	Part int `help:"Bulk only: number of rows of a file of the output, which are also what a killed command does again at most." default:"32768" placeholder:"N" limit:"1..16777216"`
	shardFlags
}

// isBulk reports whether the output is a folder.
func isBulk(out string) bool {
	if out == stdout || out == "" {
		return false
	}
	info, err := os.Stat(out)
	return err == nil && info.IsDir() || os.IsPathSeparator(out[len(out)-1]) || filepath.Ext(out) == ""
}

// refuse returns an error if bulk input or the flags of bulk input come with an output that is
// no folder.
func (f *bulkFlags) refuse(in, out string) error {
	if f.Shard != "" {
		return fault.Input("name a folder with --out", "--shard %s: only bulk output is divided into shards", f.Shard)
	}
	if strings.ContainsAny(in, "*?[") && strings.HasSuffix(in, ".parquet") {
		if _, err := os.Stat(in); err != nil {
			return fault.Input("name a folder with --out, which has no ending", "--in %s: the results of several files do not fit into %s", in, out)
		}
	}
	return nil
}

// do applies the run to all files of the input.
func (f *bulkFlags) do(ctx context.Context, term *terminal, a *applyFlags, out string, job bulk.Job) error {
	shard, from, err := f.find(os.Getenv)
	if err != nil {
		return err
	}
	if job.Inputs, err = bulk.Inputs(a.In); err != nil {
		return err
	}
	run, fields, err := a.start(term)
	if err != nil {
		return err
	}
	defer run.Close()
	if job.Identity, err = weights(a.RunDir); err != nil {
		return err
	}
	job.Run, job.Fields, job.Out, job.Rows, job.Shard, job.Shards = run, fields, out, f.Part, shard.index, shard.count
	job.Options.Samples = a.Samples
	var bar *counter
	job.Begin = func(n int) {
		if shard.count > 0 {
			term.note("shard %s, from %s: %s to do", shard, from, count.Of(n, "utterance"))
		}
		bar = begin(term, "utterances", n, progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("utterances"))
	}
	job.Progress = func(n int) { bar.add(n) }
	summary, err := job.Do(ctx)
	if bar != nil {
		bar.close()
	}
	if err != nil {
		if ctx.Err() != nil {
			return fault.Failure("give the same command again to continue", "stopped after %d of %s", summary.Before, count.Of(summary.Parts, "file"))
		}
		return err
	}
	filled := ""
	if job.Impute {
		filled = fmt.Sprintf(", filled %s", count.Of(summary.Filled, "cell"))
	}
	fmt.Fprintf(term.out, "%s: %s of %s in %s, %d of them before%s\n", out, count.Of(summary.Utterances, "utterance"),
		count.Of(summary.Conversations, "conversation"), count.Of(summary.Parts, "part"), summary.Before, filled)
	return nil
}

// weights returns the SHA-256 of the weights of a run.
func weights(dir string) (string, error) {
	path := filepath.Join(dir, rundir.CheckpointFile)
	f, err := os.Open(path)
	if err != nil {
		return "", fault.Failure("check the permissions of the run directory", "%s: it cannot be opened", path)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", fault.Failure("check the disk", "%s: it cannot be read", path)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// bulk predicts input of any size.
func (c *predictCmd) bulk(ctx context.Context, term *terminal) error {
	if c.Turns != "" {
		return fault.Input("leave --turns out, or name a file .eaf with --out", "--turns: bulk output is Parquet")
	}
	return c.do(ctx, term, &c.applyFlags, c.Out, bulk.Job{})
}

// bulk imputes input of any size.
func (c *imputeCmd) bulk(ctx context.Context, term *terminal) error {
	if c.Draws > 0 {
		return fault.Input("name a file .npz with --out, or leave --draws out", "--draws %d: bulk output has none", c.Draws)
	}
	return c.do(ctx, term, &c.applyFlags, c.Out, bulk.Job{Impute: true, Options: gsdnet.Options{Seed: c.Seed}})
}
