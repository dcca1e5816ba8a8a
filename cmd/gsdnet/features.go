package main

import (
	"context"
	"fmt"
	"time"

	"gsdnet/dataset"
	"gsdnet/dataset/croissant"
	"gsdnet/dataset/turns"
	"gsdnet/internal/fault"
	"gsdnet/internal/interrupt"
	"gsdnet/media"
	"gsdnet/media/audio"
	"gsdnet/media/visual"
	wordvectors "gsdnet/media/words"
)

func init() {
	register[featuresCmd]("features", "Turn recordings and their transcripts into a data file.")
}

type featuresCmd struct {
	Turns       []string `help:"Transcripts: ELAN (.eaf), WebVTT (.vtt), SubRip (.srt) or .csv. Each is one dialogue, named after the file." required:"" placeholder:"FILE,..."`
	Out         string   `help:"Data file to write: .npz, .parquet, .csv or .jsonl." required:"" placeholder:"FILE"`
	Audio       []string `help:"Recordings of the sound, one for each transcript, in their order; none stands for no file. Without, the sound of --video." placeholder:"FILE,..."`
	Video       []string `help:"Recordings with the picture, likewise." placeholder:"FILE,..."`
	TextVectors string   `help:"Word vectors: the text format of GloVe or word2vec, which may be packed with gzip." placeholder:"FILE"`
	Tiers       []string `help:"Tiers of the speakers in ELAN files. Without, all tiers whose annotations have times of their own." placeholder:"TIER"`
	Class       string   `help:"Tier of ELAN files with the class of each turn: its ID, the part of it before an @, or its linguistic type." placeholder:"TIER"`
	Label       string   `help:"Tier of ELAN files with the score of each turn, likewise." placeholder:"TIER"`
	modelFlags
	Timeout int `help:"Seconds that decoding one recording may take." default:"3600" limit:"1..604800" placeholder:"SECONDS"`
	jsonFlag
}

// Help is the example under --help.
func (featuresCmd) Help() string {
	return `Example:
  gsdnet features --turns talk.srt --video talk.mp4 --text-vectors glove.txt --out talk.npz
  gsdnet features --turns a.eaf,b.eaf --audio a.wav,b.wav --class emotion --out talks.npz

Cuts recordings at the turns of their transcripts, and computes features of each turn: the
mean of the vectors of its words, functionals of its sound, and a summary of its pictures.
docs/features.md lists them. No model is needed; --text-model, --audio-model and
--visual-model name ONNX models to use instead (docs/encoders.md). A .wav file of PCM samples is read
directly; everything else is decoded by ffmpeg, which must be installed.

What is not there or cannot be decoded is missing in the data file, and no error. A table
says how much of each recording was found, and why the rest was not. A turn of which
nothing was found is left out.`
}

// Run extracts and writes.
func (c *featuresCmd) Run(ctx context.Context, term *terminal) error {
	if err := c.check(); err != nil {
		return err
	}
	recordings, err := interrupt.Value(ctx, c.recordings)
	if err != nil {
		return err
	}
	encoders, err := c.encoders(ctx, recordings)
	if err != nil {
		return err
	}
	models, err := c.open(ctx, &encoders)
	if err != nil {
		return err
	}
	defer models.Close()
	type result struct {
		table  *dataset.Table
		report *media.Report
	}
	progress := newShare(term, "features", 1000)
	shown := 0
	options := media.Options{Timeout: time.Duration(c.Timeout) * time.Second, Done: func(done, total float64) {
		if now := int(1000 * done / total); now > shown {
			progress.add(now - shown)
			shown = now
		}
	}}
	got, err := interrupt.Value(ctx, func() (result, error) {
		table, report, err := media.Extract(ctx, recordings, encoders, options)
		return result{table, report}, err
	})
	progress.close()
	if err != nil {
		return err
	}
	corpus, err := got.table.Checked("")
	if err != nil {
		return err
	}
	if err := got.table.Export(c.Out); err != nil {
		return err
	}
	if err := croissant.Write(c.Out, got.table, corpus); err != nil {
		return err
	}
	for _, hint := range got.report.Hints() {
		term.note("%s", hint)
	}
	if c.JSON {
		return printJSON(term.out, got.report)
	}
	if _, err := got.report.WriteTo(term.out); err != nil {
		return err
	}
	_, err = fmt.Fprintf(term.out, "\n%s: %s\n", c.Out, dataset.SplitSummary(corpus))
	return err
}

// check returns an error if the flags do not fit each other.
func (c *featuresCmd) check() error {
	if err := dataset.CheckExport(c.Out); err != nil {
		return fault.Input(fault.Of(err), "--out %w", err)
	}
	for _, list := range [][]string{c.Turns, c.Audio, c.Video, {c.TextVectors}, c.paths()} {
		for _, path := range list {
			if path == c.Out {
				return fault.Input("choose another --out", "--out %s: it would overwrite what is read", c.Out)
			}
		}
	}
	for _, list := range []struct {
		flag  string
		paths []string
	}{{"--audio", c.Audio}, {"--video", c.Video}} {
		if len(list.paths) > 0 && len(list.paths) != len(c.Turns) {
			return fault.Input("give one for each transcript, in their order; the word none stands for no file, as in a.wav,none,c.wav",
				"%s: %d files for %d transcripts", list.flag, len(list.paths), len(c.Turns))
		}
	}
	if c.TextVectors != "" && c.TextModel != "" {
		return fault.Input("leave out one of them", "--text-vectors and --text-model both encode the words")
	}
	if len(c.Audio) == 0 && len(c.Video) == 0 && c.TextVectors == "" && c.TextModel == "" {
		return fault.Input("give --audio, --video, --text-vectors or --text-model", "there is nothing to compute features of")
	}
	return c.modelFlags.check()
}

// recordings reads the transcripts and joins them with their recordings.
func (c *featuresCmd) recordings() ([]media.Recording, error) {
	talks, err := readTalks(c.Turns, turns.Options{Tiers: c.Tiers, Class: c.Class, Label: c.Label})
	if err != nil {
		return nil, err
	}
	var out []media.Recording
	for i, talk := range talks {
		r := media.Recording{Talk: talk}
		if c.Video != nil {
			r.Video = recorded(c.Video[i])
			r.Audio = r.Video
		}
		if c.Audio != nil {
			r.Audio = recorded(c.Audio[i])
		}
		out = append(out, r)
	}
	return out, nil
}

// recorded returns the path of a recording, "" for none.
func recorded(path string) string {
	if path == "none" {
		return ""
	}
	return path
}

// encoders returns those that the flags ask for.
func (c *featuresCmd) encoders(ctx context.Context, recordings []media.Recording) (media.Encoders, error) {
	var e media.Encoders
	var texts []string
	for _, r := range recordings {
		if r.Audio != "" {
			e.Audio = audio.New()
		}
		if r.Video != "" {
			e.Visual = visual.New()
		}
		for _, turn := range r.Talk.Turns {
			texts = append(texts, turn.Words)
		}
	}
	if c.TextVectors == "" {
		return e, nil
	}
	vectors, err := interrupt.Value(ctx, func() (*wordvectors.Vectors, error) { return wordvectors.Read(ctx, c.TextVectors, texts) })
	if err == nil {
		e.Text = vectors
	}
	return e, err
}
