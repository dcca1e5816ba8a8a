package prior

import (
	"math"
	"math/rand/v2"
	"testing"

	"gsdnet/erc"
	"gsdnet/model"
)

// loudness draws conversations in which the features of each speaker are loud or quiet:
// multiplied by 2 or by 1/2.
func loudness(seed uint64, count int) (seen []model.Conversation, truth []model.Truth, loud [][2]float64) {
	rng := rand.New(rand.NewPCG(seed, 5))
	for i := range count {
		c, t := conversation(rng, uint64(i), 16)
		level := [2]float64{math.Exp2(float64(2*rng.IntN(2) - 1)), math.Exp2(float64(2*rng.IntN(2) - 1))}
		for _, m := range erc.Modalities {
			for u, x := range t.Features[m] {
				for j := range x {
					x[j] = float32(level[c.Speakers[u]] * (0.3*float64(x[j]) + rng.NormFloat64()))
				}
			}
		}
		seen, truth, loud = append(seen, c), append(truth, t), append(loud, level)
	}
	return seen, truth, loud
}

// Where those who speak are loud, what is missing is expected to be, of each of them. Their
// variances differ by a factor of 16. The shrunken means of a few utterances find a part of it.
func TestNoiseIsAsLargeAsWhatIsObserved(t *testing.T) {
	seen, truth, _ := loudness(1, 80)
	g, _ := fit(t, tailed, true, seen, truth)
	unseen, _, loud := loudness(2, 40)
	logs, counts := [2]float64{}, [2]float64{}
	for i := range unseen {
		p := posterior(t, g, &unseen[i])
		for _, m := range erc.Modalities {
			for u, factor := range p.factors(m) {
				if unseen[i].Present[u].Has(m) {
					continue
				}
				k := 0
				if loud[i][unseen[i].Speakers[u]] > 1 {
					k = 1
				}
				logs[k] += math.Log(factor)
				counts[k]++
			}
		}
	}
	ratio := math.Exp(logs[1]/counts[1] - logs[0]/counts[0])
	if !(ratio > 4 && ratio < 20) {
		t.Errorf("the variance of a loud speaker is %.1f times that of a quiet one, want 4 to 20", ratio)
	}
}

// The regression finds the weights of sizes that were made from signs.
func TestRegressSizes(t *testing.T) {
	signs, sizes := make([][]float64, 500), make([]float64, 500)
	rng := rand.New(rand.NewPCG(3, 3))
	for i := range signs {
		signs[i] = make([]float64, signCount)
		signs[i][signBias], signs[i][signNear] = 1, rng.NormFloat64()
		sizes[i] = math.Exp(0.5 + 0.7*signs[i][signNear] + 0.3*rng.NormFloat64())
	}
	weights := regressSizes(signs, sizes)
	if math.Abs(weights[signBias]-0.5) > 0.05 || math.Abs(weights[signNear]-0.7) > 0.05 {
		t.Errorf("got weights %.3f, want 0.5 for the bias and 0.7 for the neighbours", weights)
	}
}

// The mean of neighbours leaves out the utterance itself, and counts each by its distance.
func TestNearMeans(t *testing.T) {
	nan, e := math.NaN(), math.Exp(-0.5)
	got := nearMeans([]float64{1, nan, 2, nan})
	for u, want := range []float64{2 * e * e / (e*e + 1), (1 + 2) * e / (2*e + 1), e * e / (e*e + 1), (2*e + e*e*e) / (e + e*e*e + 1)} {
		if math.Abs(got[u]-want) > 1e-12 {
			t.Errorf("utterance %d: got %.4f, want %.4f", u, got[u], want)
		}
	}
}
