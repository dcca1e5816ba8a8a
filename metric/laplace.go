package metric

import "math"

// Laplace is a Laplace distribution, density exp(−|x−Loc|/Scale) / (2·Scale).
// Scale 0 is certainty about Loc.
type Laplace struct {
	Loc   float64
	Scale float64 // mean absolute deviation, not negative
}

// Mixture is the predictive distribution of one utterance: an equal-weight mixture
// of Laplace distributions, one for each sampled completion. It has at least one.
type Mixture []Laplace

// CDF returns P(X ≤ x).
func (l Laplace) CDF(x float64) float64 {
	switch z := (x - l.Loc) / l.Scale; {
	case l.Scale == 0 && x >= l.Loc:
		return 1
	case l.Scale == 0:
		return 0
	case z < 0:
		return math.Exp(z) / 2
	default:
		return 1 - math.Exp(-z)/2
	}
}

// Quantile returns the x with P(X ≤ x) = p, for p in (0,1).
func (l Laplace) Quantile(p float64) float64 {
	if p < 0.5 {
		return l.Loc + l.Scale*math.Log(2*p)
	}
	return l.Loc - l.Scale*math.Log(2*(1-p))
}

// Mean returns the mean of the locations.
func (m Mixture) Mean() float64 {
	sum := 0.0
	for _, l := range m {
		sum += l.Loc
	}
	return sum / float64(len(m))
}

// StdDev returns the standard deviation: the variance is the mean of 2·Scale² plus
// the variance of the locations.
func (m Mixture) StdDev() float64 {
	mean, sum := m.Mean(), 0.0
	for _, l := range m {
		sum += 2*l.Scale*l.Scale + (l.Loc-mean)*(l.Loc-mean)
	}
	return math.Sqrt(sum / float64(len(m)))
}

// CDF returns P(X ≤ x).
func (m Mixture) CDF(x float64) float64 {
	sum := 0.0
	for _, l := range m {
		sum += l.CDF(x)
	}
	return sum / float64(len(m))
}

// Quantile returns the x with P(X ≤ x) = p, for p in (0,1), by bisection between
// the smallest and the largest quantile of the components, to the last bit or to
// a part in 10¹⁵ of that distance.
func (m Mixture) Quantile(p float64) float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, l := range m {
		q := l.Quantile(p)
		low, high = min(low, q), max(high, q)
	}
	for range 50 {
		mid := low + (high-low)/2
		if mid <= low || mid >= high {
			break
		}
		if m.CDF(mid) < p {
			low = mid
		} else {
			high = mid
		}
	}
	return high
}

// Interval returns the central interval that holds the given probability, in
// (0,1): the quantiles (1−level)/2 and (1+level)/2.
func (m Mixture) Interval(level float64) (low, high float64) {
	return m.Quantile((1 - level) / 2), m.Quantile((1 + level) / 2)
}

// CRPS returns the continuous ranked probability score ∫(F(x) − 1{x ≥ y})² dx =
// E|X−y| − ½·E|X−X'| (Gneiting and Raftery, JASA 2007, eq. 21), in the units of y,
// the smaller the better, in closed form. For one component it is
// |d| + b·exp(−|d|/b) − ¾b.
func (m Mixture) CRPS(y float64) float64 {
	var distance, spread float64
	for i, l := range m {
		distance += meanDistance(math.Abs(l.Loc-y), l.Scale, 0)
		spread += meanDistance(0, l.Scale, l.Scale)
		for _, other := range m[:i] {
			spread += 2 * meanDistance(math.Abs(l.Loc-other.Loc), l.Scale, other.Scale)
		}
	}
	k := float64(len(m))
	return distance/k - spread/(2*k*k)
}

// meanDistance returns E|X−Y| of two independent Laplace variables whose locations
// are d apart.
//
// With scales b ≠ c the difference has characteristic function
// 1/((1+b²t²)(1+c²t²)), that is b²/(b²−c²) of a Laplace variable of scale b less
// c²/(b²−c²) of one of scale c, and for each of these E|d+S| = d + b·exp(−d/b). So
//
//	E|X−Y| = d + (c³·exp(−d/c) − b³·exp(−d/b)) / (c²−b²).
//
// With b ≤ c, exp(−d/b) is taken as exp(−d/c)·(1 + x·φ(x)), x = −d(c−b)/(bc) and
// φ(x) = (exp(x)−1)/x. That cancels c−b and so holds for b = c as well:
//
//	E|X−Y| = d + exp(−d/c)·(b² + bc + c² + φ(x)·b²d/c) / (b+c).
func meanDistance(d, b, c float64) float64 {
	b, c = min(b, c), max(b, c)
	switch {
	case c == 0:
		return d
	case b == 0:
		return d + c*math.Exp(-d/c)
	}
	x, phi := -d*(c-b)/(b*c), 1.0
	if x != 0 {
		phi = math.Expm1(x) / x
	}
	return d + math.Exp(-d/c)*(b*b+b*c+c*c+phi*b*b*d/c)/(b+c)
}
