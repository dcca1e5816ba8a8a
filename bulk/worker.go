package bulk

import (
	"context"
	"io"
	"math"
	"strconv"

	"gsdnet"
	"gsdnet/dataset/parquet"
	"gsdnet/erc"
)

// batchRows is how many rows are read at least before they are completed, but for the last
// ones of a part. It is enough to fill the batches of the engine.
const batchRows = 2048

// Worker applies a run to parts of files.
type Worker struct {
	Run      *gsdnet.Run
	Impute   bool
	Options  gsdnet.Options       // Samples and Seed are read
	Progress func(utterances int) // nil is not called
}

// Write writes the results of a part of a file as Parquet: predictions have the columns of
// gsdnet predict, and imputations those of the file with their missing features filled, the
// letters of the modalities that were observed, and the deviations of those that were not.
// Rows are in the order of the file. Before the first row that it writes it has read some
// thousand rows. A part without conversations writes nothing.
func (w *Worker) Write(ctx context.Context, to io.Writer, in *Input, number int) (Summary, error) {
	var summary Summary
	part := in.parts[number]
	if len(part) == 0 {
		return summary, nil
	}
	rows, err := in.file.From(part[0].from, w.Impute)
	if err != nil {
		return summary, err
	}
	out, err := w.newOutput(to, in)
	if err != nil {
		return summary, err
	}
	for _, b := range part {
		read, err := rows.Read(b.to - b.from)
		if err != nil {
			return summary, err
		}
		corpus, err := in.corpus(read, b.number)
		if err != nil {
			return summary, err
		}
		if err := w.apply(ctx, corpus, read, out); err != nil {
			return summary, err
		}
		if w.Progress != nil {
			w.Progress(b.to - b.from)
		}
		summary.Utterances += b.to - b.from
		summary.Conversations += len(corpus.Conversations)
	}
	summary.Filled = out.filled
	return summary, out.Close()
}

// corpus makes a corpus of a batch in which conversations have the numbers that they have in
// the file, from which their random draws follow, and rows those of the batch.
func (in *Input) corpus(b *parquet.Batch, before int) (*erc.Corpus, error) {
	corpus, err := b.Table.Corpus(erc.NoLabels.String())
	if err != nil {
		return nil, err
	}
	for i := range corpus.Conversations {
		conv := &corpus.Conversations[i]
		number := before + int(conv.ID)
		if !in.named {
			number, _ = strconv.Atoi(b.Table.Dialogues[conv.ID])
		}
		if number > math.MaxInt32 {
			return nil, in.file.Fault("number the dialogues from 0, or give their names as text", b.First+conv.Utterances[0].Row, "%d is not in 0 to %d", number, math.MaxInt32)
		}
		conv.ID = int32(number)
	}
	corpus.Dialogues = nil
	return corpus, nil
}

// apply completes a batch and writes its rows.
func (w *Worker) apply(ctx context.Context, c *erc.Corpus, read *parquet.Batch, out *output) error {
	o := gsdnet.Options{Samples: w.Options.Samples, Seed: w.Options.Seed}
	if !w.Impute {
		predicted, err := w.Run.Predict(ctx, c, o)
		if err != nil {
			return err
		}
		sorted := make([]*gsdnet.Prediction, len(predicted))
		for i := range predicted {
			sorted[predicted[i].Row] = &predicted[i]
		}
		for row, p := range sorted {
			if err := out.prediction(p, read, row); err != nil {
				return err
			}
		}
		return nil
	}
	imputed, err := w.Run.Impute(ctx, c, o)
	if err != nil {
		return err
	}
	sorted := make([]*gsdnet.Imputed, len(imputed))
	for i := range imputed {
		sorted[imputed[i].Row] = &imputed[i]
	}
	for row, u := range sorted {
		if err := out.imputed(u, read, row); err != nil {
			return err
		}
	}
	return nil
}
