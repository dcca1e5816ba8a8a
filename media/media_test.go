package media_test

import (
	"context"
	"encoding/binary"
	"errors"
	"image"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gsdnet/dataset/turns"
	"gsdnet/erc"
	"gsdnet/media"
	"gsdnet/media/audio"
)

const rate = audio.Rate

// wav writes seconds of sound, whose sample i is of(i).
func wav(t *testing.T, seconds float64, of func(i int) float64) string {
	t.Helper()
	n := int(seconds * rate)
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data")
	b = binary.LittleEndian.AppendUint32(b, uint32(2*n))
	for i := range n {
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(math.Round(32767*of(i)))))
	}
	path := filepath.Join(t.TempDir(), "talk.wav")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// talk is a transcript with turns at these seconds.
func talk(times ...float64) *turns.Talk {
	t := &turns.Talk{Name: "talk", Path: "talk.srt"}
	for i := 0; i < len(times); i += 2 {
		t.Turns = append(t.Turns, turns.Turn{Speaker: string(rune('A' + i/2)), Begin: seconds(times[i]), End: seconds(times[i+1]), Words: "words"})
	}
	return t
}

// ends encodes the length of a turn and the sum of the first and the last sample.
type ends struct{}

func (ends) Names() []string { return []string{"length", "first", "last"} }
func (ends) Rate() int       { return rate }
func (ends) Encode(_ context.Context, x []float32) ([]float32, error) {
	if x[0] == 0 && x[len(x)-1] == 0 {
		return nil, errors.New("nothing recorded")
	}
	return []float32{float32(len(x)), x[0] * 32767, x[len(x)-1] * 32767}, nil
}

// Turns that overlap, that contain each other and that are in any order are cut at their
// times, to the sample.
func TestCut(t *testing.T) {
	second := func(i int) float64 { return float64(i/1600) / 32767 } // counts tenths of a second
	path := wav(t, 20, second)
	times := []float64{0.1, 0.2, 0.3, 15.5, 0.5, 0.7, 1, 19, 2, 2.1, 16, 17, 18.9, 20}
	table, report, err := media.Extract(t.Context(), []media.Recording{{Talk: talk(times...), Audio: path}}, media.Encoders{Audio: ends{}}, media.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range table.Rows {
		begin, end := times[2*i], times[2*i+1]
		want := []float32{float32(math.Round((end - begin) * rate)), float32(math.Round(begin * 10)), float32(math.Round(end*10) - 1)}
		if got := table.Features[erc.Audio].Row(i); !slices.EqualFunc(got, want, func(a, b float32) bool { return math.Abs(float64(a-b)) < 0.01 }) {
			t.Errorf("turn from %g to %g: got %v, want %v", begin, end, got, want)
		}
	}
	if got := report.Parts[erc.Audio].Found; got != len(times)/2 || table.Rows != got {
		t.Errorf("%d turns found, %d rows, want %d", got, table.Rows, len(times)/2)
	}
}

// What is missing has a reason, and a turn of which nothing is there is left out.
func TestReasons(t *testing.T) {
	path := wav(t, 10, func(i int) float64 {
		if i < 2*rate {
			return 0
		}
		return 0.5
	})
	table, report, err := media.Extract(t.Context(), []media.Recording{{Talk: talk(0, 1, 2, 3, 9, 10.5, 9.5, 11.5, 12, 13, 3, 604), Audio: path}}, media.Encoders{Audio: ends{}}, media.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int64{1, 2}; !slices.Equal(table.Turn, want) || report.Left != 4 {
		t.Errorf("turns %v with %d left out, want %v with 4", table.Turn, report.Left, want)
	}
	got := report.Parts[erc.Audio]
	want := []media.Reason{{"behind the end of the recording", 1}, {"longer than 10 minutes", 1}, {"nothing recorded", 1}, {"the recording ends before the middle of the turn", 1}}
	if got.Found != 2 || got.Turns != 6 || !slices.Equal(got.Missing, want) {
		t.Errorf("got %+v, want 2 of 6 and %+v", got, want)
	}
	if got := table.Features[erc.Audio].Row(1)[0]; got != rate { // half a second is behind the end
		t.Errorf("the turn that the end cuts has %g samples, want %d", got, rate)
	}
	var text strings.Builder
	if _, err := report.WriteTo(&text); err != nil || !strings.Contains(text.String(), "talk.wav  6      2      behind the end of the recording (1), longer than 10 minutes (1), ") || !strings.HasSuffix(text.String(), "left out: 4 of the turns, of which nothing was found\n") {
		t.Errorf("%v: the report is\n%s", err, text.String())
	}
}

// If nothing is found, the error says of every modality why.
func TestNothing(t *testing.T) {
	absent := filepath.Join(t.TempDir(), "absent.mp4")
	_, _, err := media.Extract(t.Context(), []media.Recording{{Talk: talk(0, 1), Audio: absent, Video: absent}}, media.Encoders{Audio: ends{}, Visual: still{}}, media.Options{})
	if want := "nothing was found of any turn: text: not given; audio: no such file; visual: no such file"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := media.Extract(ctx, []media.Recording{{Talk: talk(0, 1)}}, media.Encoders{}, media.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the error of the context", err)
	}
}

// still encodes the number of pictures of a turn, and the red of the first and the last.
type still struct{}

func (still) Names() []string { return []string{"pictures", "first", "last"} }
func (still) PerSecond() int  { return 10 }
func (still) Side() int       { return 64 }
func (still) Frame(_ context.Context, picture, _ *image.RGBA) ([]float32, error) {
	return []float32{float32(picture.Pix[0])}, nil
}
func (still) Turn(_ context.Context, frames [][]float32) ([]float32, error) {
	return []float32{float32(len(frames)), frames[0][0], frames[len(frames)-1][0]}, nil
}

// Pictures are cut at the times of the turns too.
func TestPictures(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("SKIPPED: ffmpeg is not installed")
	}
	path := filepath.Join(t.TempDir(), "talk.mkv")
	out, err := exec.Command("ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", "color=c=black:size=64x64:rate=10:duration=10,format=gbrp,geq=r='2*N':g=0:b=0", "-c:v", "ffv1", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	times := []float64{0, 1, 0.5, 9, 0.55, 0.58, 3, 4, 9.5, 10}
	table, report, err := media.Extract(t.Context(), []media.Recording{{Talk: talk(times...), Video: path}}, media.Encoders{Visual: still{}}, media.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []float32{10, 0, 18, 85, 10, 178, 10, 60, 78, 5, 190, 198}
	if got := table.Features[erc.Visual].Values; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := report.Parts[erc.Visual].Missing; !slices.Equal(got, []media.Reason{{"shorter than the time between two pictures", 1}}) {
		t.Errorf("got %v", got)
	}
}

// A table of a modality that failed has its width, so that a trained run reads it.
func TestWidthStays(t *testing.T) {
	path := wav(t, 2, func(int) float64 { return 0.5 })
	table, _, err := media.Extract(t.Context(), []media.Recording{{Talk: talk(0, 1), Audio: path, Video: "absent.mp4"}}, media.Encoders{Audio: ends{}, Visual: still{}}, media.Options{})
	if err != nil {
		t.Fatal(err)
	}
	corpus, err := table.Corpus("")
	if err != nil {
		t.Fatal(err)
	}
	u := corpus.Conversations[0].Utterances[0]
	if corpus.Dims != [3]int{0, 3, 3} || u.Present != erc.None.With(erc.Audio) {
		t.Errorf("widths %v, present %v", corpus.Dims, u.Present)
	}
}
