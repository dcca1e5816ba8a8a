// Package encoder turns text, sound and pictures into vectors with models in the ONNX
// format, on an engine of this program:
//
//	text, err := encoder.OpenText(backend, "roberta.onnx", "tokenizer.json", encoder.TextOptions{})
//	vector, err := text.Encode(ctx, "I am fine.")
//
//	sound, err := encoder.OpenAudio(backend, "wav2vec.onnx", encoder.AudioOptions{})
//	vector, err = sound.Encode(ctx, wave) // one channel, 16,000 samples a second
//
//	picture, err := encoder.OpenImage(backend, "densenet.onnx", encoder.ImageOptions{})
//	vector, err = picture.Encode(ctx, frames)
//
// A file is checked before anything is made of it: its size, how many parts it has, and
// that every array has the bytes that its shape needs (scan.go). Operators that the reader
// of ONNX files does not have are written with those that it has (rewrite.go). A graph is
// compiled for each length that occurs; the 32 that were used last are kept.
//
// docs/encoders.md says which files to export and how.
//
// Start reading at OpenText, then Model.
package encoder
