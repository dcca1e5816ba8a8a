// Package decode turns recordings into samples of sound and into pictures.
//
//	sound, err := decode.Sound(ctx, "talk.wav", decode.Options{Rate: 16000, Until: time.Hour})
//	defer sound.Close()
//	n, err := sound.Read(samples)
//
// A .wav file of PCM or of floating-point samples is read here. Every other recording is
// decoded by the program ffmpeg, which gets no shell, no standard input, no network, and a
// limit of time, of memory for each allocation and of output. What both return is
// streamed, so that memory does not grow with the length of a recording.
//
// The errors are about the recording, have hints, and do not name its path.
//
// Start reading at Sound and Pictures.
package decode

import (
	"context"
	"errors"
	"image"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gsdnet/internal/fault"
	"gsdnet/internal/regular"
)

// Options say what is decoded of a recording.
type Options struct {
	Until   time.Duration // the end of what is needed
	Timeout time.Duration // for the whole recording; 0 is no limit

	Rate int // of sound: samples a second

	PerSecond int // of pictures: frames a second
	Side      int // of pictures: the longer side is at most so many pixels
}

// Samples is a stream of sound of one channel, between -1 and 1.
type Samples interface {
	// Read fills the samples as far as there are any. It returns io.EOF behind the last.
	Read(samples []float32) (int, error)
	Close() error
}

// Frames is a stream of pictures. Picture i is what is seen i/PerSecond seconds after the
// begin of the recording.
type Frames interface {
	// Next returns the next picture, and io.EOF behind the last.
	Next() (*image.RGBA, error)
	Close() error
}

// Sound opens the sound of the recording at path. Several channels are averaged.
func Sound(ctx context.Context, path string, o Options) (Samples, error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	if strings.EqualFold(filepath.Ext(path), ".wav") {
		info, err := file.Stat()
		if err != nil {
			file.Close()
			return nil, fault.Failure("check the disk", "it cannot be read")
		}
		w, err := newWAV(file, info.Size())
		if err == nil {
			return &wavFile{resample(w, w.rate, o), file}, nil
		}
		if !errors.Is(err, errForeign) {
			file.Close()
			return nil, err
		}
	}
	file.Close()
	return ffmpegSound(ctx, path, o)
}

// Pictures opens the pictures of the recording at path.
func Pictures(ctx context.Context, path string, o Options) (Frames, error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	file.Close()
	return ffmpegPictures(ctx, path, o)
}

// wavFile closes the file behind a stream of samples.
type wavFile struct {
	*resampler
	file *os.File
}

// Close closes the file.
func (w *wavFile) Close() error { return w.file.Close() }

// ended turns the end of a file in the middle of something into io.EOF.
func ended(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF
	}
	return err
}
