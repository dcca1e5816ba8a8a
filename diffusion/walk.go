package diffusion

// vector is the value of one component, of the type T that Sample was called with.
type vector any

// walk is one run of a sampler: step i moves its state from times[i] to times[i+1].
type walk struct {
	times []float64
	sdes  []SDE    // one for each component
	state []vector // at times[i] when step i begins
	// memory is what a multistep sampler keeps for its next step. It is nil in the
	// first step.
	memory []vector

	reads   Prediction
	combine func(a float64, x vector, b float64, y vector) vector // a·x + b·y
	denoise func(state []vector, t float64) []vector
	noise   func(draw, component int) vector
	drawn   int
}

// evaluate calls the network on the state at time t and returns, for each component,
// what the sampler reads of it.
func (w *walk) evaluate(t float64) []vector {
	predicted := w.denoise(w.state, t)
	if w.reads == X0 {
		return predicted
	}
	for c, x := range w.state {
		alpha, std := w.sdes[c].Marginal(t)
		a, b := Convert(X0, w.reads, alpha, std)
		predicted[c] = w.combine(a, predicted[c], b, x)
	}
	return predicted
}

// draw returns fresh unit normals for each component.
func (w *walk) draw() []vector {
	out := make([]vector, len(w.state))
	for c := range out {
		out[c] = w.noise(w.drawn, c)
	}
	w.drawn++
	return out
}

// move replaces the state x of every component c by what next returns for it.
func (w *walk) move(next func(c int, sde SDE, x vector) vector) {
	out := make([]vector, len(w.state))
	for c, x := range w.state {
		out[c] = next(c, w.sdes[c], x)
	}
	w.state = out
}
