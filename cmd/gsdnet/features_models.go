package main

import (
	"context"
	"fmt"
	"image"

	"gsdnet/engine"
	"gsdnet/engine/encoder"
	"gsdnet/internal/fault"
	"gsdnet/media"
)

// modelFlags name ONNX models that encode turns in place of the encoders without a model.
type modelFlags struct {
	TextModel   string `help:"ONNX model of the words, with --tokenizer, in place of --text-vectors (docs/encoders.md)." placeholder:"FILE"`
	Tokenizer   string `help:"The tokenizer.json of --text-model." placeholder:"FILE"`
	AudioModel  string `help:"ONNX model of the sound." placeholder:"FILE"`
	AudioPreset string `help:"What --audio-model takes: wav2vec2 (a standardised wave; the default) or wav2vec (version 1.0)." enum:"wav2vec2,wav2vec" default:"wav2vec2" placeholder:"NAME"`
	VisualModel string `help:"ONNX model of a picture; a turn is the mean over two pictures a second." placeholder:"FILE"`
	backendFlag
}

// paths lists the files that the flags name.
func (f *modelFlags) paths() []string {
	return []string{f.TextModel, f.Tokenizer, f.AudioModel, f.VisualModel}
}

// check returns an error if the flags do not fit each other.
func (f *modelFlags) check() error {
	switch {
	case f.TextModel != "" && f.Tokenizer == "":
		return fault.Input("give the tokenizer.json that belongs to the model as --tokenizer", "--text-model %s has no tokenizer", f.TextModel)
	case f.TextModel == "" && f.Tokenizer != "":
		return fault.Input("give --text-model, too, or leave out --tokenizer", "--tokenizer %s has no model", f.Tokenizer)
	}
	return nil
}

// openModels holds what is open while turns are encoded.
type openModels struct {
	backend engine.Backend
	models  []interface{ Close() error }
}

// Close closes the models, then the backend.
func (o *openModels) Close() {
	for _, m := range o.models {
		_ = m.Close()
	}
	if o.backend != nil {
		o.backend.Finalize()
	}
}

// open puts the encoders that the flags name into e. Audio and visual models are opened only
// where e has an encoder of that modality already, which says that there is a recording of it.
// What it returns must be closed.
func (f *modelFlags) open(ctx context.Context, e *media.Encoders) (*openModels, error) {
	o := &openModels{}
	if err := f.openInto(ctx, e, o); err != nil {
		o.Close()
		return nil, err
	}
	return o, nil
}

func (f *modelFlags) openInto(ctx context.Context, e *media.Encoders, o *openModels) (err error) {
	if f.TextModel == "" && f.AudioModel == "" && f.VisualModel == "" {
		return nil
	}
	if o.backend, err = engine.Open(f.Backend); err != nil {
		return err
	}
	if f.TextModel != "" {
		if e.Text, err = f.openText(ctx, o); err != nil {
			return err
		}
	}
	if f.AudioModel != "" && e.Audio != nil {
		if e.Audio, err = f.openAudio(ctx, o); err != nil {
			return err
		}
	}
	if f.VisualModel != "" && e.Visual != nil {
		e.Visual, err = f.openVisual(ctx, o)
	}
	return err
}

func (f *modelFlags) openText(ctx context.Context, o *openModels) (media.Text, error) {
	m, err := encoder.OpenText(o.backend, f.TextModel, f.Tokenizer, encoder.TextOptions{})
	if err != nil {
		return nil, err
	}
	o.models = append(o.models, m)
	names, err := namesOf(ctx, "text", func() ([]float32, error) { return m.Encode(ctx, "yes") })
	return textModel{m, names}, err
}

func (f *modelFlags) openAudio(ctx context.Context, o *openModels) (media.Audio, error) {
	options := encoder.AudioOptions{}
	if f.AudioPreset == encoder.Wav2Vec.Name {
		options = encoder.Wav2Vec.Audio
	}
	m, err := encoder.OpenAudio(o.backend, f.AudioModel, options)
	if err != nil {
		return nil, err
	}
	o.models = append(o.models, m)
	names, err := namesOf(ctx, "audio", func() ([]float32, error) { return m.Encode(ctx, make([]float32, audioRate)) })
	return audioModel{m, names}, err
}

func (f *modelFlags) openVisual(ctx context.Context, o *openModels) (media.Visual, error) {
	m, err := encoder.OpenImage(o.backend, f.VisualModel, encoder.ImageOptions{})
	if err != nil {
		return nil, err
	}
	o.models = append(o.models, m)
	black := []image.Image{image.NewRGBA(image.Rect(0, 0, pictureSide, pictureSide))}
	names, err := namesOf(ctx, "visual", func() ([]float32, error) { return m.Encode(ctx, black) })
	return visualModel{m, names}, err
}

// namesOf encodes something once, which says how wide the vectors are, and names their
// features by number.
func namesOf(ctx context.Context, modality string, encode func() ([]float32, error)) ([]string, error) {
	vector, err := encode()
	if err != nil {
		return nil, err
	}
	names := make([]string, len(vector))
	for i := range names {
		names[i] = fmt.Sprintf("%s_%d", modality, i)
	}
	return names, ctx.Err()
}

// What models take: samples a second, pictures a second and their longer side in pixels.
const (
	audioRate   = 16000
	perSecond   = 2
	pictureSide = 256
)

type textModel struct {
	*encoder.Text
	names []string
}

func (m textModel) Names() []string { return m.names }

type audioModel struct {
	*encoder.Audio
	names []string
}

func (m audioModel) Names() []string { return m.names }
func (m audioModel) Rate() int       { return audioRate }

type visualModel struct {
	images *encoder.Image
	names  []string
}

func (m visualModel) Names() []string { return m.names }
func (m visualModel) PerSecond() int  { return perSecond }
func (m visualModel) Side() int       { return pictureSide }

// Frame encodes one picture.
func (m visualModel) Frame(ctx context.Context, picture, _ media.Picture) ([]float32, error) {
	return m.images.Encode(ctx, []image.Image{picture})
}

// Turn is the mean over the pictures of a turn.
func (m visualModel) Turn(_ context.Context, frames [][]float32) ([]float32, error) {
	mean := make([]float32, len(m.names))
	for _, f := range frames {
		for i, x := range f {
			mean[i] += x / float32(len(frames))
		}
	}
	return mean, nil
}
