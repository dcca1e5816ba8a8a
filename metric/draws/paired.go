package draws

import (
	"fmt"

	"gsdnet/metric"
)

// Compare returns the score of completion a less that of completion b with its interval,
// for which whole conversations are drawn, with all their masks and modalities. a and b
// hold the contributions under each mask, and with each seed; the score is the mean over
// those of the mean over the modalities. Both must be of the same masks, conversations,
// modalities and cells, in the same order, or there is an error. A score without Share has
// no interval and panics.
func Compare(s Score, a, b [][]Contribution, boot metric.Bootstrap) (metric.Difference, error) {
	if s.Share == nil {
		panic(fmt.Sprintf("draws: %s is no mean over conversations", s.Key))
	}
	p := pairs{score: s, place: map[int32]int{}}
	if len(a) != len(b) {
		return metric.Difference{}, fmt.Errorf("one has %d masks and the other %d", len(a), len(b))
	}
	for mask := range a {
		if err := p.add(a[mask], b[mask]); err != nil {
			return metric.Difference{}, err
		}
	}
	return boot.Function(len(p.rows), p.difference), nil
}

// pairs holds what every conversation contributes to two completions.
type pairs struct {
	score Score
	place map[int32]int // of a conversation
	rows  [][]pair      // by conversation
	masks [][]int       // strata of each mask: one for each modality
	sums  []pair        // by stratum; for difference
}

// pair is what a conversation contributes to one modality under one mask: to a and to b.
type pair struct {
	stratum      int
	a, b, weight float64
}

// add takes in the contributions under one mask.
func (p *pairs) add(a, b []Contribution) error {
	if len(a) != len(b) {
		return fmt.Errorf("one has %d conversations and modalities and the other %d under a mask", len(a), len(b))
	}
	strata := map[string]int{}
	var own []int
	for i := range a {
		if a[i].Conversation != b[i].Conversation || a[i].Modality != b[i].Modality || a[i].Cells != b[i].Cells {
			return fmt.Errorf("one has %d cells of %s of conversation %d where the other has %d of %s of conversation %d",
				a[i].Cells, a[i].Modality, a[i].Conversation, b[i].Cells, b[i].Modality, b[i].Conversation)
		}
		stratum, known := strata[a[i].Modality]
		if !known {
			stratum = len(p.sums)
			strata[a[i].Modality] = stratum
			own, p.sums = append(own, stratum), append(p.sums, pair{})
		}
		at, known := p.place[a[i].Conversation]
		if !known {
			at = len(p.rows)
			p.place[a[i].Conversation] = at
			p.rows = append(p.rows, nil)
		}
		x, weight := p.score.Share(&a[i])
		y, _ := p.score.Share(&b[i])
		if weight > 0 {
			p.rows[at] = append(p.rows[at], pair{stratum, x, y, weight})
		}
	}
	p.masks = append(p.masks, own)
	return nil
}

// difference is the score of a less that of b on some conversations, NaN where neither has
// any.
func (p *pairs) difference(drawn []int) float64 {
	clear(p.sums)
	for _, row := range drawn {
		for _, c := range p.rows[row] {
			sum := &p.sums[c.stratum]
			sum.a, sum.b, sum.weight = sum.a+c.a, sum.b+c.b, sum.weight+c.weight
		}
	}
	total, masks := 0.0, 0.0
	for _, strata := range p.masks {
		mean, modalities := 0.0, 0.0
		for _, t := range strata {
			if s := p.sums[t]; s.weight > 0 {
				mean, modalities = mean+p.score.of(s.a, s.weight)-p.score.of(s.b, s.weight), modalities+1
			}
		}
		if modalities > 0 {
			total, masks = total+mean/modalities, masks+1
		}
	}
	return total / masks
}
