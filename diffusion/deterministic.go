package diffusion

// ddim moves along the line that the clean sample and the noise span:
// x' = α'·x₀ + s'·ε, ε = (x − α·x₀)/s.
func (s *stepper[T]) ddim(i int) {
	s.towards(i, s.Denoise(s.state, s.times[i]))
}

// towards is the step of ddim for a given clean sample.
func (s *stepper[T]) towards(i int, clean []T) {
	s.each(func(c int, sde SDE, x T) T {
		keep, add := line(sde, s.times[i], s.times[i+1])
		return s.Space.Combine(keep, x, add, clean[c])
	})
}

// line returns the keep and add of x' = keep·x + add·x₀.
func line(sde SDE, t, next float64) (keep, add float64) {
	alpha, std := sde.Marginal(t)
	alphaNext, stdNext := sde.Marginal(next)
	keep = stdNext / std
	return keep, alphaNext - keep*alpha
}

// heun averages the direction of ddim with the direction at its end, in the
// variables x/α and s/α where the equation reads d(x/α) = ε d(s/α). A step to
// s = 0 has no direction at its end and stays ddim's.
func (s *stepper[T]) heun(i int) {
	t, next := s.times[i], s.times[i+1]
	from, clean := s.state, s.Denoise(s.state, t)
	s.towards(i, clean)
	if next == 0 {
		return
	}
	ahead := s.Denoise(s.state, next)
	s.each(func(c int, sde SDE, x T) T {
		alpha, std := sde.Marginal(t)
		alphaNext, stdNext := sde.Marginal(next)
		noise := s.Space.Combine(1/std, from[c], -alpha/std, clean[c])
		noiseNext := s.Space.Combine(1/stdNext, x, -alphaNext/stdNext, ahead[c])
		mean := s.Space.Combine(0.5, noise, 0.5, noiseNext)
		return s.Space.Combine(alphaNext/alpha, from[c], alphaNext*(stdNext/alphaNext-std/alpha), mean)
	})
}

// dpm is ddim with the clean sample extrapolated in log-SNR from the one before,
// but for the first step and for a step to s = 0.
func (s *stepper[T]) dpm(i int) {
	clean := s.Denoise(s.state, s.times[i])
	ahead := clean
	if i > 0 && s.times[i+1] > 0 {
		ahead = make([]T, len(clean))
		for c := range clean {
			here := logSNR(s.SDEs[c], s.times[i])
			ratio := (logSNR(s.SDEs[c], s.times[i+1]) - here) / (here - logSNR(s.SDEs[c], s.times[i-1]))
			ahead[c] = s.Space.Combine(1+ratio/2, clean[c], -ratio/2, s.before[c])
		}
	}
	s.towards(i, ahead)
	s.before = clean
}
