package turns_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gsdnet/dataset/turns"
	"gsdnet/internal/fault"
)

const ms = time.Millisecond

// want is what the fixtures hold (testdata/make.py).
var want = []turns.Turn{
	{Speaker: "Anna", Begin: 500 * ms, End: 2000 * ms, Words: "Hello, Ben & all."},
	{Speaker: "Ben", Begin: 1750 * ms, End: 3250 * ms, Words: "Good morning!"},
	{Speaker: "Zoë", Begin: 3500 * ms, End: 3661042 * ms, Words: "I am late, sorry."},
}

// labelled has the labels too.
func labelled(classes, labels bool) []turns.Turn {
	out := append([]turns.Turn(nil), want...)
	for i := range out {
		if classes {
			out[i].Class = []string{"joy", "", "shame"}[i]
		}
		if labels {
			out[i].Label = []string{"1.5", "-0.5", ""}[i]
		}
	}
	return out
}

var plainly = cmpopts.IgnoreUnexported(turns.Turn{})

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name    string
		options turns.Options
		want    []turns.Turn
	}{
		{"talk.vtt", turns.Options{}, want},
		{"talk.srt", turns.Options{}, want},
		{"talk.csv", turns.Options{}, labelled(true, true)},
		{"talk.eaf", turns.Options{Class: "emotion", Label: "score"}, labelled(true, true)},
		{"talk.eaf", turns.Options{Tiers: []string{"A", "B", "Zoë"}}, want},
		{"talk.eaf", turns.Options{Tiers: []string{"B"}, Label: "score"}, labelled(false, true)[1:2]},
	} {
		got, err := turns.Read(filepath.Join("testdata", c.name), c.options)
		if err != nil {
			t.Errorf("%s: %v (%s)", c.name, err, fault.Of(err))
			continue
		}
		if diff := cmp.Diff(c.want, got.Turns, plainly); diff != "" || got.Name != "talk" {
			t.Errorf("%s: name %q, want -, got +\n%s", c.name, got.Name, diff)
		}
	}
}

// read writes a file and reads it.
func read(t *testing.T, name, text string, o turns.Options) (*turns.Talk, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return turns.Read(path, o)
}

// Subtitles come with marks of style, places on the screen, notes, and without names.
func TestSubtitles(t *testing.T) {
	turn := func(who, words string, begin, end time.Duration) turns.Turn {
		return turns.Turn{Speaker: who, Words: words, Begin: begin, End: end}
	}
	for name, c := range map[string]struct {
		file, text string
		want       []turns.Turn
	}{
		"all of VTT": {"a.vtt", "\ufeffWEBVTT Kind: captions\nLanguage: en\n\nNOTE\na remark --\n\nSTYLE\n::cue { color: red }\n\nfirst\n00:01.000 --> 00:02.500 align:start line:0\n<v.loud Mary Ann>It is <b>so</b> <00:01.500>good &lt;3</v>\n\n00:03.000 --> 00:04.000\n<v Tom>No.</v> <v Mary Ann>Yes!\n",
			[]turns.Turn{turn("Mary Ann", "It is so good <3", 1000*ms, 2500*ms), turn("Tom", "No.", 3000*ms, 4000*ms), turn("Mary Ann", "Yes!", 3000*ms, 4000*ms)}},
		"without names": {"a.srt", "1\r\n00:00:01,000 --> 00:00:02,000\r\n<i>Hello</i>\r\nthere.\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000 X1:1\r\n{\\an8}Note that: it works\r\n",
			[]turns.Turn{turn("", "Hello there.", 1000*ms, 2000*ms), turn("Note that", "it works", 3000*ms, 4000*ms)}}, // a name has a capital letter and at most three words
		"names go on": {"a.srt", "1\n00:00:01,000 --> 00:00:02,000\n- DR. NO: Hello.\n- Bond: Hi: you.\n\n2\n00:00:02,000 --> 00:00:03,000\nand bye\n",
			[]turns.Turn{turn("", "DR. NO: Hello.", 1000*ms, 2000*ms), turn("Bond", "Hi: you.", 1000*ms, 2000*ms), turn("Bond", "and bye", 2000*ms, 3000*ms)}},
		"order and no words": {"a.vtt", "WEBVTT\n\n00:03.000 --> 00:04.000\nlast\n\n00:01.000 --> 00:02.000\n\n",
			[]turns.Turn{turn("", "", 1000*ms, 2000*ms), turn("", "last", 3000*ms, 4000*ms)}},
	} {
		got, err := read(t, c.file, c.text, turns.Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.want, got.Turns, plainly); diff != "" {
			t.Errorf("%s: want -, got +\n%s", name, diff)
		}
	}
}

