package main

import (
	"context"

	"gsdnet/dataset"
	datanpz "gsdnet/dataset/npz"
	"gsdnet/erc"
	"gsdnet/internal/interrupt"
	"gsdnet/internal/npz"
)

// openCorpus reads a data file, and is left when ctx ends: large files take seconds.
func openCorpus(ctx context.Context, path string, fields dataset.Fields) (*erc.Corpus, error) {
	return interrupt.Value(ctx, func() (*erc.Corpus, error) { return dataset.Open(path, fields) })
}

// readArrays likewise reads the arrays of a data file of any format, and returns the
// fields that find them.
func readArrays(ctx context.Context, path string, fields dataset.Fields) (*npz.File, dataset.Fields, error) {
	type arrays struct {
		file   *npz.File
		fields dataset.Fields
	}
	got, err := interrupt.Value(ctx, func() (arrays, error) {
		file, fields, err := datanpz.Load(path, fields)
		return arrays{file, fields}, err
	})
	return got.file, got.fields, err
}
