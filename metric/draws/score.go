package draws

import (
	"math"

	"gsdnet/metric"
)

// Score declares one number that says how good a completion is. It is the only place that
// has to know the number: metrics.json, the table of gsdnet eval, the tables of a report
// and the intervals of differences all go through the declarations (Scores).
//
// A score is either the mean of what every conversation contributes, or it is measured on
// all withheld cells of a modality together, or it is one of the levels of a Coverage.
type Score struct {
	metric.Metric // Key, Heading, Help, Percent, Lower and Omit

	// Share returns what a conversation adds to the sum whose mean is the score, and with
	// which weight. It is nil for a score that is no mean; there are no intervals of such.
	Share func(c *Contribution) (sum, weight float64)
	// Root says that the score is the root of that mean.
	Root bool
	// Ideal returns what draws from the distribution of the truth would get, if that is
	// known: such a score is the better the nearer it comes. Nil of other scores.
	Ideal func(c *Completion) float64

	whole   func(c *measured) float64 // of all cells of a modality
	covered func(c *Completion) []Coverage
}

// ShownLevel is the level whose coverage stands in tables.
const ShownLevel = 0.8

// scores are the declarations, in the order of the columns of tables.
var scores = []Score{
	{
		Metric: metric.Metric{Key: "energy_score", Heading: "ES", Lower: true, Main: true,
			Help: "The energy score of a withheld cell: the mean distance of a draw from the truth, less half the mean distance between two draws."},
		Share: func(c *Contribution) (float64, float64) { return c.Energy, float64(c.Cells) },
	},
	{
		Metric: metric.Metric{Key: "conversation_energy_score", Heading: "conv ES", Lower: true,
			Help: "The energy score of the mean over the withheld cells of a conversation. Conversations with fewer than five are left out."},
		Share: func(c *Contribution) (float64, float64) {
			if c.Cells < LeastCells {
				return 0, 0
			}
			return c.MeanEnergy, 1
		},
	},
	{
		Metric: metric.Metric{Key: "crps_feature", Heading: "CRPS", Lower: true, Omit: []string{metric.InAgainst},
			Help: "The continuous ranked probability score of the draws of single features."},
		Share: func(c *Contribution) (float64, float64) { return c.CRPS, float64(c.Cells) },
	},
	{
		Metric: metric.Metric{Key: "rmse", Heading: "RMSE", Lower: true,
			Help: "The root of the mean squared error of the mean over the draws."},
		Share: func(c *Contribution) (float64, float64) { return c.Square, float64(c.Cells) }, Root: true,
	},
	{
		Metric: metric.Metric{Key: "rmse_raw", Heading: "RMSE all", Lower: true,
			Help: "The root of the mean squared error of the mean over the draws, in all standardised features instead of the score space."},
		Share: func(c *Contribution) (float64, float64) { return c.RawSquare, float64(c.Cells) }, Root: true,
	},
	{
		Metric: metric.Metric{Key: "draw_coverage", Heading: "80 %", Percent: true,
			Help: "The share of features in the central 80 % interval of the draws."},
		covered: func(c *Completion) []Coverage { return c.Coverage },
		Ideal:   func(c *Completion) float64 { return shown(c.Coverage).Ideal },
	},
	{
		Metric: metric.Metric{Key: "conversation_coverage", Heading: "conv 80 %", Percent: true,
			Help: "The share of conversation means in the central 80 % interval of the draws' conversation means."},
		covered: func(c *Completion) []Coverage { return c.ConversationCoverage },
		Ideal:   func(c *Completion) float64 { return shown(c.ConversationCoverage).Ideal },
	},
	{
		Metric: metric.Metric{Key: "mmd2", Heading: "MMD²", Lower: true,
			Help: "The squared maximum mean discrepancy of the first draw and the truth."},
		whole: func(c *measured) float64 { return c.mmd2 },
		Ideal: func(*Completion) float64 { return 0 },
	},
	{
		Metric: metric.Metric{Key: "apart", Heading: "apart", Percent: true, Lower: true,
			Help: "The share of cells for which a cross-validated classifier (kernel ridge regression) tells the first draw from the truth."},
		whole: func(c *measured) float64 { return c.apart },
		Ideal: func(*Completion) float64 { return 0.5 },
	},
	{
		Metric: metric.Metric{Key: "lag1", Heading: "lag 1",
			Help: "The mean product of the features of two withheld cells that follow each other in time, computed on the draws."},
		whole: func(c *measured) float64 { return c.lagOne() },
		Ideal: func(c *Completion) float64 { return c.Values["lag1_true"] },
	},
	{
		Metric: metric.Metric{Key: "lag1_true", Heading: "lag 1, true", Omit: metric.Places,
			Help: "The same product, computed on the true features."},
		whole: func(c *measured) float64 { return LagOne(c.Truth, c.Conversations, c.Positions) },
	},
}

// Scores lists the declared scores, in the order of the columns of tables.
func Scores() []Score { return append([]Score(nil), scores...) }

// Value returns the score of a completion, NaN of nil. Of a coverage it is that at
// ShownLevel.
func (s Score) Value(c *Completion) float64 {
	switch {
	case c == nil:
		return math.NaN()
	case s.covered != nil:
		return shown(s.covered(c)).Covered
	}
	return c.Values[s.Key]
}

// shown returns the coverage at ShownLevel, NaN where there is none.
func shown(levels []Coverage) Coverage {
	for _, c := range levels {
		if c.Level == ShownLevel {
			return c
		}
	}
	return Coverage{Level: ShownLevel, Covered: math.NaN(), Ideal: math.NaN()}
}

// mean returns the score of contributions of one modality, NaN of nothing.
func (s Score) mean(contributions []Contribution) float64 {
	sum, weight := 0.0, 0.0
	for i := range contributions {
		x, w := s.Share(&contributions[i])
		sum, weight = sum+x, weight+w
	}
	return s.of(sum, weight)
}

// of returns the score of a sum and its weight.
func (s Score) of(sum, weight float64) float64 {
	if s.Root {
		return math.Sqrt(sum / weight)
	}
	return sum / weight
}
