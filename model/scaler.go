package model

import (
	"math"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// clip bounds a standardised feature: beyond it a value is an outlier and tells
// no more than that.
const clip = 5

// Scaler standardises raw features, channel by channel (MATHS.md §1).
type Scaler struct {
	Mean, Deviation [erc.NumModalities][]float32 // [D_m]
}

// FitScaler computes the statistics over the present cells. A channel that never
// varies gets deviation 1 and becomes 0.
func FitScaler(convs []erc.Conversation, dims [erc.NumModalities]int) *Scaler {
	s := &Scaler{}
	for _, m := range erc.Modalities {
		sum := make([]float64, dims[m])
		squares := make([]float64, dims[m])
		count := 0.0
		each(convs, func(u *erc.Utterance) {
			if !u.Present.Has(m) {
				return
			}
			count++
			for j, x := range u.Features[m] {
				sum[j] += float64(x)
				squares[j] += float64(x) * float64(x)
			}
		})
		s.Mean[m] = make([]float32, dims[m])
		s.Deviation[m] = make([]float32, dims[m])
		for j := range sum {
			mean := sum[j] / max(count, 1)
			variance := squares[j]/max(count, 1) - mean*mean
			s.Mean[m][j], s.Deviation[m][j] = float32(mean), 1
			if deviation := math.Sqrt(variance); deviation > 1e-6*(1+math.Abs(mean)) {
				s.Deviation[m][j] = float32(deviation)
			}
		}
	}
	return s
}

// each visits every utterance.
func each(convs []erc.Conversation, visit func(u *erc.Utterance)) {
	for i := range convs {
		for j := range convs[i].Utterances {
			visit(&convs[i].Utterances[j])
		}
	}
}

// Check refuses statistics that are no numbers to standardise with, as a damaged
// checkpoint may have; name is the run's.
func (s *Scaler) Check(name string) error {
	for _, m := range erc.Modalities {
		for j, deviation := range s.Deviation[m] {
			if mean := s.Mean[m][j]; mean-mean != 0 || deviation-deviation != 0 || deviation <= 0 { // x−x is NaN unless x is finite
				return fault.Input("the checkpoint is damaged: train the run again, or copy it again",
					"%s: the mean %g and deviation %g of %s channel %d cannot standardise a feature", name, mean, deviation, m, j)
			}
		}
	}
	return nil
}

// Standardise returns (x − mean)/deviation, clipped to ±5.
func (s *Scaler) Standardise(m erc.Modality, x []float32) []float32 {
	out := make([]float32, len(x))
	for j := range x {
		z := (x[j] - s.Mean[m][j]) / s.Deviation[m][j]
		out[j] = max(-clip, min(clip, z))
	}
	return out
}

// Raw inverts Standardise, but for what was clipped.
func (s *Scaler) Raw(m erc.Modality, z []float32) []float32 {
	out := make([]float32, len(z))
	for j := range z {
		out[j] = z[j]*s.Deviation[m][j] + s.Mean[m][j]
	}
	return out
}
