package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/media"
)

// wavFile is a .wav file of 16-bit samples.
func wavFile(rate int, samples []int16) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32([]byte("RIFF"), uint32(36+2*len(samples)))
	b = append(b, "WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"...)
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(2*rate))
	b = append(b, "\x02\x00\x10\x00data"...)
	b = le.AppendUint32(b, uint32(2*len(samples)))
	for _, x := range samples {
		b = le.AppendUint16(b, uint16(x))
	}
	return b
}

// toneSamples are seconds of a voice of 120 Hz that becomes louder, 16,000 samples a second.
func toneSamples(seconds float64) []int16 {
	x := make([]int16, int(seconds*16000))
	for i := range x {
		t := float64(i) / 16000
		x[i] = int16(4000 * (1 + t/seconds) * (math.Sin(2*math.Pi*120*t) + 0.5*math.Sin(2*math.Pi*240*t)))
	}
	return x
}

// toneCmd writes a recording of a voice: tone FILE SECONDS.
func toneCmd(ts *testscript.TestScript, _ bool, args []string) {
	seconds, err := strconv.ParseFloat(args[1], 64)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), wavFile(16000, toneSamples(seconds)), 0o600))
}

// spokenLines are the lines of a talk of three speakers.
var spokenLines = []struct{ speaker, voice, words string }{
	{"Anna", "en-us+f3", "Good morning, how are you today?"},
	{"Ben", "en-gb+m3", "I am very tired. I did not sleep at all!"},
	{"Zoë", "en-gb+f5", "Oh no, that is a pity."},
	{"Anna", "en-us+f3", "Shall we go home, then?"},
	{"Ben", "en-gb+m3", "No, no, I will be fine."},
	{"Zoë", "en-gb+f5", "Hmm."},
}

// clock writes a time as SubRip does.
func clock(seconds float64) string {
	ms := int(math.Round(seconds * 1000))
	return fmt.Sprintf("%02d:%02d:%02d,%03d", ms/3600000, ms/60000%60, ms/1000%60, ms%1000)
}

// speak makes talk.wav with the lines, each by the voice of its speaker, talk.mp4, which
// has pictures too, and the transcripts talk.srt and talk.csv, the second with labels.
func speak(t *testing.T) {
	t.Helper()
	command := func(name string, args ...string) {
		if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", name, err, out)
		}
	}
	var sound []int16
	var subtitles, list strings.Builder
	list.WriteString("begin,end,speaker,words,label\n")
	rate := 22050
	for i, line := range spokenLines {
		command("espeak-ng", "-v", line.voice, "-w", "line.wav", line.words)
		data, err := os.ReadFile("line.wav")
		if err != nil {
			t.Fatal(err)
		}
		begin := float64(len(sound)) / float64(rate)
		for at := 44; at+1 < len(data); at += 2 {
			sound = append(sound, int16(binary.LittleEndian.Uint16(data[at:])))
		}
		end := float64(len(sound)) / float64(rate)
		sound = append(sound, make([]int16, rate/4)...)
		fmt.Fprintf(&subtitles, "%d\n%s --> %s\n%s: %s\n\n", i+1, clock(begin), clock(end), line.speaker, line.words)
		fmt.Fprintf(&list, "%.3f,%.3f,%s,%q,%d\n", begin, end, line.speaker, line.words, i%5-2)
	}
	for name, data := range map[string][]byte{
		"talk.wav": wavFile(rate, sound), "talk.srt": []byte(subtitles.String()),
		"one.csv": []byte(list.String()), "two.csv": []byte(list.String()), "three.csv": []byte(list.String()),
		"vectors.txt": []byte("good 0.5 1\nmorning 0.25 2\nyou 1 1\ntired -1 -2\nno -1 0.5\nfine 1 3\nhome 0 2\npity -2 -1\n"),
	} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command("ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10", "-i", "talk.wav",
		"-shortest", "-c:v", "mpeg4", "-c:a", "aac", "talk.mp4")
}

