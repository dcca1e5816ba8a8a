package kernel

import "math"

// Adam holds the scalars of one step of the Adam optimiser (Kingma & Ba,
// algorithm 1), weight decay decoupled from the gradient.
type Adam struct {
	LearningRate float32
	Beta1, Beta2 float32
	Debias1      float32 // 1/(1-Beta1^t)
	Debias2      float32 // 1/(1-Beta2^t)
	Epsilon      float32
	WeightDecay  float32 // 0 for none
}

// Update moves param and the moments m and v one step along grad, all of
// len(param), in one pass:
//
//	m = β₁·m + (1-β₁)·g
//	v = β₂·v + (1-β₂)·g²
//	param -= lr·m·d₁ / (√(v·d₂) + ε) + lr·decay·param
func (h Adam) Update(param, m, v, grad []float32) {
	h.Step(param, m, v, param, m, v, grad)
}

// Step is [Adam.Update] that reads param, m and v and writes the moved ones to
// newParam, newM and newV; each output may be the input of its name.
func (h Adam) Step(newParam, newM, newV, param, m, v, grad []float32) {
	n := len(newParam)
	newM, newV, param, m, v, grad = newM[:n], newV[:n], param[:n], m[:n], v[:n], grad[:n]
	if f := tables[active].adam; f != nil && n > 0 {
		f(&newParam[0], &newM[0], &newV[0], &param[0], &m[0], &v[0], &grad[0],
			h.LearningRate, h.Beta1, 1-h.Beta1, h.Beta2, 1-h.Beta2, h.Debias1, h.Debias2, h.Epsilon, h.WeightDecay, n)
		return
	}
	h.stepPortable(newParam, newM, newV, param, m, v, grad)
}

func (h Adam) stepPortable(newParam, newM, newV, param, m, v, grad []float32) {
	for i, g := range grad {
		m1 := h.Beta1*m[i] + (1-h.Beta1)*g
		m2 := h.Beta2*v[i] + (1-h.Beta2)*(g*g)
		p := param[i]
		step := h.LearningRate * (m1 * h.Debias1) / (float32(math.Sqrt(float64(m2*h.Debias2))) + h.Epsilon)
		step += h.LearningRate * (p * h.WeightDecay)
		newParam[i], newM[i], newV[i] = p-step, m1, m2
	}
}
