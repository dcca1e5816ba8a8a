package diffusion

import (
	"fmt"
	"slices"
	"strings"
)

// Space is what samples are made of: things that can be scaled and added.
type Space[T any] interface {
	// Combine returns a·x + b·y; x and y stay as they are.
	Combine(a float64, x T, b float64, y T) T
}

// Problem is one reverse-time integration of components that are denoised
// together and diffused apart, each by its own SDE.
type Problem[T any] struct {
	Space Space[T]
	SDEs  []SDE // one a component

	// Denoise returns the clean sample E[x₀|x(t)] of each component.
	Denoise func(state []T, t float64) []T
	// Noise returns draw number i (0, 1, …) of unit normals for a component. Only
	// stochastic methods ask, Method.Draws times a component.
	Noise func(draw, component int) T
	// Watch, when not nil, sees the state after each step and its time.
	Watch func(step int, t float64, state []T)
}

// Method names a sampler.
type Method string

// The samplers. Deterministic ones follow the probability-flow equation.
const (
	DDIM  Method = "ddim"    // first order, exact for a clean sample that does not move (Song et al., ICLR 2021)
	Heun  Method = "heun"    // second order, two evaluations a step (Karras et al., NeurIPS 2022, Algorithm 1)
	DPM   Method = "dpm++2m" // second order, one evaluation a step (Lu et al., DPM-Solver++, 2022, Algorithm 2)
	Euler Method = "euler"   // Euler–Maruyama, stochastic (Eq. 16)
	PC    Method = "pc"      // Euler–Maruyama with a Langevin corrector (Song et al., ICLR 2021, Algorithm 1)
)

// Methods lists the samplers.
var Methods = []Method{DDIM, Heun, DPM, Euler, PC}

// ParseMethod returns the sampler of a name.
func ParseMethod(name string) (Method, error) {
	if slices.Contains(Methods, Method(name)) {
		return Method(name), nil
	}
	known := make([]string, len(Methods))
	for i, m := range Methods {
		known[i] = string(m)
	}
	return "", fmt.Errorf("%q is no sampler: want one of %s", name, strings.Join(known, ", "))
}

// End returns the time at which the method stops: 0 where its last step lands on
// the clean sample, 0.001 for the stochastic ones, as in the paper.
func (m Method) End() float64 {
	if m == Euler || m == PC {
		return leastNoise
	}
	return 0
}

// Draws returns how many draws of Noise the method takes from each component.
func (m Method) Draws(steps int) int {
	switch m {
	case Euler:
		return steps - 1
	case PC:
		return 2*steps - 1
	}
	return 0
}

// Evaluations returns how often the method calls Denoise on its way to End.
func (m Method) Evaluations(steps int) int {
	switch m {
	case Heun:
		return 2*steps - 1
	case PC:
		return 2 * steps
	}
	return steps
}

// Sample integrates the reverse-time equation, Eqs. 15-16, from start (one a
// component, of deviation PriorStd) along decreasing times, and returns the state
// at the last of them. times must hold at least two entries. It panics on a
// method that is none of Methods.
func Sample[T any](m Method, p Problem[T], start []T, times []float64) []T {
	run := stepper[T]{Problem: p, times: times, state: slices.Clone(start)}
	step, known := map[Method]func(int){
		DDIM: run.ddim, Heun: run.heun, DPM: run.dpm, Euler: run.euler, PC: run.correct,
	}[m]
	if !known {
		panic(fmt.Sprintf("diffusion: %q is no sampler", m))
	}
	for i := range len(times) - 1 {
		step(i)
		if p.Watch != nil {
			p.Watch(i, times[i+1], run.state)
		}
	}
	return run.state
}

// stepper is a sampler on its way; each of its steps moves state from times[i]
// to times[i+1].
type stepper[T any] struct {
	Problem[T]
	times  []float64
	state  []T
	draws  int
	before []T // dpm: the clean sample of the step before
}

// each replaces every component of the state.
func (s *stepper[T]) each(next func(c int, sde SDE, x T) T) {
	out := make([]T, len(s.state))
	for c, x := range s.state {
		out[c] = next(c, s.SDEs[c], x)
	}
	s.state = out
}

// draw counts a call of Noise for all the components.
func (s *stepper[T]) draw() int {
	s.draws++
	return s.draws - 1
}