// A recording of three speakers becomes a data file on which a model is trained, and
// predictions are made of it whole, without its pictures and without its sound.
func TestRecording(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: makes recordings and trains a model")
	}
	for _, program := range []string{"ffmpeg", "espeak-ng"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("SKIPPED: %s is not installed, and no recording is tried", program)
		}
	}
	t.Chdir(t.TempDir())
	speak(t)
	gsdnet := func(line string) string {
		t.Helper()
		var out, errs bytes.Buffer
		if code := run(t.Context(), strings.Fields(line), &terminal{out: &out, err: &errs}); code != 0 {
			t.Fatalf("gsdnet %s: code %d: %s", line, code, errs.String())
		}
		return out.String()
	}
	gsdnet("features --turns one.csv,two.csv,three.csv --video talk.mp4,talk.mp4,talk.mp4 --text-vectors vectors.txt --out talks.npz")
	gsdnet("data split talks.npz --out split.npz --shares 0.34,0.33,0.33")
	gsdnet("train --data split.npz --out run --model mean --set train.epochs=1 --set mean.width=4 --set mean.hidden=4")
	for _, c := range []struct {
		name, flags string
		absent      []erc.Modality
		reason      string
	}{
		{"whole", "--video talk.mp4", nil, ""},
		{"gone", "--video gone.mp4 --audio talk.wav", []erc.Modality{erc.Visual}, "no such file"},
		{"blind", "--video talk.wav", []erc.Modality{erc.Visual}, "it has no pictures"},
		{"mute", "--video mute.mp4", []erc.Modality{erc.Audio}, "it has no sound"},
		{"silent", "--video talk.mp4 --audio silent.wav", []erc.Modality{erc.Audio}, "digital silence"},
	} {
		t.Run(c.name, func(t *testing.T) {
			switch c.name {
			case "mute":
				if out, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-i", "talk.mp4", "-an", "-c", "copy", "mute.mp4").CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
			case "silent":
				if err := os.WriteFile("silent.wav", wavFile(22050, make([]int16, 60*22050)), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			checkRecording(t, gsdnet, c.name, c.flags, c.absent, c.reason)
		})
	}
}

// checkRecording extracts features of talk.srt and predicts from them.
func checkRecording(t *testing.T, gsdnet func(string) string, name, flags string, absent []erc.Modality, reason string) {
	t.Helper()
	var report media.Report
	out := gsdnet("features --turns talk.srt --text-vectors vectors.txt --json --out " + name + ".npz " + flags)
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatal(err)
	}
	found := [erc.NumModalities]int{5, 6, 6} // no vector for "Hmm."
	for _, m := range absent {
		found[m] = 0
		if missing := report.Parts[m].Missing; len(missing) != 1 || missing[0].Text != reason || missing[0].Turns != 6 {
			t.Errorf("%s is missing because %+v, want %s", m, missing, reason)
		}
	}
	corpus, err := dataset.Open(name+".npz", dataset.Fields{})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range erc.Modalities {
		got := 0
		for _, u := range corpus.Conversations[0].Utterances {
			if u.Present.Has(m) {
				got++
			}
		}
		if part := report.Parts[m]; got != found[m] || part.Found != got || part.Turns != 6 {
			t.Errorf("%s: %d turns in the file, %d of %d in the report, want %d of 6", m, got, part.Found, part.Turns, found[m])
		}
	}
	if got := len(corpus.Speakers); got != 3 {
		t.Errorf("%d speakers, want 3", got)
	}
	gsdnet("predict run --in " + name + ".npz --out " + name + ".csv --samples 2")
	data, err := os.ReadFile(filepath.Clean(name + ".csv"))
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(string(data), "\n"); lines != 7 {
		t.Errorf("%d lines of predictions, want a head and 6", lines)
	}
}

// aloneCmd takes every program but gsdnet away: alone.
func aloneCmd(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Setenv("PATH", filepath.SplitList(ts.Getenv("PATH"))[0])
}
