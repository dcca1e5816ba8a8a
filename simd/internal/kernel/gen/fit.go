package main

import "math"

// interpolate returns the coefficients, lowest first, of the polynomial of the
// given degree that meets f at the Chebyshev nodes of [a, b]: close to the
// best one in the maximum norm.
func interpolate(f func(float64) float64, a, b float64, degree int) []float32 {
	coefficients := make([]float32, 0, degree+1)
	for _, c := range monomial(f, a, b, degree) {
		coefficients = append(coefficients, float32(c))
	}
	return coefficients
}

// monomial interpolates f at degree+1 Chebyshev nodes, by Newton's divided
// differences expanded into powers.
func monomial(f func(float64) float64, a, b float64, degree int) []float64 {
	n := degree + 1
	x, d := make([]float64, n), make([]float64, n)
	for i := range n {
		x[i] = (a+b)/2 + (b-a)/2*math.Cos(math.Pi*(float64(i)+0.5)/float64(n))
		if math.Abs(x[i]) < 1e-3 {
			x[i] = 1e-3 // the functions here are quotients that cancel near 0
		}
		d[i] = f(x[i])
	}
	for j := 1; j < n; j++ {
		for i := n - 1; i >= j; i-- {
			d[i] = (d[i] - d[i-1]) / (x[i] - x[i-j])
		}
	}
	c := []float64{d[n-1]}
	for i := n - 2; i >= 0; i-- { // c ← c·(t - x[i]) + d[i]
		next := make([]float64, len(c)+1)
		next[0] = d[i]
		for k, v := range c {
			next[k+1] += v
			next[k] -= v * x[i]
		}
		c = next
	}
	return c
}
