package report

import (
	"context"

	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/report/figure"
)

func init() {
	declare(part{name: "trajectory", order: 50, boards: (*board).compared, figures: trajectoryFigures})
}

// trajectoryFigures shows how close the samplers come to the truth during sampling: one
// figure of features, and one of eigenvalues.
func trajectoryFigures(_ context.Context, b *board) ([]namedFigure, error) {
	features := &figure.Chart{Title: b.dataset + ": the sampler's trajectory, features", X: trajectoryAxis, Y: "RMSE, encoded features", Named: refined}
	spectra := &figure.Chart{Title: b.dataset + ": the sampler's trajectory, spectra", X: trajectoryAxis, Y: "mean absolute error, eigenvalues", Named: refined}
	for _, m := range b.methods {
		dir := m.dirWith(experiment.TrajectoryFile)
		if dir == "" {
			continue
		}
		a, err := experiment.RunDir(dir).Trajectory()
		if err != nil {
			return nil, err
		}
		features.Series = append(features.Series, trajectorySeries(m.name, a.Times, a.Features)...)
		spectra.Series = append(spectra.Series, trajectorySeries(m.name, a.Times, a.Spectra)...)
	}
	var out []namedFigure
	ending := ", " + b.dataset + " at " + b.keptPoint() + ": from a draw of the prior on the left to the completion as refined on the right."
	if len(features.Series) > 0 {
		out = append(out, namedFigure{"features", "Error of the sampler's states in withheld cells" + ending, features})
	}
	if len(spectra.Series) > 0 {
		out = append(out, namedFigure{"spectra", "Error of the sampled eigenvalues" + ending, spectra})
	}
	return out, nil
}

const trajectoryAxis = "noise taken away, 1 − t"

// refinedAt is the place of the last state of a trajectory on the axis. The axis shows a
// name there, not a number.
const refinedAt = 1.2

var refined = map[float64]string{refinedAt: "refined"}

// trajectorySeries returns a line for each modality.
func trajectorySeries(method string, times []float64, errors [][erc.NumModalities]float64) []figure.Series {
	if errors == nil {
		return nil
	}
	var out []figure.Series
	for _, modality := range erc.Modalities {
		s := figure.Series{Name: method + ", " + modality.String()}
		for i, t := range times {
			x := 1 - t
			if i == len(times)-1 {
				x = refinedAt
			}
			s.X, s.Y = append(s.X, x), append(s.Y, errors[i][modality])
		}
		out = append(out, s)
	}
	return out
}
