package decode_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"gsdnet/internal/fault"
	"gsdnet/media/decode"
)

var (
	plain   = header{1, 1, 16, 16000, -1}
	samples = make([]byte, 3200)
	ftyp    = box("ftyp", []byte("isom\x00\x00\x02\x00isomiso2mp41"))
)

// with returns a file whose chunk "fmt " is that of h.
func with(h header, extensible bool, data []byte) []byte {
	return riff(chunk("fmt ", fmtChunk(h, extensible)), chunk("data", data))
}

// patched returns a good file with other bytes at a place.
func patched(at int, b ...byte) []byte {
	data := with(plain, false, samples)
	copy(data[at:], b)
	return data
}

// box returns a box of an .mp4 file.
func box(name string, data []byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(data)+8)), append([]byte(name), data...)...)
}

func nan(bits uint32) []byte {
	b := binary.LittleEndian.AppendUint32(nil, math.Float32bits(0.5))
	return binary.LittleEndian.AppendUint32(b, bits)
}

func extensible(change func(b []byte)) []byte {
	b := fmtChunk(plain, true)
	change(b)
	return riff(chunk("fmt ", b), chunk("data", samples))
}

// hostileWAV are files that are no .wav files, by what the error says.
var hostileWAV = []struct {
	name, want string
	data       []byte
}{
	{"empty", "it has 0 bytes", nil},
	{"four bytes", "it has 4 bytes", []byte("RIFF")},
	{"text", "it does not begin with RIFF and WAVE", []byte("this is no recording at all\n")},
	{"another RIFF", "it does not begin with RIFF and WAVE", patched(8, 'A', 'V', 'I', ' ')},
	{"header alone", "without sound", riff()},
	{"no data", "without sound", riff(chunk("fmt ", fmtChunk(plain, false)))},
	{"no fmt", "the sound comes before its description", riff(chunk("data", samples))},
	{"data first", "the sound comes before its description", riff(chunk("data", samples), chunk("fmt ", fmtChunk(plain, false)))},
	{"two fmt", `two chunks "fmt "`, riff(chunk("fmt ", fmtChunk(plain, false)), chunk("fmt ", fmtChunk(plain, false)), chunk("data", samples))},
	{"short fmt", `the chunk "fmt " has 15 bytes`, riff(chunk("fmt ", make([]byte, 15)), chunk("data", samples))},
	{"huge fmt", `the chunk "fmt " has 2147483647 bytes`, patched(16, 0xff, 0xff, 0xff, 0x7f)},
	{"largest fmt", `the chunk "fmt " has 4294967295 bytes`, patched(16, 0xff, 0xff, 0xff, 0xff)},
	{"fmt behind the end", `the chunk "fmt " has 4000 bytes`, patched(16, 0xa0, 0x0f)},
	{"no channels", "0 channels, want 1 to 32", patched(22, 0, 0)},
	{"many channels", "65535 channels, want 1 to 32", patched(22, 0xff, 0xff)},
	{"rate 0", "0 samples a second", patched(24, 0, 0, 0, 0)},
	{"rate 1", "1 samples a second", patched(24, 1, 0, 0, 0)},
	{"largest rate", "4294967295 samples a second", patched(24, 0xff, 0xff, 0xff, 0xff)},
	{"no bits", "samples of 0 bits", patched(34, 0, 0)},
	{"12 bits", "samples of 12 bits", patched(34, 12, 0)},
	{"64 bits of PCM", "samples of 64 bits", with(header{1, 1, 64, 16000, -1}, false, samples)},
	{"16 bits of float", "samples of 16 bits", with(header{3, 1, 16, 16000, -1}, false, samples)},
	{"wrong block", "1 channels of 16 bits take 2 bytes, and the file says 4", patched(32, 4, 0)},
	{"block 0", "take 2 bytes, and the file says 0", patched(32, 0, 0)},
	{"data cut", "it declares 4294967294 bytes of sound, and has 3200", patched(40, 0xfe, 0xff, 0xff, 0xff)},
	{"data one too long", "it declares 3202 bytes of sound, and has 3200", patched(40, 0x82, 0x0c)},
	{"no samples", "it has no samples", riff(chunk("fmt ", fmtChunk(plain, false)), chunk("data", nil))},
	{"unknown length, no samples", "it has no samples", append(riff(chunk("fmt ", fmtChunk(plain, false))), "data\xff\xff\xff\xff"...)},
	{"half a sample", "3199 bytes of sound are not a whole number of samples", riff(chunk("fmt ", fmtChunk(plain, false)), chunk("data", samples[1:]))},
	{"chunk behind the end", "a chunk ends at byte", riff(chunk("fmt ", fmtChunk(plain, false)), []byte("LIST\xff\xff\xff\x7f"))},
	{"chunk that wraps around", "a chunk ends at byte", riff([]byte("LIST\xff\xff\xff\xff"), chunk("fmt ", fmtChunk(plain, false)))},
	{"many chunks", "more than 1024 chunks", riff(bytes.Repeat(chunk("LIST", nil), 5000))},
	{"short extensible", "and its format takes 40", riff(chunk("fmt ", fmtChunk(plain, true)[:18]), chunk("data", samples))},
	{"extensible, no channels", "0 channels", extensible(func(b []byte) { b[2] = 0 })},
	{"not a number", "sample 1 is NaN", with(header{3, 1, 32, 16000, -1}, false, nan(0x7fc00000))},
	{"infinite", "sample 1 is +Inf", with(header{3, 1, 32, 16000, -1}, false, nan(0x7f800000))},
	{"loud", "sample 1 is 3.4e+38", with(header{3, 1, 32, 16000, -1}, false, nan(0x7f7fffff))},
}

