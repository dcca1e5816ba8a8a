package report

import (
	"context"

	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/metric/draws"
)

// distance is the distance of the recovered features of a modality from the original ones,
// as samples of two distributions.
type distance struct {
	method             string
	modality           erc.Modality
	features           experiment.Features
	mmd2, separability float64 // maximum mean discrepancy, and share that a classifier tells apart
}

// distancesOf returns the distances of every method and modality of which enough features
// were kept, method by method. They are computed once for a board.
func (b *board) distancesOf(ctx context.Context) ([]distance, error) {
	if b.distances != nil {
		return b.distances, nil
	}
	for _, method := range b.methods {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		features, err := method.features()
		if err != nil {
			return nil, err
		}
		for _, m := range erc.Modalities {
			f := features[m]
			if len(f.Original) < 5 {
				continue
			}
			b.distances = append(b.distances, distance{method.name, m, f,
				draws.MMD(f.Original, f.Recovered), draws.Separability(f.Original, f.Recovered, bootstrapSeed)})
		}
	}
	return b.distances, nil
}

// features returns the features that the first seed of the method kept, nothing if it kept
// none.
func (m *method) features() (out [erc.NumModalities]experiment.Features, err error) {
	if dir := m.dirWith(experiment.FeaturesFile); dir != "" {
		return experiment.RunDir(dir).Features()
	}
	return out, nil
}
