package decode

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"gsdnet/internal/fault"
)

// containers are the formats that ffmpeg may read. Play lists and scripts, which name other
// files and addresses, are not among them.
const containers = "mov,mp4,m4a,matroska,webm,avi,wav,w64,aiff,caf,flac,mp3,ogg,aac,mpegts,mpeg,asf,flv,au,amr"

const (
	maxAllocation = 256 << 20 // bytes of one allocation of ffmpeg
	maxPixels     = 1 << 25   // of a picture before it is made smaller
	maxComplaint  = 4096      // bytes of ffmpeg's messages that are kept
)

const hintDamaged = "check that the recording can be played to its end"

// process is a running ffmpeg.
type process struct {
	command   *exec.Cmd
	out       *bufio.Reader
	complaint *tail
	ctx       context.Context
	limited   context.Context // ctx with the limit of time
	cancel    context.CancelFunc
	what      string // "sound" or "pictures"
	some      bool   // something was decoded
	ended     bool
}

// start runs ffmpeg on the recording at path. output are the options of its output.
func start(ctx context.Context, path, what string, o Options, output ...string) (*process, error) {
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil, fault.Failure("install ffmpeg, for example with apt-get install ffmpeg; sound alone is also read from a .wav file of PCM samples", "ffmpeg is not installed, and the %s cannot be decoded without it", what)
	}
	p := &process{complaint: &tail{}, ctx: ctx, what: what, limited: ctx, cancel: func() {}}
	if o.Timeout > 0 {
		p.limited, p.cancel = context.WithTimeout(ctx, o.Timeout)
	} else {
		p.limited, p.cancel = context.WithCancel(ctx)
	}
	arguments := append([]string{
		"-nostdin", "-hide_banner", "-loglevel", "error", "-max_alloc", strconv.Itoa(maxAllocation),
		"-protocol_whitelist", "file,pipe", "-format_whitelist", containers, "-threads", "1",
		"-max_pixels", strconv.Itoa(maxPixels), "-i", "file:" + path,
		"-t", strconv.FormatFloat(o.Until.Seconds(), 'f', 3, 64), "-sn", "-dn",
	}, output...)
	p.command = exec.CommandContext(p.limited, program, append(arguments, "pipe:1")...)
	p.command.Stderr = p.complaint
	p.command.WaitDelay = 5 * time.Second
	pipe, err := p.command.StdoutPipe()
	if err == nil {
		err = p.command.Start()
	}
	if err != nil {
		defer p.cancel()
		if p.limited.Err() != nil {
			return nil, p.late()
		}
		return nil, fault.Failure("check the installation of ffmpeg", "ffmpeg cannot be started")
	}
	p.out = bufio.NewReaderSize(pipe, 1<<16)
	return p, nil
}

// Close ends ffmpeg.
func (p *process) Close() error {
	p.cancel()
	if !p.ended {
		p.ended = true
		_ = p.command.Wait() // it was ended, or said all that matters
	}
	return nil
}

// end returns why there is no more output: io.EOF if all was decoded.
func (p *process) end() error {
	if p.ended {
		return io.EOF
	}
	p.ended = true
	err := p.command.Wait()
	defer p.cancel()
	said := p.complaint.String()
	switch {
	case p.limited.Err() != nil:
		return p.late()
	case strings.Contains(said, "matches no streams"):
		return fault.Input("check the recording", "it has no %s", p.what)
	case p.some:
		return io.EOF // what follows is damaged, and missing
	case err != nil || said != "":
		return fault.Input(hintDamaged, "it is no recording that ffmpeg decodes, or is damaged")
	}
	return fault.Input("check the recording", "it has no %s", p.what)
}

// late is the error of a process that was ended.
func (p *process) late() error {
	if err := p.ctx.Err(); err != nil {
		return err
	}
	return fault.Failure("give more time with --timeout", "decoding the %s took too long", p.what)
}

// sound is the output of ffmpeg as samples.
type sound struct {
	*process
	left   int64 // samples up to the end
	buffer []byte
}

