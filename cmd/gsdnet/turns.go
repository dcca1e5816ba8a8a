package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"gsdnet/dataset"
	"gsdnet/dataset/croissant"
	"gsdnet/dataset/turns"
	"gsdnet/erc"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/count"
	"gsdnet/internal/fault"
	"gsdnet/internal/interrupt"
)

func init() {
	register[turnsCmd]("data turns", "List the turns of transcripts, or join them with features to a data file.")
}

type turnsCmd struct {
	Files  []string `arg:"" name:"file" help:"Transcripts: ELAN (.eaf), WebVTT (.vtt), SubRip (.srt), or .csv. Each is one dialogue, named after the file."`
	Out    string   `help:"File to write: .csv or .jsonl for a list; with features a data file (.npz, .parquet, .csv, .jsonl); - for a list as CSV on standard output." required:"" placeholder:"FILE"`
	Text   string   `help:"Features of the text, a .npy file with a row for each turn." placeholder:"FILE"`
	Audio  string   `help:"Features of the audio, likewise." placeholder:"FILE"`
	Visual string   `help:"Features of the picture, likewise." placeholder:"FILE"`
	Tiers  []string `help:"Tiers of the speakers in ELAN files. Without, all tiers whose annotations have times of their own." placeholder:"TIER"`
	Class  string   `help:"Tier of ELAN files with the class of each turn: its ID, the part of it before an @, or its linguistic type." placeholder:"TIER"`
	Label  string   `help:"Tier of ELAN files with the score of each turn, likewise." placeholder:"TIER"`
}

// Help is the example under --help.
func (turnsCmd) Help() string {
	return `Example:
  gsdnet data turns talk.eaf --out turns.csv
  gsdnet data turns talk.eaf --class emotion --text text.npy --audio audio.npy --out talk.npz

A transcript says who speaks when, and which words. Without features, the verb writes
a line for each turn: dialogue, turn, begin and end in seconds, speaker, words, class,
label. Extract features from these turns, in this order, and give them as arrays [n,D]
with a row for each turn of all files; a row of NaN is a modality that is missing. The
verb then writes a data file that every other verb reads.`
}

// Run reads the transcripts and writes what was asked for.
func (c *turnsCmd) Run(ctx context.Context, term *terminal) error {
	features := [erc.NumModalities]string{c.Text, c.Audio, c.Visual}
	join := features != [erc.NumModalities]string{}
	if err := c.check(join); err != nil {
		return err
	}
	talks, err := interrupt.Value(ctx, func() ([]*turns.Talk, error) {
		return readTalks(c.Files, turns.Options{Tiers: c.Tiers, Class: c.Class, Label: c.Label})
	})
	if err != nil {
		return err
	}
	if join {
		table, err := turns.Corpus(talks, features)
		if err != nil {
			return err
		}
		corpus, err := table.Checked("")
		if err != nil {
			return err
		}
		if err := table.Export(c.Out); err != nil {
			return err
		}
		if err := croissant.Write(c.Out, table, corpus); err != nil {
			return err
		}
		_, err = fmt.Fprintf(term.out, "%s: %s\n", c.Out, dataset.SplitSummary(corpus))
		return err
	}
	write := listCSV
	if strings.EqualFold(filepath.Ext(c.Out), ".jsonl") {
		write = listJSON
	}
	if c.Out == stdout {
		return write(term.out, talks)
	}
	if err := atomicfile.WriteFunc(c.Out, func(w io.Writer) error { return write(w, talks) }); err != nil {
		return err
	}
	n := 0
	for _, talk := range talks {
		n += len(talk.Turns)
	}
	_, err = fmt.Fprintf(term.out, "%s: %s of %s\n", c.Out, count.Of(n, "turn"), count.Of(len(talks), "transcript"))
	return err
}

// check returns an error if --out names no file that can be written.
func (c *turnsCmd) check(join bool) error {
	for _, path := range c.Files {
		if path == c.Out {
			return fault.Input("choose another --out", "--out %s: it would overwrite what is read", c.Out)
		}
	}
	if join {
		if err := dataset.CheckExport(c.Out); err != nil {
			return fault.Input(fault.Of(err), "--out %w", err)
		}
		return nil
	}
	switch extension := strings.ToLower(filepath.Ext(c.Out)); {
	case c.Out == stdout, extension == ".csv", extension == ".jsonl":
		return nil
	}
	return fault.Input("name it .csv or .jsonl for a list of turns; for a data file, give features with --text, --audio or --visual", "--out %s: the ending names no list of turns", c.Out)
}

// readTalks reads transcripts.
func readTalks(paths []string, options turns.Options) ([]*turns.Talk, error) {
	var talks []*turns.Talk
	for _, path := range paths {
		talk, err := turns.Read(path, options)
		if err != nil {
			return nil, err
		}
		talks = append(talks, talk)
	}
	return talks, nil
}

// seconds writes a time in seconds.
func seconds(t float64) string { return strconv.FormatFloat(t, 'f', -1, 64) }

// listCSV writes a line for each turn.
func listCSV(w io.Writer, talks []*turns.Talk) error {
	rows := [][]string{{"dialogue", "turn", "begin", "end", "speaker", "words", "class", "label"}}
	for _, talk := range talks {
		for i, turn := range talk.Turns {
			rows = append(rows, []string{talk.Name, strconv.Itoa(i), seconds(turn.Begin.Seconds()), seconds(turn.End.Seconds()), turn.Speaker, turn.Words, turn.Class, turn.Label})
		}
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// listJSON writes an object for each turn.
func listJSON(w io.Writer, talks []*turns.Talk) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, talk := range talks {
		for i, turn := range talk.Turns {
			err := encoder.Encode(struct {
				Dialogue string  `json:"dialogue"`
				Turn     int     `json:"turn"`
				Begin    float64 `json:"begin"`
				End      float64 `json:"end"`
				Speaker  string  `json:"speaker,omitempty"`
				Words    string  `json:"words,omitempty"`
				Class    string  `json:"class,omitempty"`
				Label    string  `json:"label,omitempty"`
			}{talk.Name, i, turn.Begin.Seconds(), turn.End.Seconds(), turn.Speaker, turn.Words, turn.Class, turn.Label})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
