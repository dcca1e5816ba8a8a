package main

import (
	"context"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/interrupt"
	"gsdnet/internal/npz"
)

// openCorpus reads a data file, and returns early if ctx ends, because large files take seconds.
func openCorpus(ctx context.Context, path string, fields dataset.Fields) (*erc.Corpus, error) {
	return interrupt.Value(ctx, func() (*erc.Corpus, error) { return dataset.Open(path, fields) })
}

// readArrays reads the arrays of a data file, and returns early if ctx ends.
func readArrays(ctx context.Context, path string) (*npz.File, error) {
	return interrupt.Value(ctx, func() (*npz.File, error) { return dataset.ReadArrays(path) })
}
