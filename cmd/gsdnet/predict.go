package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"gsdnet"
	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/count"
	"gsdnet/internal/fault"
)

// stdout is the path that stands for standard output.
const stdout = "-"

// runFlags name a run and how it is opened.
type runFlags struct {
	RunDir     string `arg:"" name:"run" help:"Run directory that gsdnet train wrote." placeholder:"RUN"`
	Unfinished bool   `help:"Use a run whose training has not ended; its intervals are not calibrated."`
	backendFlag
}

// open opens the run, and warns of one that is not finished.
func (f *runFlags) open(term *terminal) (*gsdnet.Run, error) {
	options := []gsdnet.Option{gsdnet.WithBackend(f.Backend)}
	if f.Unfinished {
		options = append(options, gsdnet.AllowUnfinished())
	}
	run, err := gsdnet.Open(f.RunDir, options...)
	if err != nil {
		return nil, err
	}
	if !run.Finished() {
		fmt.Fprintf(term.err, "gsdnet: warning: %s IS NOT FINISHED: its weights are of an early epoch and its intervals are not calibrated\n", f.RunDir)
	}
	return run, nil
}

// applyFlags are shared by the verbs that apply a run to a file.
type applyFlags struct {
	runFlags
	In      string `help:"Conversations in a data file of any format, - for a .npz on standard input; they need no labels." required:""`
	Samples int    `help:"Number of completions of each conversation." default:"16" placeholder:"K" limit:"1..1000"`
	fieldFlags
}

// start opens the run and says which arrays it reads.
func (f *applyFlags) start(term *terminal) (*gsdnet.Run, dataset.Fields, error) {
	run, err := f.open(term)
	if err != nil {
		return nil, dataset.Fields{}, err
	}
	fields, err := f.over(run.Fields())
	return run, fields, err
}

// noteMissing says on the error stream which modalities the file does not have.
func noteMissing(term *terminal, corpus *erc.Corpus) {
	for _, m := range erc.Modalities {
		if corpus.Dims[m] == 0 {
			term.note("%s has no %s", corpus.Name, m)
		}
	}
}

// watch returns the options of the call, and the progress that it shows through a
// corpus.
func (f *applyFlags) watch(term *terminal, c *erc.Corpus) (gsdnet.Options, *counter) {
	bar := newCounter(term, "conversations", f.Samples*len(c.Conversations))
	return gsdnet.Options{Samples: f.Samples, Progress: bar.add}, bar
}

func init() {
	register[predictCmd]("predict", "Predict the emotion of every utterance, with intervals.")
}

type predictCmd struct {
	applyFlags
	annotateFlags
	bulkFlags
	Out string `help:"File to write, .csv, .jsonl or .eaf; - writes CSV to standard output; a folder, for Parquet of any size." required:"" placeholder:"FILE"`
}

// Help is the example under --help.
func (predictCmd) Help() string {
	return `Example:
  gsdnet predict runs/first --in conversations.npz --out emotions.csv --samples 16
  gsdnet predict runs/first --in talk.npz --out predicted.eaf --turns talk.eaf
  gsdnet predict runs/first --in 'calls/part-*.parquet' --out predicted

Writes one line for every row of the file, in the order of the file: row (from
0), dialogue, turn, speaker, observed (the letters of the modalities that the row
has, as tav), then the prediction. Dialogues and speakers are named as in the file,
classes as in the training data, with a column of probabilities for each class.

With --out FILE.eaf --turns TRANSCRIPT it writes the transcript as an ELAN file, with
the predictions as tiers below those of the speakers.` + bulkHelp
}

// Run predicts and writes.
func (c *predictCmd) Run(ctx context.Context, term *terminal) error {
	if isBulk(c.Out) {
		return c.bulk(ctx, term)
	}
	if err := c.bulkFlags.refuse(c.In, c.Out); err != nil {
		return err
	}
	write, err := c.format()
	if err != nil {
		return err
	}
	run, fields, err := c.start(term)
	if err != nil {
		return err
	}
	defer run.Close()
	corpus, err := openCorpus(ctx, c.In, fields)
	if err != nil {
		return err
	}
	noteMissing(term, corpus)
	options, bar := c.watch(term, corpus)
	predictions, err := run.Predict(ctx, corpus, options)
	bar.close()
	if err != nil {
		return err
	}
	slices.SortFunc(predictions, func(a, b gsdnet.Prediction) int { return a.Row - b.Row })
	if c.Out == stdout {
		return write(term.out, corpus, predictions)
	}
	if err := atomicfile.WriteFunc(c.Out, func(w io.Writer) error { return write(w, corpus, predictions) }); err != nil {
		return err
	}
	fmt.Fprintf(term.out, "%s: %s of %s\n", c.Out, count.Of(len(predictions), "utterance"), count.Of(len(corpus.Conversations), "conversation"))
	return nil
}

// format chooses the writer by the file's name.
func (c *predictCmd) format() (func(io.Writer, *erc.Corpus, []gsdnet.Prediction) error, error) {
	if err := c.annotateFlags.check(c.Out); err != nil {
		return nil, err
	}
	switch strings.ToLower(filepath.Ext(c.Out)) {
	case ".csv":
		return writePredictions, nil
	case ".jsonl":
		return writeLines, nil
	case ".eaf":
		return c.annotateFlags.write, nil
	}
	if c.Out == stdout {
		return writePredictions, nil
	}
	return nil, fault.Input("name it .csv, .jsonl or .eaf, or - for standard output", "--out %s: the ending names no format that predict writes", c.Out)
}
