package diffusion

import "math"

// euler is Eq. 16 with its Δt in place, x' = x + (−f·x + g²·score)Δt + g√Δt·ε;
// the last step returns the mean.
func (s *stepper[T]) euler(i int) {
	t := s.times[i]
	dt := t - s.times[i+1]
	clean := s.Denoise(s.state, t)
	last := i == len(s.times)-2
	draw := 0
	if !last {
		draw = s.draw()
	}
	s.each(func(c int, sde SDE, x T) T {
		g := sde.Diffusion(t)
		x = s.Space.Combine(1-sde.Drift(t)*dt, x, g*g*dt, s.score(c, t, x, clean[c]))
		if last {
			return x
		}
		return s.Space.Combine(1, x, g*math.Sqrt(dt), s.Noise(draw, c))
	})
}

// snr is the Langevin corrector's signal-to-noise ratio (Song et al., Appendix G).
const snr = 0.16

// correct is one Langevin step at a fixed time, x + ε·score + √(2ε)·z with
// ε = 2(snr·s)², then euler. The length follows s(t) instead of the norms of the
// batch, so that a sample does not depend on its neighbours.
func (s *stepper[T]) correct(i int) {
	t := s.times[i]
	clean := s.Denoise(s.state, t)
	draw := s.draw()
	s.each(func(c int, sde SDE, x T) T {
		_, std := sde.Marginal(t)
		length := 2 * (snr * std) * (snr * std)
		x = s.Space.Combine(1, x, length, s.score(c, t, x, clean[c]))
		return s.Space.Combine(1, x, math.Sqrt(2*length), s.Noise(draw, c))
	})
	s.euler(i)
}

// score turns clean samples into ∇ log p.
func (s *stepper[T]) score(c int, t float64, x, clean T) T {
	alpha, std := s.SDEs[c].Marginal(t)
	a, b := Convert(X0, Score, alpha, std)
	return s.Space.Combine(a, clean, b, x)
}
