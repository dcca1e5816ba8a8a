package prior

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
)

// What is observed tells how large a missing residual is. Where the conversation, the
// speaker or the neighbouring utterances are unusual, so is what they lack. The logarithm of
// the size of a missing row is regressed on signs, numbers that the observed rows give.

// Signs are the columns of what Posterior.signs returns.
const (
	signBias    = 0 // 1
	signOther   = 1 // 2 numbers for each of the other modalities: whether it is observed in the utterance, and its departure
	signMean    = 5 // of each modality: its mean departure in the conversation
	signNear    = 8 // mean departure of the modality in the neighbouring utterances
	signSpeaker = 9 // mean departure of the modality in the utterances of the same speaker
	signCount   = 10
)

const (
	meanShrink    = 2.0  // rows of departure 0 that are added to a mean
	nearReach     = 2.0  // utterances over which the weight of a neighbour falls to 1/e
	leastSize     = 1e-4 // below it lies rounding
	mostDeparture = 2.0  // largest departure that is believed
	signRidge     = 10.0 // penalty of the regression: weights of .2 are usual, logarithms vary by .4
)

// size is the square length of the difference of coordinates that components stand for,
// over its expectation if they have the given variances. It is 0 where nothing varies.
func (p *part) size(components, variances []float64) float64 {
	sum, expected := 0.0, 0.0
	for j, s := range p.scale {
		sum += s * s * components[j] * components[j]
		expected += s * s * variances[j]
	}
	if expected == 0 {
		return 0
	}
	return sum / expected
}

// observedSizes returns the logarithms of the sizes of observed rows, NaN elsewhere.
func (p *part) observedSizes(rows [][]float64, observed []bool) []float64 {
	out, unit := make([]float64, len(rows)), make([]float64, len(p.scale))
	for j := range unit {
		unit[j] = 1
	}
	for u, row := range rows {
		out[u] = math.NaN()
		if observed[u] {
			out[u] = math.Log(max(p.size(row, unit), leastSize))
		}
	}
	return out
}

// departures returns by how much the logarithms of the sizes of observed rows depart from
// their mean in training, NaN where the modality is missing.
func (p *Posterior) departures(m erc.Modality) []float64 {
	out := make([]float64, p.n)
	for u := range out {
		out[u] = math.NaN()
		if p.sizes[m] != nil {
			out[u] = min(max(p.sizes[m][u]-p.prior.parts[m].usual, -mostDeparture), mostDeparture)
		}
	}
	return out
}

// signs returns what the observed rows tell of the sizes of a modality, [n][signCount].
func (p *Posterior) signs(m erc.Modality) [][]float64 {
	out := make([][]float64, p.n)
	for u := range out {
		out[u] = make([]float64, signCount)
		out[u][signBias] = 1
	}
	for k, other := range others(m) {
		for u, d := range p.departures(other) {
			if !math.IsNaN(d) {
				out[u][signOther+2*k], out[u][signOther+2*k+1] = 1, d
			}
		}
	}
	own := p.departures(m)
	for _, of := range erc.Modalities {
		mean := meansOf(p.departures(of), func(int) erc.Speaker { return 0 })
		for u := range out {
			out[u][signMean+int(of)] = mean[u]
		}
	}
	near := nearMeans(own)
	for u := range out {
		out[u][signNear] = near[u]
	}
	if p.speakers != nil {
		mean := meansOf(own, func(u int) erc.Speaker { return p.speakers[u] })
		for u := range out {
			out[u][signSpeaker] = mean[u]
		}
	}
	return out
}

// meansOf returns for each utterance the mean departure of its group, shrunk towards 0.
func meansOf(departures []float64, group func(u int) erc.Speaker) []float64 {
	sums, counts := map[erc.Speaker]float64{}, map[erc.Speaker]float64{}
	for u, d := range departures {
		if !math.IsNaN(d) {
			sums[group(u)] += d
			counts[group(u)]++
		}
	}
	out := make([]float64, len(departures))
	for u := range out {
		out[u] = sums[group(u)] / (counts[group(u)] + meanShrink)
	}
	return out
}

// nearMeans returns for each utterance the mean departure of the others, shrunk towards 0,
// with weights that fall exponentially with the distance.
func nearMeans(departures []float64) []float64 {
	n, keep := len(departures), math.Exp(-1/nearReach)
	sums, weights := make([]float64, n), make([]float64, n)
	walk := func(at func(k int) int) {
		sum, weight := 0.0, 0.0
		for k := range n {
			u := at(k)
			sums[u] += sum
			weights[u] += weight
			if d := departures[u]; !math.IsNaN(d) {
				sum, weight = sum+d, weight+1
			}
			sum, weight = keep*sum, keep*weight
		}
	}
	walk(func(k int) int { return k })
	walk(func(k int) int { return n - 1 - k })
	for u := range sums {
		sums[u] /= weights[u] + 1
	}
	return sums
}

// factors returns by what the observed rows multiply the variances of the missing rows of a
// modality, [n]; 1 without Tails.
func (p *Posterior) factors(m erc.Modality) []float64 {
	out, part := make([]float64, p.n), p.prior.parts[m]
	if part.signs == nil {
		for u := range out {
			out[u] = 1
		}
		return out
	}
	for u, signs := range p.signs(m) {
		out[u] = part.factor(signs)
	}
	return out
}

// factor is what signs multiply the variances of a row by.
func (p *part) factor(signs []float64) float64 {
	sum := 0.0
	for j, x := range signs {
		sum += p.signs[j] * x
	}
	return math.Exp(min(max(sum, -mostDeparture), mostDeparture))
}

// regressSizes returns the weights of signs that give the logarithms of sizes, a ridge
// regression.
func regressSizes(signs [][]float64, sizes []float64) []float64 {
	square, right := mat.NewSymDense(signCount, nil), mat.NewVecDense(signCount, nil)
	for i, x := range signs {
		row := mat.NewVecDense(signCount, x)
		square.SymRankOne(square, 1, row)
		right.AddScaledVec(right, math.Log(max(sizes[i], leastSize)), row)
	}
	for j := signBias + 1; j < signCount; j++ {
		square.SetSym(j, j, square.At(j, j)+signRidge)
	}
	var root mat.Cholesky
	if !root.Factorize(square) {
		panic("prior: a matrix with a ridge is not positive definite")
	}
	weights := mat.NewVecDense(signCount, nil)
	if err := root.SolveVecTo(weights, right); err != nil {
		panic("prior: " + err.Error())
	}
	return weights.RawVector().Data
}
