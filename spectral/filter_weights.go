package spectral

// Weights returns the weights [n][n] with which the conditional mean of a row that is not
// observed takes the observed rows: row i of K_mo K_oo⁻¹, averaged over the components in
// proportion to importance [r]. Component j of the mean at row i is Σ_o w[o]·x[o][j] with
// the weights w of its shape, so that they do not depend on what was observed, but only on
// where. A row that is observed has weight 1 on itself. The weights of all components are 0
// where no component has importance. Time and memory grow with the square of n.
func (p *Posterior) Weights(importance []float64) [][]float64 {
	n := len(p.track.Rows)
	flat := make([]float64, n*n)
	out := make([][]float64, n)
	for i := range out {
		out[i] = flat[i*n : (i+1)*n : (i+1)*n]
	}
	var seen []int
	unit := make([][]float64, n) // [n][observed] the response to 1 in each observed row alone
	for i, observed := range p.track.Observed {
		if observed {
			out[i][i] = 1
			seen = append(seen, i)
		}
	}
	for at, o := range seen {
		unit[o] = make([]float64, len(seen))
		unit[o][at] = 1
	}
	total := 0.0
	for _, v := range importance {
		total += v
	}
	if total == 0 || len(seen) == 0 {
		return out
	}
	for _, g := range p.groups {
		share := 0.0
		for _, j := range g.components {
			share += importance[j] / total
		}
		width := len(seen)
		mean := g.gather(unit, p.track.Observed, width)
		g.pattern.forward(g.l, mean, width)
		g.pattern.backward(g.l, mean, width)
		for i, observed := range p.track.Observed {
			if observed {
				continue
			}
			for _, v := range g.uses[i] {
				for at, o := range seen {
					out[i][o] += share * mean[int(v)*width+at]
				}
			}
		}
	}
	return out
}
