// Package media turns recordings and their transcripts into features: a vector of text, of
// audio and of visual features for each turn, or the reason why there is none.
//
//	talk, err := turns.Read("talk.srt", turns.Options{})
//	table, report, err := media.Extract(ctx, []media.Recording{{Talk: talk, Video: "talk.mp4"}},
//		media.Encoders{Text: vectors, Audio: audio.New(), Visual: visual.New()}, media.Options{})
//
// A modality that is not there, or that fails, is missing and no error; the Report counts
// what was found, and why the rest was not. The encoders of the folders audio, visual and
// words need no models. Another encoder is a type with the methods of Text, Audio or
// Visual.
//
// Start reading at Extract.
package media

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gsdnet/dataset"
	"gsdnet/dataset/turns"
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Encoder is what all encoders have: the names of the features of a turn, in their order.
// Their number is the width of the modality.
//
// An error of an encoder is the reason why a turn has no features, in a few words that
// follow a colon, such as "no words". Reasons that are equal are counted together, so they
// contain no numbers of the turn.
type Encoder interface {
	Names() []string
}

// Text encodes the words of a turn.
type Text interface {
	Encoder
	Encode(ctx context.Context, words string) ([]float32, error)
}

// Audio encodes the sound of a turn, in one channel between -1 and 1.
type Audio interface {
	Encoder
	Rate() int // samples a second
	Encode(ctx context.Context, samples []float32) ([]float32, error)
}

// Visual encodes the pictures of a turn. Frame describes each picture once, whatever number
// of turns it belongs to; Turn makes the features of a turn of the descriptions.
type Visual interface {
	Encoder
	PerSecond() int // pictures a second
	Side() int      // pixels of the longer side of a picture
	Frame(ctx context.Context, picture, before Picture) ([]float32, error)
	Turn(ctx context.Context, frames [][]float32) ([]float32, error)
}

// Encoders are those of the modalities, nil for one that is not wanted.
type Encoders struct {
	Text   Text
	Audio  Audio
	Visual Visual
}

// Recording is a transcript and the files of what was recorded.
type Recording struct {
	Talk  *turns.Talk
	Audio string // path of the sound; "" if there is none
	Video string // path of the pictures; "" if there are none
}

// Options are how recordings are read.
type Options struct {
	Timeout time.Duration             // of decoding each file; 0 is no limit
	Done    func(done, total float64) // is told how many seconds of recordings are done; may be nil
}

// MaxTurn is the longest turn that has audio or visual features.
const MaxTurn = 10 * time.Minute

// Extract encodes every turn of the recordings, and makes a table of them, whose
// dialogues are the recordings. A turn of which nothing was found is not in the table; the
// others keep their numbers. Its errors are that nothing was found at all, and that of ctx.
// Equal recordings and encoders give equal tables.
func Extract(ctx context.Context, recordings []Recording, e Encoders, o Options) (*dataset.Table, *Report, error) {
	report := &Report{}
	var features [erc.NumModalities][][]float32 // nil where missing
	var talks []*turns.Talk
	steps := newSteps(recordings, e, o)
	for _, r := range recordings {
		talks = append(talks, r.Talk)
		for _, m := range erc.Modalities {
			found, err := encode(ctx, m, r, e, o, steps)
			if ctx.Err() != nil {
				return nil, nil, ctx.Err()
			}
			report.add(m, r, found, err)
			features[m] = append(features[m], found.features...)
		}
	}
	var widths [erc.NumModalities][]string
	for m, encoder := range []Encoder{e.Text, e.Audio, e.Visual} {
		if encoder != nil {
			widths[m] = encoder.Names()
		}
	}
	table, err := tabulate(talks, features, widths, report)
	return table, report, err
}

// found are the features of the turns of one recording and modality, and the reasons why
// some have none.
type found struct {
	features [][]float32
	reasons  []string
}

func nothing(r Recording) found {
	return found{make([][]float32, len(r.Talk.Turns)), make([]string, len(r.Talk.Turns))}
}

// encode encodes one modality of a recording. The error is why there is nothing of it.
func encode(ctx context.Context, m erc.Modality, r Recording, e Encoders, o Options, s *steps) (found, error) {
	switch {
	case m == erc.Text && e.Text != nil:
		return encodeText(ctx, r, e.Text), nil
	case m == erc.Audio && e.Audio != nil && r.Audio != "":
		return encodeAudio(ctx, r, e.Audio, o, s)
	case m == erc.Visual && e.Visual != nil && r.Video != "":
		return encodeVisual(ctx, r, e.Visual, o, s)
	}
	return nothing(r), errNotGiven
}

var errNotGiven = errors.New("not given")

// set notes the features of a turn, or why there are none.
func (f *found) set(i int, features []float32, err error) {
	if err != nil {
		f.reasons[i] = err.Error()
		return
	}
	f.features[i] = features
}

func encodeText(ctx context.Context, r Recording, e Text) found {
	out := nothing(r)
	for i, turn := range r.Talk.Turns {
		if ctx.Err() != nil {
			break
		}
		features, err := e.Encode(ctx, turn.Words)
		out.set(i, features, err)
	}
	return out
}

// tabulate joins the features of all recordings with the turns.
func tabulate(talks []*turns.Talk, features [erc.NumModalities][][]float32, names [erc.NumModalities][]string, report *Report) (*dataset.Table, error) {
	var x [erc.NumModalities]*dataset.Matrix
	some := make([]bool, len(features[0]))
	for m := range features {
		if names[m] == nil {
			continue
		}
		x[m] = &dataset.Matrix{Width: len(names[m]), Names: names[m]}
		for i, row := range features[m] {
			if row != nil && len(row) != x[m].Width {
				panic(fmt.Sprintf("media: an encoder of %s returned %d features, and names %d", erc.Modality(m), len(row), x[m].Width))
			}
			some[i] = some[i] || row != nil
			x[m].Append(row)
		}
	}
	if !slices.Contains(some, true) {
		return nil, fault.Input(report.advice(), "nothing was found of any turn: %s", report.summary())
	}
	table, err := turns.Join(talks, x, func(row int) bool { return some[row] })
	if err == nil {
		report.Left = len(some) - table.Rows
	}
	return table, err
}
