package draws

import (
	"maps"
	"math"
	"slices"
)

// LeastCells is the number of withheld cells from which the mean of a conversation counts.
const LeastCells = 5

// Cells are the withheld cells of one modality in a space of q features, in the order of
// their conversations.
type Cells struct {
	Truth         [][]float64   // [n,q]
	Draws         [][][]float64 // [K,n,q]
	Conversations []int32       // [n] number of the conversation
	Positions     []int         // [n] utterance of the conversation
	RawSquares    []float64     // [n] squared error of the mean over the draws, per raw feature
}

// Completion is what the declared Scores say about a completion.
type Completion struct {
	N      int                // withheld cells
	Draws  int                // K
	Values map[string]float64 // by the keys of Scores, but for those of coverages
	// Coverage is that of features, ConversationCoverage that of conversation means, one
	// for each level.
	Coverage, ConversationCoverage []Coverage
	// Modalities has the completion of each modality, of which the numbers above are the
	// means. It is nil in a completion of one modality.
	Modalities map[string]*Completion
}

// Contribution is what a conversation adds to the scores of one modality under one mask.
type Contribution struct {
	Conversation int32
	Modality     string
	Cells        int     // withheld
	Energy       float64 // sum over the cells of the energy score
	MeanEnergy   float64 // energy score of the conversation mean; NaN of fewer than LeastCells cells
	CRPS         float64 // sum over the cells of FeatureCRPS
	Square       float64 // sum over the cells of the mean squared error of the features
	RawSquare    float64 // sum over the cells of Cells.RawSquares
}

// measured is a modality's cells with the scores that are costly.
type measured struct {
	*Cells
	mmd2, apart float64
}

// twoSampleSeed chooses the rows that TwoSample compares: the same for every model.
const twoSampleSeed = 1

// Measure returns the scores of one modality, and what each conversation contributes to
// them, in their order. Both are nil of no cells or no draws.
func Measure(modality string, c *Cells) (*Completion, []Contribution) {
	if len(c.Truth) == 0 || len(c.Draws) == 0 {
		return nil, nil
	}
	sameDraws(c.Truth, c.Draws)
	contributions := c.contributions(modality)
	m := measured{Cells: c}
	m.mmd2, m.apart = TwoSample(c.Truth, c.Draws[0], twoSampleSeed)
	out := &Completion{N: len(c.Truth), Draws: len(c.Draws), Values: map[string]float64{}}
	for _, s := range scores {
		switch {
		case s.Share != nil:
			out.Values[s.Key] = s.mean(contributions)
		case s.whole != nil:
			out.Values[s.Key] = s.whole(&m)
		}
	}
	out.Coverage = Cover(c.Truth, c.Draws)
	means := make([][][]float64, len(c.Draws))
	for k, draw := range c.Draws {
		means[k] = ConversationMeans(draw, c.Conversations, LeastCells)
	}
	out.ConversationCoverage = Cover(ConversationMeans(c.Truth, c.Conversations, LeastCells), means)
	return out, contributions
}

// contributions adds up the cells of every conversation.
func (c *Cells) contributions(modality string) []Contribution {
	energy, crps := EnergyScores(c.Truth, c.Draws), FeatureCRPS(c.Truth, c.Draws)
	point := Mean(c.Draws)
	var out []Contribution
	place := map[int32]int{}
	for i, id := range c.Conversations {
		at, known := place[id]
		if !known {
			at = len(out)
			place[id] = at
			out = append(out, Contribution{Conversation: id, Modality: modality, MeanEnergy: math.NaN()})
		}
		to := &out[at]
		to.Cells++
		to.Energy += energy[i]
		to.CRPS += crps[i]
		to.RawSquare += c.RawSquares[i]
		for j, x := range point[i] {
			d := x - c.Truth[i][j]
			to.Square += d * d / float64(len(point[i]))
		}
	}
	means := ConversationEnergyScores(c.Truth, c.Draws, c.Conversations, LeastCells)
	for i := range out {
		if out[i].Cells >= LeastCells {
			out[i].MeanEnergy, means = means[0], means[1:]
		}
	}
	return out
}

// lagOne is the mean over the draws of LagOne.
func (c *Cells) lagOne() float64 {
	sum := 0.0
	for _, draw := range c.Draws {
		sum += LagOne(draw, c.Conversations, c.Positions) / float64(len(c.Draws))
	}
	return sum
}

// Together returns the completion whose scores are the means over those of modalities, by
// their names; a score that a modality does not have is not in its mean. It is nil of none.
func Together(modalities map[string]*Completion) *Completion {
	if len(modalities) == 0 {
		return nil
	}
	var all []*Completion
	for _, name := range slices.Sorted(maps.Keys(modalities)) {
		all = append(all, modalities[name])
	}
	out := Average(all)
	out.N = 0
	for _, c := range all {
		out.N += c.N
	}
	out.Modalities = modalities
	return out
}

// Average returns the mean of completions, such as those under several masks, score by
// score over those that have it, and modality by modality. Nil ones are skipped. It is nil
// of none. Its N is that of the first.
func Average(all []*Completion) *Completion {
	all = slices.DeleteFunc(slices.Clone(all), func(c *Completion) bool { return c == nil })
	if len(all) == 0 {
		return nil
	}
	out := &Completion{N: all[0].N, Draws: all[0].Draws, Values: map[string]float64{}}
	for _, s := range scores {
		if s.covered == nil {
			out.Values[s.Key] = defined(all, s.Value)
		}
	}
	out.Coverage = averageCoverage(all, func(c *Completion) []Coverage { return c.Coverage })
	out.ConversationCoverage = averageCoverage(all, func(c *Completion) []Coverage { return c.ConversationCoverage })
	names := map[string]bool{}
	for _, c := range all {
		for name := range c.Modalities {
			names[name] = true
		}
	}
	for name := range names {
		if out.Modalities == nil {
			out.Modalities = map[string]*Completion{}
		}
		var of []*Completion
		for _, c := range all {
			of = append(of, c.Modalities[name])
		}
		out.Modalities[name] = Average(of)
	}
	return out
}

// defined is the mean of a number over the completions that have it, NaN where none has.
func defined(all []*Completion, number func(*Completion) float64) float64 {
	sum, n := 0.0, 0.0
	for _, c := range all {
		if x := number(c); !math.IsNaN(x) {
			sum, n = sum+x, n+1
		}
	}
	return sum / n
}

// averageCoverage is the mean of coverages level by level; N is their sum.
func averageCoverage(all []*Completion, of func(*Completion) []Coverage) []Coverage {
	out := slices.Clone(of(all[0]))
	for l := range out {
		at := func(c *Completion) Coverage {
			if levels := of(c); l < len(levels) {
				return levels[l]
			}
			return Coverage{Covered: math.NaN(), Ideal: math.NaN()}
		}
		out[l].Covered = defined(all, func(c *Completion) float64 { return at(c).Covered })
		out[l].Ideal = defined(all, func(c *Completion) float64 { return at(c).Ideal })
		out[l].N = 0
		for _, c := range all {
			out[l].N += at(c).N
		}
	}
	return out
}
