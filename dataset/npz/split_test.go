package npz_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gsdnet/dataset"
	"gsdnet/dataset/npz"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	archive "gsdnet/internal/npz"
)

// many is a file of 60 conversations of 1 to 6 turns between two of 24 speakers,
// who come in 12 pairs.
func many() *archive.File {
	var dialogue, turn, speaker []int32
	for d := range int32(60) {
		for u := range d%6 + 1 {
			dialogue, turn = append(dialogue, d), append(turn, u)
			speaker = append(speaker, d%12*2+u%2)
		}
	}
	n := len(turn)
	f := &archive.File{}
	f.Set("text", archive.From(make([]float32, 2*n), n, 2))
	f.Set("dialogue", archive.From(dialogue))
	f.Set("turn", archive.From(turn))
	f.Set("speaker", archive.From(speaker))
	f.Set("label", archive.FromStrings(make([]string, n))) // not read
	return f
}

func TestAddSplit(t *testing.T) {
	for _, by := range []bool{false, true} {
		f := many()
		o := dataset.SplitOptions{BySpeaker: by, Shares: [3]float64{0.7, 0.1, 0.2}, Seed: 1}
		corpus, err := npz.AddSplit("many.npz", f, dataset.Fields{}, o)
		if err != nil {
			t.Fatal(err)
		}
		got := open(t, save(t, without(f, "label")), dataset.Fields{})
		in := map[erc.Speaker]erc.Split{}
		for i, conv := range got.Conversations {
			if conv.Split != corpus.Conversations[i].Split {
				t.Errorf("conversation %d: file has %s, corpus %s", i, conv.Split, corpus.Conversations[i].Split)
			}
			for _, u := range conv.Utterances {
				if before, met := in[u.Speaker]; by && met && before != conv.Split {
					t.Errorf("speaker %d is in %s and %s", u.Speaker, before, conv.Split)
				}
				in[u.Speaker] = conv.Split
			}
		}
		all := float64(erc.CountUtterances(got.Conversations))
		for s, share := range o.Shares {
			tolerance := 6 / all
			if by {
				tolerance *= 5 // a pair of speakers has 5 conversations
			}
			if is := float64(erc.CountUtterances(got.In(erc.Split(s)))) / all; is < share-tolerance || is > share+tolerance {
				t.Errorf("by speaker %v: %s has %.3f, want %g", by, erc.Split(s), is, share)
			}
		}

		again := many()
		if _, err := npz.AddSplit("many.npz", again, dataset.Fields{}, o); err != nil || !bytes.Equal(f.Get("split").Data, again.Get("split").Data) {
			t.Errorf("the same seed again: %v, or another division", err)
		}
		o.Seed = 2
		if _, err := npz.AddSplit("many.npz", again, dataset.Fields{}, o); err != nil || bytes.Equal(f.Get("split").Data, again.Get("split").Data) {
			t.Errorf("another seed: %v, or the same division", err)
		}
		if got, want := again.Get("label"), many().Get("label"); !cmp.Equal(got, want, cmp.AllowUnexported(archive.Array{})) {
			t.Error("label was changed")
		}
	}
}

// A split that exists is replaced, even one that could not be read.
func TestAddSplitReplaces(t *testing.T) {
	f := many()
	f.Set("split", archive.From([]int8{9}))
	corpus, err := npz.AddSplit("many.npz", f, dataset.Fields{}, dataset.SplitOptions{Shares: [3]float64{0, 0.5, 0.5}})
	if err != nil || len(corpus.In(erc.Train)) != 0 || len(corpus.In(erc.Valid)) == 0 {
		t.Errorf("got %v, %d conversations in train, want none", err, len(corpus.In(erc.Train)))
	}
	if _, err := npz.AddSplit("many.npz", f, dataset.Fields{Split: "fold"}, dataset.SplitOptions{Shares: [3]float64{1, 0, 0}}); err != nil || f.Get("fold") == nil {
		t.Errorf("named: got %v, want an array fold", err)
	}
}

func TestAddSplitRefuses(t *testing.T) {
	good := [3]float64{0.7, 0.1, 0.2}
	onePair := many()
	onePair.Set("speaker", archive.From(make([]int8, onePair.Get("turn").Len())))
	for _, c := range []struct {
		file   *archive.File
		fields dataset.Fields
		o      dataset.SplitOptions
		want   string
	}{
		{many(), dataset.Fields{}, dataset.SplitOptions{Shares: [3]float64{0.7, 0.1, 0.1}}, "the shares sum to 0.9, not 1"},
		{many(), dataset.Fields{}, dataset.SplitOptions{Shares: [3]float64{-1, 1, 1}}, "a share of -1 is not in 0 to 1"},
		{sample(), dataset.Fields{}, dataset.SplitOptions{Shares: good}, "f.npz: 2 conversations cannot fill 3 splits"},
		{without(many(), "speaker"), dataset.Fields{}, dataset.SplitOptions{Shares: good, BySpeaker: true}, `f.npz: array "speaker": not in the file`},
		{onePair, dataset.Fields{}, dataset.SplitOptions{Shares: good, BySpeaker: true}, `f.npz: array "speaker": groups of conversations without common speakers: 1, too few for 3 splits`},
		{many(), dataset.Fields{Split: "turn"}, dataset.SplitOptions{Shares: good}, `f.npz: array "turn" is the turn already`},
	} {
		_, err := npz.AddSplit("f.npz", c.file, c.fields, c.o)
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || fault.Of(err) == "" || !fault.IsInput(err) {
			t.Errorf("got %v, hint %q, want %q", err, fault.Of(err), c.want)
		}
	}
}