// Every time that is written is read again.
func TestClock(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"1.5": 1500 * ms, "0": 0, "00:01:02,345": 62345 * ms, "1:02.5": 62500 * ms, "100:00:00.001": 360000001 * ms, " 7 ": 7000 * ms,
	} {
		got, err := turns.ParseClock(text)
		if err != nil || got != want {
			t.Errorf("%q: got %v, %v, want %v", text, got, err, want)
		}
		if again, err := turns.ParseClock(turns.Clock(want)); err != nil || again != want {
			t.Errorf("%s: got %v, %v", turns.Clock(want), again, err)
		}
	}
	for _, text := range []string{"", "-1", "1:60", "1::2", "a", "1.5:2", "NaN", "1e3", "1:2:3:4", "+1", "99999999", "1.2.3", "0x10"} {
		if got, err := turns.ParseClock(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
}

// Predictions go back as tiers, and everything else stays as it is.
func TestAnnotate(t *testing.T) {
	for _, name := range []string{"talk.eaf", "talk.vtt", "talk.csv"} {
		talk, err := turns.Read(filepath.Join("testdata", name), turns.Options{Tiers: map[bool][]string{true: {"A", "B", "Zoë"}}[name == "talk.eaf"]})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := talk.Annotate(&out, []turns.Tier{{"predicted", []string{"joy & fun", "", "fear"}}, {"sure", []string{"0.9", "0.5", "0.4"}}}); err != nil {
			t.Fatal(err)
		}
		got, err := read(t, "out.eaf", out.String(), turns.Options{Tiers: map[bool][]string{true: {"A", "B", "Zoë"}}[name == "talk.eaf"], Class: "predicted", Label: "sure"})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		wanted := append([]turns.Turn(nil), want...)
		for i := range wanted {
			wanted[i].Class, wanted[i].Label = []string{"joy & fun", "", "fear"}[i], []string{"0.9", "0.5", "0.4"}[i]
		}
		if diff := cmp.Diff(wanted, got.Turns, plainly); diff != "" {
			t.Errorf("%s: want -, got +\n%s", name, diff)
		}
		if name == "talk.eaf" {
			keeps(t, out.String())
		}
		if err := got.Annotate(&out, []turns.Tier{{"sure", []string{"", "", ""}}}); err == nil || fault.Of(err) == "" || !strings.Contains(err.Error(), `it has a tier "sure@`) {
			t.Errorf("%s, again: got %v", name, err)
		}
	}
}

// keeps checks that a file has every line of the fixture, in their order, and new lines.
func keeps(t *testing.T, got string) {
	t.Helper()
	fixture, err := os.ReadFile("testdata/talk.eaf")
	if err != nil {
		t.Fatal(err)
	}
	rest := got
	for _, line := range strings.Split(string(fixture), "\n") {
		_, after, ok := strings.Cut(rest, line)
		if !ok {
			t.Fatalf("%q is lost", line)
		}
		rest = after
	}
	if n := strings.Count(got, `<TIER LINGUISTIC_TYPE_REF="gsdnet"`); n != 6 {
		t.Errorf("%d new tiers, want 6", n)
	}
}