// foreign are files that ffmpeg is given, and refuses.
var foreign = []struct {
	name string
	data []byte
}{
	{"empty.mp4", nil},
	{"text.mp4", []byte("this is no recording at all\n")},
	{"head.mp4", ftyp},
	{"half.mp4", ftyp[:10]},
	{"moov.mp4", append(bytes.Clone(ftyp), box("moov", nil)...)},
	{"zero.mp4", append(bytes.Clone(ftyp), 0, 0, 0, 0, 'm', 'o', 'o', 'v')},
	{"small.mp4", append(bytes.Clone(ftyp), 0, 0, 0, 1, 'm', 'o', 'o', 'v', 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)},
	{"huge.mp4", append(bytes.Clone(ftyp), 0x7f, 0xff, 0xff, 0xff, 'm', 'o', 'o', 'v')},
	{"deep.mp4", append(bytes.Clone(ftyp), bytes.Repeat([]byte("\x00\x00\xff\xffmoov"), 4000)...)},
	{"list.mp4", []byte("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n")},
	{"web.mp4", []byte("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")},
	{"concat.mp4", []byte("ffconcat version 1.0\nfile /etc/passwd\n")},
	{"script.avi", []byte("#!/bin/sh\ntouch hacked\n")},
	{"ebml.mkv", []byte("\x1a\x45\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xff")},
	{"avi.avi", []byte("RIFF\xff\xff\xff\x7fAVI LIST\xff\xff\xff\x7fhdrlavih")},
	{"ogg.ogg", append([]byte("OggS\x00\x02"), bytes.Repeat([]byte{0xff}, 200)...)},
	{"adpcm.wav", with(header{17, 1, 4, 16000, 1}, false, nil)},
	{"odd.wav", with(header{9999, 1, 16, 16000, -1}, false, samples)},
	{"guid.wav", extensible(func(b []byte) { b[30] = 9 })},
	{"rifx.wav", patched(3, 'X')},
}

