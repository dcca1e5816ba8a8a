package decode_test

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gsdnet/media/decode"
)

// header is what a .wav file says of its samples.
type header struct {
	format, channels, bits int
	rate                   int
	align                  int // -1: what channels and bits take
}

// fmtChunk returns the chunk "fmt ". With extensible, the format is in the GUID.
func fmtChunk(h header, extensible bool) []byte {
	if h.align < 0 {
		h.align = h.channels * h.bits / 8
	}
	le := binary.LittleEndian
	b := le.AppendUint16(nil, uint16(h.format))
	b = le.AppendUint16(b, uint16(h.channels))
	b = le.AppendUint32(b, uint32(h.rate))
	b = le.AppendUint32(b, uint32(h.rate*h.align))
	b = le.AppendUint16(b, uint16(h.align))
	b = le.AppendUint16(b, uint16(h.bits))
	if extensible {
		le.PutUint16(b, 0xfffe)
		b = le.AppendUint16(b, 22)
		b = le.AppendUint16(b, uint16(h.bits))
		b = le.AppendUint32(b, 0)
		b = le.AppendUint16(b, uint16(h.format))
		b = append(b, "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"...)
	}
	return b
}

func chunk(name string, data []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data)))
	b = append(b, data...)
	if len(data)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

func riff(chunks ...[]byte) []byte {
	var body []byte
	for _, c := range chunks {
		body = append(body, c...)
	}
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body)+4)), append([]byte("WAVE"), body...)...)
}

// encoded encodes samples between -1 and 1, equal in every channel.
func encoded(h header, samples []float64) []byte {
	var b []byte
	for _, x := range samples {
		for range h.channels {
			switch {
			case h.format == 3 && h.bits == 64:
				b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
			case h.format == 3:
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(x)))
			case h.bits == 8:
				b = append(b, byte(128+math.Round(x*128)))
			default:
				v := int64(math.Round(x * (math.Pow(2, float64(h.bits-1)) - 1)))
				for k := range h.bits / 8 {
					b = append(b, byte(v>>(8*k)))
				}
			}
		}
	}
	return b
}

func sine(n int, perSample float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = 0.8 * math.Sin(2*math.Pi*perSample*float64(i))
	}
	return x
}

func file(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// all reads a stream to its end.
func all(t *testing.T, in decode.Samples, err error) []float32 {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var out []float32
	buffer := make([]float32, 1000)
	for {
		n, err := in.Read(buffer)
		out = append(out, buffer[:n]...)
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

var options = decode.Options{Rate: 16000, Until: time.Hour, PerSecond: 5, Side: 320, Timeout: time.Minute}

// Every format of samples is read, also where its chunks stand between others, and its
// channels are averaged.
func TestFormats(t *testing.T) {
	want := sine(1600, 0.01)
	for _, h := range []header{
		{1, 1, 8, 16000, -1}, {1, 2, 16, 16000, -1}, {1, 1, 24, 16000, -1}, {1, 6, 32, 16000, -1}, {3, 1, 32, 16000, -1}, {3, 2, 64, 16000, -1},
	} {
		for _, extensible := range []bool{false, true} {
			data := riff(chunk("LIST", []byte("odd")), chunk("fmt ", fmtChunk(h, extensible)), chunk("fact", make([]byte, 4)), chunk("data", encoded(h, want)), chunk("id3 ", []byte("x")))
			in, err := decode.Sound(t.Context(), file(t, "a.WAV", data), options)
			got := all(t, in, err)
			if len(got) != len(want) {
				t.Fatalf("%+v: %d samples, want %d", h, len(got), len(want))
			}
			for i := range want {
				if math.Abs(float64(got[i])-want[i]) > 1.1/math.Pow(2, float64(min(h.bits, 23)-1)) {
					t.Fatalf("%+v: sample %d: got %g, want %g", h, i, got[i], want[i])
				}
			}
		}
	}
}

// Channels are averaged.
func TestChannels(t *testing.T) {
	h := header{3, 2, 32, 16000, -1}
	var b []byte
	for range 100 {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(0.5))
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(-0.25))
	}
	in, err := decode.Sound(t.Context(), file(t, "a.wav", riff(chunk("fmt ", fmtChunk(h, false)), chunk("data", b))), options)
	for i, x := range all(t, in, err) {
		if x != 0.125 {
			t.Fatalf("sample %d: got %g, want 0.125", i, x)
		}
	}
}

// A length that was not known when the header was written is the rest of the file.
func TestUnknownLength(t *testing.T) {
	h := header{1, 1, 16, 16000, -1}
	data := riff(chunk("fmt ", fmtChunk(h, false)), chunk("data", encoded(h, sine(500, 0.01))))
	binary.LittleEndian.PutUint32(data[40:], 0xffffffff)
	in, err := decode.Sound(t.Context(), file(t, "a.wav", append(data, 0)), options)
	if got := len(all(t, in, err)); got != 500 {
		t.Errorf("%d samples, want 500", got)
	}
}

// A sine keeps its frequency, amplitude and phase when its sample rate changes, and what
// is above half of the new rate is removed.
func TestResampling(t *testing.T) {
	for _, rate := range []int{8000, 11025, 22050, 32000, 44100, 48000, 96000, 44099} {
		h := header{3, 1, 32, rate, -1}
		in, err := decode.Sound(t.Context(), file(t, "a.wav", riff(chunk("fmt ", fmtChunk(h, false)), chunk("data", encoded(h, sine(rate, 440/float64(rate)))))), options)
		got := all(t, in, err)
		if len(got) != 16000 {
			t.Errorf("%d a second: %d samples, want 16000", rate, len(got))
		}
		for i := 500; i < len(got)-500; i++ {
			if want := 0.8 * math.Sin(2*math.Pi*440*float64(i)/16000); math.Abs(float64(got[i])-want) > 1e-3 {
				t.Errorf("%d a second: sample %d: got %g, want %g", rate, i, got[i], want)
				break
			}
		}
		if rate < 22050 {
			continue
		}
		in, err = decode.Sound(t.Context(), file(t, "b.wav", riff(chunk("fmt ", fmtChunk(h, false)), chunk("data", encoded(h, sine(rate, 9500/float64(rate)))))), options)
		for i, x := range all(t, in, err)[500:15500] {
			if math.Abs(float64(x)) > 2e-3 {
				t.Errorf("%d a second: 9,500 Hz is left at sample %d: %g", rate, i, x)
				break
			}
		}
	}
}

// Reading ends where nothing more is needed.
func TestUntil(t *testing.T) {
	for _, rate := range []int{16000, 22050} {
		h := header{1, 1, 16, rate, -1}
		data := riff(chunk("fmt ", fmtChunk(h, false)), chunk("data", encoded(h, sine(2*rate, 0.01))))
		o := options
		o.Until = 500 * time.Millisecond
		in, err := decode.Sound(t.Context(), file(t, "a.wav", data), o)
		if got := len(all(t, in, err)); got != 8000 {
			t.Errorf("%d samples, want 8000", got)
		}
	}
}
