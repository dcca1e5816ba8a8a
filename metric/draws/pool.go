package draws

import (
	"math"
	"slices"
)

// PoolParts returns the completion of the conversations of several parts together, such as those
// of the folds of a cross-validation, all under one rule. Scores that are means over
// conversations are computed from the contributions of all parts. Other scores, and all
// scores if contributions is nil, are means over the parts, weighted by their withheld
// cells; coverages are weighted by their values. It is nil if no part has a completion.
func PoolParts(parts []*Completion, contributions []Contribution) *Completion {
	byName := map[string][]*Completion{}
	for _, part := range parts {
		if part == nil {
			continue
		}
		for name, of := range part.Modalities {
			if of != nil {
				byName[name] = append(byName[name], of)
			}
		}
	}
	modalities := map[string]*Completion{}
	for name, all := range byName {
		own := slices.DeleteFunc(slices.Clone(contributions), func(c Contribution) bool { return c.Modality != name })
		modalities[name] = poolModality(all, own)
	}
	return Together(modalities)
}

// poolModality pools the completions of one modality.
func poolModality(parts []*Completion, contributions []Contribution) *Completion {
	out := &Completion{Draws: parts[0].Draws, Values: map[string]float64{}}
	for _, part := range parts {
		out.N += part.N
	}
	for _, s := range scores {
		switch {
		case s.Share != nil && len(contributions) > 0:
			out.Values[s.Key] = s.mean(contributions)
		case s.covered == nil:
			sum, weight := 0.0, 0.0
			for _, part := range parts {
				if x := s.Value(part); !math.IsNaN(x) {
					sum, weight = sum+float64(part.N)*x, weight+float64(part.N)
				}
			}
			out.Values[s.Key] = sum / weight
		}
	}
	out.Coverage = poolCoverage(parts, func(c *Completion) []Coverage { return c.Coverage })
	out.ConversationCoverage = poolCoverage(parts, func(c *Completion) []Coverage { return c.ConversationCoverage })
	return out
}

// poolCoverage pools coverages level by level, weighted by their numbers of values.
func poolCoverage(parts []*Completion, of func(*Completion) []Coverage) []Coverage {
	out := slices.Clone(of(parts[0]))
	for l := range out {
		covered, ideal := 0.0, 0.0
		out[l].N = 0
		for _, part := range parts {
			levels := of(part)
			if l >= len(levels) || levels[l].N == 0 {
				continue
			}
			n := float64(levels[l].N)
			covered, ideal = covered+n*levels[l].Covered, ideal+n*levels[l].Ideal
			out[l].N += levels[l].N
		}
		out[l].Covered, out[l].Ideal = covered/float64(out[l].N), ideal/float64(out[l].N)
	}
	return out
}
