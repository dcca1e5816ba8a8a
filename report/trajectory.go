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

// trajectoryFigures are how near the samplers of a data set come to the truth on their
// way from noise: features in one picture, eigenvalues in another.
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
	way := ", " + b.dataset + " at " + b.keptPoint() + ": from a draw of the prior on the left to the completion as refined on the right."
	if len(features.Series) > 0 {
		out = append(out, namedFigure{"features", "Error of the sampler's states in withheld cells" + way, features})
	}
	if len(spectra.Series) > 0 {
		out = append(out, namedFigure{"spectra", "Error of the sampled eigenvalues" + way, spectra})
	}
	return out, nil
}

const trajectoryAxis = "noise taken away, 1 − t"

// refinedAt is where a trajectory's last state stands: beyond all noise, at a place
// that has a name and no number.
const refinedAt = 1.2

var refined = map[float64]string{refinedAt: "refined"}

// approachSeries is a line a modality.
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
