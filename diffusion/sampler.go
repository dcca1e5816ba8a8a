package diffusion

// Sampler declares a way of integrating the reverse-time equation from noise to data.
// A declaration is one file, such as ddim.go; docs/extending.md shows how to add one.
type Sampler struct {
	Name  string     // in settings, as "ddim"
	Help  string     // one sentence
	Paper string     // where the algorithm is from
	Reads Prediction // what it reads of the network: the clean sample, the noise or the score
	// Order is the order of convergence p: the error of a deterministic sampler, or of
	// the mean and variance of a stochastic one, falls as (1/steps)^p. It is 0 if the
	// error approaches a bias, of at most one per cent, instead of 0.
	Order    int
	Step     Cost    // of every step but the last
	LastStep Cost    // of the last step, if it goes to End
	End      float64 // the time of the last step: 0, or 0.001 where t = 0 cannot be reached
	// step moves the state of w from w.times[i] to w.times[i+1].
	step func(w *walk, i int)
}

// Cost is what one step of a sampler asks for.
type Cost struct {
	Evaluations int // of the network
	Draws       int // of noise, for each component; 0 for a deterministic sampler
}

var samplers = registry[Sampler]{noun: "sampler"}

// Samplers returns the declared samplers in the order of their names.
func Samplers() []Sampler { return samplers.list() }

// ParseSampler returns the sampler of a name. The error of an unknown name lists the
// known ones.
func ParseSampler(name string) (Sampler, error) { return samplers.find(name) }

// declare adds a sampler to Samplers and returns it.
func declare(s Sampler) Sampler { return samplers.add(s.Name, s) }

// Evaluations returns how often the sampler calls Problem.Denoise in a number of steps
// to End.
func (s Sampler) Evaluations(steps int) int {
	return (steps-1)*s.Step.Evaluations + s.LastStep.Evaluations
}

// Draws returns how often the sampler calls Problem.Noise for each component in a
// number of steps to End.
func (s Sampler) Draws(steps int) int { return (steps-1)*s.Step.Draws + s.LastStep.Draws }

// Space scales and adds values of the type that is sampled.
type Space[T any] interface {
	// Combine returns a·x + b·y and leaves x and y unchanged.
	Combine(a float64, x T, b float64, y T) T
}

// Problem describes what is sampled. The state has one or more components, such as
// features and a spectrum: they are denoised together, and each has an SDE of its own.
type Problem[T any] struct {
	Space Space[T]
	SDEs  []SDE // one for each component

	// Denoise returns the clean sample E[x₀|x(t)] of every component.
	Denoise func(state []T, t float64) []T
	// Noise returns unit normals for a component. Draws are numbered from 0. Only
	// stochastic samplers call it, Sampler.Draws times for each component.
	Noise func(draw, component int) T
	// Watch, if it is not nil, is called after each step with the time reached and the
	// state there.
	Watch func(step int, t float64, state []T)
}

// Sample integrates the reverse-time equation (Eqs. 15-16 of the GSDNet paper) along
// decreasing times and returns the state at the last of them. The start holds one value
// for each component, whose standard deviation is that SDE's PriorStd. There must be
// at least two times; Schedule.Times makes them. The sampler must be a declared one.
func Sample[T any](s Sampler, p Problem[T], start []T, times []float64) []T {
	w := &walk{
		reads: s.Reads, sdes: p.SDEs, times: times, state: erase(start),
		combine: func(a float64, x vector, b float64, y vector) vector {
			return p.Space.Combine(a, x.(T), b, y.(T))
		},
		denoise: func(state []vector, t float64) []vector {
			return erase(p.Denoise(restore[T](state), t))
		},
		noise: func(draw, component int) vector { return p.Noise(draw, component) },
	}
	for i := range len(times) - 1 {
		s.step(w, i)
		if p.Watch != nil {
			p.Watch(i, times[i+1], restore[T](w.state))
		}
	}
	return restore[T](w.state)
}

// erase forgets the type of values, so that samplers need no type parameter and can
// stand in a registry.
func erase[T any](values []T) []vector {
	out := make([]vector, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

// restore undoes erase.
func restore[T any](values []vector) []T {
	out := make([]T, len(values))
	for i, v := range values {
		out[i] = v.(T)
	}
	return out
}
