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

// readArrays likewise reads the arrays of a data file.
func readArrays(ctx context.Context, path string) (*npz.File, error) {
	return interrupt.Value(ctx, func() (*npz.File, error) { return datanpz.ReadFile(path) })
}
