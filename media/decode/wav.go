package decode

import (
	"encoding/binary"
	"errors"
	"io"
	"math"

	"gsdnet/internal/fault"
)

// What a .wav file may be.
const (
	maxChannels  = 32
	minRate      = 4000
	maxRate      = 384000
	maxChunks    = 1024 // before the sound
	maxFmt       = 4096 // bytes of the chunk "fmt "
	maxAmplitude = 64   // of floating-point samples; louder ones are on another scale
)

// The formats of samples of the chunk "fmt ".
const (
	formatPCM        = 1
	formatFloat      = 3
	formatExtensible = 0xfffe
)

const (
	hintWAV = "save the recording again as 16-bit PCM, for example with ffmpeg -i OLD.wav -c:a pcm_s16le NEW.wav"
	unknown = 0xffffffff // a length that a writer to a pipe could not know
)

// errForeign is the error of a .wav file that is read by ffmpeg.
var errForeign = errors.New("the format of the samples is not PCM")

// wav reads the samples of a .wav file, and averages its channels.
type wav struct {
	data     *io.SectionReader
	rate     int
	channels int
	bytes    int // of a sample of one channel
	float    bool
	read     int64 // samples of one channel so far
	buffer   []byte
}

// newWAV reads the header of a file of size bytes. The layout is that of "Multimedia
// Programming Interface and Data Specifications 1.0" (RIFF) and of Microsoft's
// WAVE_FORMAT_EXTENSIBLE.
func newWAV(r io.ReaderAt, size int64) (*wav, error) {
	var head [12]byte
	if _, err := r.ReadAt(head[:], 0); err != nil && size >= int64(len(head)) {
		return nil, fault.Failure("check the disk", "it cannot be read")
	}
	switch {
	case size < int64(len(head)):
		return nil, fault.Input(hintWAV, "not a .wav file: it has %d bytes", size)
	case string(head[:4]) == "RF64" || string(head[:4]) == "RIFX":
		return nil, errForeign
	case string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE":
		return nil, fault.Input(hintWAV, "not a .wav file: it does not begin with RIFF and WAVE")
	}
	w := &wav{}
	at := int64(len(head))
	for range maxChunks {
		var chunk [8]byte
		if _, err := r.ReadAt(chunk[:], at); err != nil {
			return nil, fault.Input(hintWAV, "a .wav file without sound: it ends at byte %d", size)
		}
		length := int64(binary.LittleEndian.Uint32(chunk[4:]))
		at += int64(len(chunk))
		switch string(chunk[:4]) {
		case "fmt ":
			if w.rate != 0 {
				return nil, fault.Input(hintWAV, "it has two chunks \"fmt \"")
			}
			if length < 16 || length > maxFmt || at+length > size {
				return nil, fault.Input(hintWAV, "the chunk \"fmt \" has %d bytes", length)
			}
			format := make([]byte, length)
			if _, err := r.ReadAt(format, at); err != nil {
				return nil, fault.Failure("check the disk", "it cannot be read")
			}
			if err := w.setFormat(format); err != nil {
				return nil, err
			}
		case "data":
			return w, w.setData(r, at, length, size)
		}
		at += length + length%2
		if at > size {
			return nil, fault.Input(hintWAV, "a .wav file that was cut: a chunk ends at byte %d, and the file at byte %d", at, size)
		}
	}
	return nil, fault.Input(hintWAV, "more than %d chunks before the sound", maxChunks)
}

// setFormat reads the chunk "fmt ".
func (w *wav) setFormat(b []byte) error {
	format := int(binary.LittleEndian.Uint16(b))
	w.channels = int(binary.LittleEndian.Uint16(b[2:]))
	rate := binary.LittleEndian.Uint32(b[4:])
	align := int(binary.LittleEndian.Uint16(b[12:]))
	bits := int(binary.LittleEndian.Uint16(b[14:]))
	if format == formatExtensible {
		if len(b) < 40 {
			return fault.Input(hintWAV, "the chunk \"fmt \" has %d bytes, and its format takes 40", len(b))
		}
		if string(b[26:40]) != "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71" {
			return errForeign
		}
		format = int(binary.LittleEndian.Uint16(b[24:]))
	}
	w.float = format == formatFloat
	switch {
	case format != formatPCM && format != formatFloat:
		return errForeign
	case w.channels < 1 || w.channels > maxChannels:
		return fault.Input(hintWAV, "%d channels, want 1 to %d", w.channels, maxChannels)
	case rate < minRate || rate > maxRate:
		return fault.Input(hintWAV, "%d samples a second, want %d to %d", rate, minRate, maxRate)
	case !w.float && bits != 8 && bits != 16 && bits != 24 && bits != 32, w.float && bits != 32 && bits != 64:
		return fault.Input(hintWAV, "samples of %d bits, want 8, 16, 24 or 32, or 32 or 64 of floating-point numbers", bits)
	case align != w.channels*bits/8:
		return fault.Input(hintWAV, "%d channels of %d bits take %d bytes, and the file says %d", w.channels, bits, w.channels*bits/8, align)
	}
	w.rate, w.bytes = int(rate), bits/8
	return nil
}

// setData notes where the samples are.
func (w *wav) setData(r io.ReaderAt, at, length, size int64) error {
	if w.rate == 0 {
		return fault.Input(hintWAV, "the sound comes before its description, the chunk \"fmt \"")
	}
	if length == unknown {
		length = size - at
		length -= length % int64(w.channels*w.bytes)
	}
	switch {
	case at+length > size:
		return fault.Input(hintWAV, "a .wav file that was cut: it declares %d bytes of sound, and has %d", length, size-at)
	case length == 0:
		return fault.Input("check the recording", "a .wav file without sound: it has no samples")
	case length%int64(w.channels*w.bytes) != 0:
		return fault.Input(hintWAV, "%d bytes of sound are not a whole number of samples", length)
	}
	w.data = io.NewSectionReader(r, at, length)
	return nil
}

// Read fills the samples as far as there are any.
func (w *wav) Read(samples []float32) (int, error) {
	size := w.channels * w.bytes
	if len(w.buffer) < size*len(samples) {
		w.buffer = make([]byte, size*len(samples))
	}
	n, err := io.ReadFull(w.data, w.buffer[:size*len(samples)])
	if err = ended(err); err != nil && !errors.Is(err, io.EOF) {
		return 0, fault.Failure("check the disk", "it cannot be read")
	}
	n /= size
	for i := range n {
		var sum float64
		for c := range w.channels {
			sum += w.sample(w.buffer[i*size+c*w.bytes:])
		}
		mean := sum / float64(w.channels)
		if !(math.Abs(mean) <= maxAmplitude) { // or not a number
			return 0, fault.Input("floating-point samples are numbers between -1 and 1", "sample %d is %.3g", w.read+int64(i), mean)
		}
		samples[i] = float32(mean)
	}
	w.read += int64(n)
	return n, err
}

// sample decodes one sample: unsigned with 8 bits, signed with more, or floating-point.
func (w *wav) sample(b []byte) float64 {
	switch {
	case w.float && w.bytes == 4:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	case w.float:
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	case w.bytes == 1:
		return (float64(b[0]) - 128) / 128
	case w.bytes == 2:
		return float64(int16(binary.LittleEndian.Uint16(b))) / (1 << 15)
	case w.bytes == 3:
		return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
	default:
		return float64(int32(binary.LittleEndian.Uint32(b))) / (1 << 31)
	}
}
