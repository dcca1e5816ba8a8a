package train

import (
	"time"

	"gsdnet/rundir"
)

// writeCard writes the description of a run that has ended.
func (f *fitter) writeCard(weights int) error {
	return f.run.WriteCard(rundir.Card{
		Meta: f.bestMeta, Corpus: f.Corpus, Config: f.Config, Parameters: weights, Epochs: f.progress.Epoch,
		Backend: f.Backend.Name(), Elapsed: time.Since(f.started),
	})
}
