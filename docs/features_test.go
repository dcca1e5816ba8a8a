package docs_test

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gsdnet/media/audio"
	"gsdnet/media/visual"
)

// The page lists the features of audio and of pictures in their order.
func TestFeaturesPageListsTheFeatures(t *testing.T) {
	for title, names := range map[string][]string{"All audio features in their order": audio.New().Names(), "All visual features in their order": visual.New().Names()} {
		lists := blocks(t, "features.md#"+title, "text")
		if len(lists) != 1 || !slices.Equal(strings.Fields(lists[0]), names) {
			t.Errorf("%s: the page lists\n%s\nwant\n%s", title, strings.Join(lists, "\n"), wrapped(names))
		}
	}
}

// wrapped writes names in lines of at most 95 characters.
func wrapped(names []string) string {
	var out strings.Builder
	width := 0
	for _, name := range names {
		if width+1+len(name) > 95 {
			out.WriteByte('\n')
			width = 0
		}
		if width > 0 {
			out.WriteByte(' ')
			width++
		}
		out.WriteString(name)
		width += len(name)
	}
	return out.String()
}

// The command of the page works on the files that the page shows, and prints what it shows.
func TestFeaturesPage(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: builds the command")
	}
	dir := t.TempDir()
	gsdnet := filepath.Join(dir, "gsdnet")
	run(t, "..", "go", "build", "-trimpath", "-o", gsdnet, "./cmd/gsdnet")
	for name, text := range map[string]string{
		"talk.srt": blocks(t, "features.md", "srt")[0], "vectors.txt": blocks(t, "features.md", "vectors")[0], "talk.wav": voice(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	commands, shown := blocks(t, "features.md#An example", "sh"), blocks(t, "features.md#An example", "text")
	if len(commands) != 1 || len(shown) != 1 {
		t.Fatalf("%d commands and %d outputs, want one of each", len(commands), len(shown))
	}
	if got := run(t, dir, gsdnet, strings.Fields(commands[0])[1:]...); got != shown[0] {
		t.Errorf("got\n%s\nwant\n%s", got, shown[0])
	}
}

// voice is a .wav file of 4 seconds of a tone of 150 Hz, and of one second of silence.
func voice() string {
	const rate = 16000
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data")
	b = binary.LittleEndian.AppendUint32(b, 2*5*rate)
	for i := range 5 * rate {
		x := 8000 * math.Sin(2*math.Pi*150*float64(i)/rate)
		if i >= 4*rate {
			x = 0
		}
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(x)))
	}
	return string(b)
}
