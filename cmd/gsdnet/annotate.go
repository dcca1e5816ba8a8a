package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gsdnet"
	"gsdnet/dataset/turns"
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// annotateFlags name the transcript that predictions are written into.
type annotateFlags struct {
	Turns string   `help:"Transcript of the conversation, for --out FILE.eaf: the file that gsdnet data turns has read." placeholder:"FILE"`
	Tiers []string `help:"Tiers of the speakers in that ELAN file, as for gsdnet data turns." placeholder:"TIER"`
	Skip  []string `help:"Tiers of that ELAN file that hold labels and no turns: those that gsdnet data turns got with --class and --label." placeholder:"TIER"`
	Tier  string   `help:"Name of the tiers with the predictions. Their certainty is in NAME_certainty." default:"prediction" placeholder:"NAME"`
}

// check returns an error if the flags do not fit the file that is written.
func (f *annotateFlags) check(out string) error {
	eaf := strings.EqualFold(filepath.Ext(out), ".eaf")
	switch {
	case eaf && f.Turns == "":
		return fault.Input("give the transcript with --turns", "--out %s: ELAN needs the times of the turns, which a data file does not have", out)
	case !eaf && f.Turns != "":
		return fault.Input("name --out FILE.eaf, or leave --turns out", "--turns %s: only an ELAN file has a place for it", f.Turns)
	case f.Turns != "" && !turns.Is(f.Turns):
		return fault.Input("give a file that ends in .eaf, .vtt, .srt or .csv", "--turns %s: the ending names no format of transcripts", f.Turns)
	case len(f.Skip) > 2:
		return fault.Input("name at most two", "--skip: %d tiers", len(f.Skip))
	case eaf && f.Turns == out:
		return fault.Input("choose another --out", "--out %s: it would overwrite what is read", out)
	case f.Tier == "" || strings.ContainsAny(f.Tier, "@\n"):
		return fault.Input("give a name without @", "--tier %q: not a name", f.Tier)
	}
	return nil
}

// write writes the transcript with the predictions of its dialogue, which are in the order
// of their rows.
func (f *annotateFlags) write(w io.Writer, corpus *erc.Corpus, predictions []gsdnet.Prediction) error {
	var options turns.Options
	options.Tiers = f.Tiers
	if len(f.Skip) > 0 {
		options.Class = f.Skip[0]
	}
	if len(f.Skip) > 1 {
		options.Label = f.Skip[1]
	}
	talk, err := turns.Read(f.Turns, options)
	if err != nil {
		return err
	}
	found := slices.IndexFunc(corpus.Conversations, func(c erc.Conversation) bool { return c.Name == talk.Name })
	if found < 0 && len(corpus.Conversations) > 1 {
		return fault.Input("rename the transcript after its dialogue", "%s: %s has no dialogue %q", f.Turns, corpus.Name, talk.Name)
	}
	conv := &corpus.Conversations[max(found, 0)]
	if !belongs(conv, talk, corpus.Speakers) {
		return fault.Input("give the transcript and the tiers from which the data file was made", "%s: its %d turns are not those of the %d utterances in dialogue %q of %s",
			f.Turns, len(talk.Turns), len(conv.Utterances), conv.Name, corpus.Name)
	}
	byRow := map[int]*gsdnet.Prediction{}
	for i := range predictions {
		byRow[predictions[i].Row] = &predictions[i]
	}
	n := len(talk.Turns)
	tiers := []turns.Tier{{Name: f.Tier, Values: make([]string, n)}, {Name: f.Tier + "_certainty", Values: make([]string, n)}}
	for i, u := range conv.Utterances {
		if len(conv.Utterances) < n {
			i = u.Turn
		}
		tiers[0].Values[i], tiers[1].Values[i] = spoken(byRow[u.Row])
	}
	return talk.Annotate(w, tiers)
}

// belongs reports whether the utterances of a dialogue are the turns of a transcript: as many,
// or some of them with their numbers and speakers, as gsdnet features leaves out turns of
// which it found nothing.
func belongs(conv *erc.Conversation, talk *turns.Talk, speakers []string) bool {
	if len(conv.Utterances) >= len(talk.Turns) {
		return len(conv.Utterances) == len(talk.Turns)
	}
	for _, u := range conv.Utterances {
		if u.Turn < 0 || u.Turn >= len(talk.Turns) {
			return false
		}
		if s := talk.Turns[u.Turn].Speaker; s != "" && (int(u.Speaker) >= len(speakers) || speakers[u.Speaker] != s) {
			return false
		}
	}
	return true
}

// spoken writes a prediction for a person: a class and its probability, or a score and
// its 95 % interval.
func spoken(p *gsdnet.Prediction) (value, certainty string) {
	short := func(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }
	switch {
	case p == nil:
		return "", ""
	case p.Class != nil:
		return p.Class.Name, short(p.Class.Probability[p.Class.Label])
	}
	widest := p.Score.Intervals[len(p.Score.Intervals)-1]
	return short(p.Score.Mean), fmt.Sprintf("%s to %s", short(widest.Low), short(widest.High))
}