func ffmpegSound(ctx context.Context, path string, o Options) (Samples, error) {
	p, err := start(ctx, path, "sound", o, "-map", "0:a:0", "-vn",
		"-af", fmt.Sprintf("aresample=%d:async=1:first_pts=0", o.Rate), "-ac", "1", "-f", "f32le")
	if err != nil {
		return nil, err
	}
	return &sound{process: p, left: int64(math.Ceil(o.Until.Seconds() * float64(o.Rate)))}, nil
}

// Read fills the samples as far as there are any.
func (s *sound) Read(samples []float32) (int, error) {
	if s.left <= 0 || s.ended {
		return 0, io.EOF
	}
	samples = samples[:min(int64(len(samples)), s.left)]
	if len(s.buffer) < 4*len(samples) {
		s.buffer = make([]byte, 4*len(samples))
	}
	n, err := io.ReadFull(s.out, s.buffer[:4*len(samples)])
	n /= 4
	for i := range n {
		x := float64(math.Float32frombits(binary.LittleEndian.Uint32(s.buffer[4*i:])))
		if !(math.Abs(x) <= maxAmplitude) {
			x = 0 // a damaged packet
		}
		samples[i] = float32(x)
	}
	s.left -= int64(n)
	s.some = s.some || n > 0
	if err != nil {
		return n, s.end()
	}
	return n, nil
}

// pictures is the output of ffmpeg as pictures, each with a header of its own (PPM).
type pictures struct {
	*process
	side int
	left int64 // pictures up to the end
	row  []byte
}

func ffmpegPictures(ctx context.Context, path string, o Options) (Frames, error) {
	filter := fmt.Sprintf("fps=%d:start_time=0,scale=%d:%d:force_original_aspect_ratio=decrease:flags=area", o.PerSecond, o.Side, o.Side)
	p, err := start(ctx, path, "pictures", o, "-map", "0:v:0", "-an", "-vf", filter, "-f", "image2pipe", "-c:v", "ppm")
	if err != nil {
		return nil, err
	}
	return &pictures{process: p, side: o.Side, left: int64(math.Ceil(o.Until.Seconds() * float64(o.PerSecond)))}, nil
}

// Next returns the next picture.
func (p *pictures) Next() (*image.RGBA, error) {
	if p.left <= 0 || p.ended {
		return nil, io.EOF
	}
	p.left--
	var width, height, most int
	header, err := p.header()
	if err != nil {
		return nil, p.end()
	}
	if n, err := fmt.Sscanf(header, "P6 %d %d %d", &width, &height, &most); n != 3 || err != nil ||
		width < 1 || height < 1 || width > p.side || height > p.side || most != 255 {
		return nil, fault.Failure("check the installation of ffmpeg", "ffmpeg writes pictures that are not what was asked for")
	}
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	if len(p.row) < 3*width {
		p.row = make([]byte, 3*p.side)
	}
	for y := range height {
		if _, err := io.ReadFull(p.out, p.row[:3*width]); err != nil {
			return nil, p.end()
		}
		line := picture.Pix[y*picture.Stride:]
		for x := range width {
			copy(line[4*x:4*x+3], p.row[3*x:3*x+3])
			line[4*x+3] = 255
		}
	}
	p.some = true
	return picture, nil
}

// header reads the three lines in front of a picture as one.
func (p *pictures) header() (string, error) {
	var text []byte
	for lines := 0; lines < 3; {
		b, err := p.out.ReadByte()
		if err != nil {
			return "", err
		}
		if b == '\n' {
			lines++
			b = ' '
		}
		if text = append(text, b); len(text) > 64 {
			return "", errors.New("not a picture")
		}
	}
	return string(text), nil
}

// tail keeps the first bytes of what is written to it.
type tail struct{ bytes.Buffer }

// Write keeps p as far as there is room.
func (t *tail) Write(p []byte) (int, error) {
	if room := maxComplaint - t.Len(); room > 0 {
		t.Buffer.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}