// drain reads a stream to its end or error.
func drain(in decode.Samples, err error) error {
	if err != nil {
		return err
	}
	defer in.Close()
	buffer := make([]float32, 1<<14)
	for {
		if _, err := in.Read(buffer); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// watch drains a pictures stream likewise.
func watch(in decode.Frames, err error) error {
	if err != nil {
		return err
	}
	defer in.Close()
	for {
		if _, err := in.Next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// refused checks that an error is one clear line.
func refused(t *testing.T, name string, err error, want string) {
	t.Helper()
	switch {
	case err == nil:
		t.Errorf("%s: no error", name)
	case !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || len(err.Error()) > 200 || fault.Of(err) == "":
		t.Errorf("%s: got %q with the hint %q, want one line with %q", name, err, fault.Of(err), want)
	}
}

func TestHostileWAV(t *testing.T) {
	for _, c := range hostileWAV {
		path := file(t, "a.wav", c.data)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		in, err := decode.Sound(t.Context(), path, options)
		err = drain(in, err)
		runtime.ReadMemStats(&after)
		refused(t, c.name, err, c.want)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
			t.Errorf("%s: took %d KiB", c.name, taken>>10)
		}
	}
}

// installed skips a test without a program.
func installed(t testing.TB, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("SKIPPED: %s is not installed", program)
		}
	}
}

func TestHostileMedia(t *testing.T) {
	installed(t, "ffmpeg")
	if n := len(hostileWAV) + len(foreign); n < 40 {
		t.Errorf("%d hostile files, want 40 or more", n)
	}
	for _, c := range foreign {
		path := file(t, c.name, c.data)
		in, err := decode.Sound(t.Context(), path, options)
		refused(t, c.name, drain(in, err), "")
		frames, err := decode.Pictures(t.Context(), path, options)
		refused(t, c.name, watch(frames, err), "")
	}
}

func TestNoFile(t *testing.T) {
	_, err := decode.Sound(t.Context(), filepath.Join(t.TempDir(), "absent.wav"), options)
	refused(t, "absent", err, "no such file")
	_, err = decode.Pictures(t.Context(), t.TempDir(), options)
	refused(t, "folder", err, "not a file")
}

// Without ffmpeg, a .wav file is read, and everything else says what to install.
func TestWithoutFFmpeg(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	in, err := decode.Sound(t.Context(), file(t, "a.wav", with(plain, false, encoded(plain, sine(800, 0.01)))), options)
	if got := len(all(t, in, err)); got != 800 {
		t.Errorf("%d samples, want 800", got)
	}
	for _, name := range []string{"a.mp4", "odd.wav"} {
		_, err = decode.Sound(t.Context(), file(t, name, with(header{17, 1, 4, 16000, 1}, false, nil)), options)
		refused(t, name, err, "ffmpeg is not installed")
		if !strings.Contains(fault.Of(err), "install ffmpeg") {
			t.Errorf("the hint is %q", fault.Of(err))
		}
	}
}

// made makes a recording with ffmpeg.
func made(t testing.TB, name string, arguments ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	all := append([]string{"-nostdin", "-v", "error"}, append(arguments, path)...)
	if out, err := exec.Command("ffmpeg", all...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v: %s", err, out)
	}
	return path
}

// A recording that ffmpeg encoded has its sound and its pictures, and a name that looks like
// an option, an address or a list of files is a name.
func TestFFmpeg(t *testing.T) {
	installed(t, "ffmpeg")
	for _, name := range []string{"a.mkv", "-i.mkv", "http:a.mkv", "a b%03d'.mkv"} {
		if runtime.GOOS == "windows" && name != "a.mkv" {
			continue
		}
		path := made(t, name, "-f", "lavfi", "-i", "color=c=0x204060:size=640x360:rate=25:duration=2", "-f", "lavfi", "-i", "sine=frequency=440:duration=2:sample_rate=44100",
			"-c:v", "ffv1", "-pix_fmt", "bgr0", "-c:a", "pcm_s16le")
		in, err := decode.Sound(t.Context(), path, options)
		got := all(t, in, err)
		if n := len(got); n < 31900 || n > 32100 {
			t.Errorf("%s: %d samples, want 32000", name, n)
		}
		crossings := 0
		for i := 1; i < len(got); i++ {
			if got[i] >= 0 && got[i-1] < 0 {
				crossings++
			}
		}
		if crossings < 876 || crossings > 884 {
			t.Errorf("%s: %d periods, want 880", name, crossings)
		}
		frames, err := decode.Pictures(t.Context(), path, options)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for picture, err := frames.Next(); ; picture, err = frames.Next() {
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if picture.Rect.Dx() != 320 || picture.Rect.Dy() != 180 {
				t.Fatalf("%s: a picture of %v", name, picture.Rect)
			}
			if r, g, b := picture.Pix[0], picture.Pix[1], picture.Pix[2]; max(r, 0x20)-min(r, 0x20) > 2 || max(g, 0x40)-min(g, 0x40) > 2 || max(b, 0x60)-min(b, 0x60) > 2 {
				t.Fatalf("%s: colour %d %d %d", name, r, g, b)
			}
			n++
		}
		frames.Close()
		if n != 10 {
			t.Errorf("%s: %d pictures, want 10", name, n)
		}
	}
}

// A recording without a modality says so.
func TestAbsent(t *testing.T) {
	installed(t, "ffmpeg")
	dumb := made(t, "a.mkv", "-f", "lavfi", "-i", "testsrc=size=64x64:rate=5:duration=1", "-c:v", "ffv1")
	in, err := decode.Sound(t.Context(), dumb, options)
	refused(t, "dumb", drain(in, err), "it has no sound")
	blind := made(t, "a.flac", "-f", "lavfi", "-i", "sine=duration=1")
	frames, err := decode.Pictures(t.Context(), blind, options)
	refused(t, "blind", watch(frames, err), "it has no pictures")
}

// Decoding ends with its time, and its process with it.
func TestTimeout(t *testing.T) {
	installed(t, "ffmpeg")
	path := made(t, "a.flac", "-f", "lavfi", "-i", "sine=duration=60")
	o := options
	o.Timeout = time.Microsecond
	in, err := decode.Sound(t.Context(), path, o)
	refused(t, "a microsecond", drain(in, err), "decoding the sound took too long")
}

// damaged is a copy of a file with changed, missing or repeated bytes.
func damaged(rng *rand.Rand, whole []byte, i int) []byte {
	data := bytes.Clone(whole)
	for range 1 + i%4 {
		switch at := rng.IntN(len(data)); i % 4 {
		case 0:
			data = data[:at+1]
		case 1:
			data = append(data[:at:at], data[max(0, at-rng.IntN(30)):]...)
		default:
			if rng.IntN(2) == 0 { // the header
				at = rng.IntN(min(len(data), 80))
			}
			data[at] = byte(rng.Uint32())
		}
	}
	return data
}

// oneLine checks that an error, if there is one, is a line with a hint.
func oneLine(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil && (strings.Contains(err.Error(), "\n") || len(err.Error()) > 200 || fault.Of(err) == "") {
		t.Errorf("%s: got %q with the hint %q, want one line and a hint", what, err, fault.Of(err))
	}
}

// Damaged .wav files, 2,000 of them, are read or refused in one line, with little memory: a
// rate of a few samples a second takes the most, for the filter between rates.
func TestDamagedWAV(t *testing.T) {
	t.Setenv("PATH", "")
	rng := rand.New(rand.NewPCG(11, 12))
	for i := range 2000 {
		h := []header{plain, {3, 2, 32, 44100, -1}}[i/4%2]
		data := damaged(rng, with(h, i%3 == 0, encoded(h, sine(100, 0.01))), i)
		path := file(t, "a.wav", data)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		in, err := decode.Sound(t.Context(), path, options)
		oneLine(t, fmt.Sprint("copy ", i), drain(in, err))
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 16<<20 {
			t.Errorf("copy %d: took %d KiB", i, taken>>10)
		}
	}
}

// Damaged .mp4 files are read or refused in one line. Each takes processes of ffmpeg.
func TestDamagedMP4(t *testing.T) {
	installed(t, "ffmpeg")
	copies := 20
	if testing.Short() {
		copies = 4
	}
	whole, err := os.ReadFile(made(t, "a.mp4", "-f", "lavfi", "-i", "testsrc=duration=1:size=64x48:rate=5", "-f", "lavfi", "-i", "sine=duration=1", "-shortest"))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(13, 14))
	for i := range copies {
		path := file(t, "a.mp4", damaged(rng, whole, i))
		in, err := decode.Sound(t.Context(), path, options)
		oneLine(t, fmt.Sprint("sound of copy ", i), drain(in, err))
		frames, err := decode.Pictures(t.Context(), path, options)
		oneLine(t, fmt.Sprint("pictures of copy ", i), watch(frames, err))
	}
}

// Whatever bytes a .wav file has, it is read or refused in one line.
func FuzzWAV(f *testing.F) {
	for _, c := range hostileWAV {
		f.Add(c.data)
	}
	f.Add(with(plain, false, encoded(plain, sine(100, 0.01))))
	f.Add(with(header{3, 2, 32, 44100, -1}, true, encoded(header{3, 2, 32, 44100, -1}, sine(100, 0.01))))
	f.Setenv("PATH", "")
	f.Fuzz(func(t *testing.T, data []byte) {
		path := file(t, "a.wav", data)
		in, err := decode.Sound(t.Context(), path, options)
		oneLine(t, "a.wav", drain(in, err))

	})
}
