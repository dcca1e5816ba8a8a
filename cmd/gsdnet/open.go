package main

import (
	"context"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/interrupt"
)

// openCorpus reads a data file, and is left when ctx ends: large files take seconds.
func openCorpus(ctx context.Context, path string, fields dataset.Fields) (*erc.Corpus, error) {
	var corpus *erc.Corpus
	err := interrupt.Run(ctx, func() (err error) {
		corpus, err = dataset.Open(path, fields)
		return err
	})
	if err != nil {
		return nil, err // corpus may still be written to
	}
	return corpus, nil
}
