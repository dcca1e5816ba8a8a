package spectral

// slope adds up the derivatives of the log likelihood with respect to the fields of a
// shape, each as an independent variable. With u the posterior mean of the latent
// variables, Q their prior precision and S their posterior covariance,
//
//	d(eᵀR⁻¹e) = uᵀ·dQ·u + |e−Hu|²·d(1/White)
//	d log det R = tr(S·dQ) − d log det Q + rows·d log White + Σ_observed hᵀSh·d(1/White)
//
// The first holds because u minimises uᵀQu + |e−Hu|²/White, which is eᵀR⁻¹e.
type slope struct {
	quad [numFields][]float64 // [field][component]
	det  [numFields]float64
}

// The fields of a Shape.
const (
	constantField = iota
	lowPassField
	thetaField
	speakerConstantField
	speakerLowPassField
	speakerThetaField
	whiteField
	numFields
)

func newSlope(width int) *slope {
	s := new(slope)
	for k := range s.quad {
		s.quad[k] = make([]float64, width)
	}
	return s
}

// of returns the derivatives of the sum of the log likelihoods of the components, at
// their best variances.
func (s *slope) of(variance []float64) (out [numFields]float64) {
	for k := range out {
		sum := float64(len(variance)) * s.det[k]
		for j, w := range variance {
			sum += s.quad[k][j] / w
		}
		out[k] = -sum / 2
	}
	return out
}

// add adds a conversation, whose latent variables have the posterior mean u.
func (s *slope) add(f *factored, x [][]float64, observed []bool, u []float64, known lowPasses) {
	width := len(s.quad[0])
	inverse := f.pattern.inverse(f.l)
	if f.z != nil {
		s.chain(lowPassField, thetaField, f.z, wholeChain(f.n), f.priorAts.zDiag, f.priorAts.zLink, f.shape.LowPass, f.shape.Theta, inverse, u, known)
	}
	if f.y != nil {
		for k, c := range f.chains {
			s.chain(speakerLowPassField, speakerThetaField, f.y, c, f.priorAts.yDiag[k], f.priorAts.yLink[k], f.shape.SpeakerLowPass, f.shape.SpeakerTheta, inverse, u, known)
		}
	}
	constant := func(field int, v, at int32, share float64) { // Q = 1/share
		for j, e := range u[int(v)*width : (int(v)+1)*width] {
			s.quad[field][j] -= e * e / (share * share)
		}
		s.det[field] += 1/share - inverse[at]/(share*share)
	}
	for k, v := range f.beta {
		constant(speakerConstantField, v, f.priorAts.beta[k], f.shape.SpeakerConstant)
	}
	if f.alpha >= 0 {
		constant(constantField, f.alpha, f.priorAts.alpha, f.shape.Constant)
	}
	s.white(f, x, observed, u, inverse)
}

// chain adds the low pass of a chain. Its precision is Q = scale·(I + θ(I−A)) with
// scale = m/share.
func (s *slope) chain(shareField, thetaField int, variable []int32, c chain, diag, link []int32, share, theta float64, inverse, u []float64, known lowPasses) {
	width := len(s.quad[0])
	p := known.of(len(c), theta)
	scale := p.mean / share
	scaleByShare, scaleByTheta := -scale/share, scale*p.meanSlope/p.mean
	row := func(k int) []float64 { v := int(variable[c[k]]); return u[v*width : (v+1)*width] }
	// identity and graph are tr(M) and tr((I−A)·M) for M = S and for M = uuᵀ.
	identity, graph := 0.0, 0.0
	for k, at := range diag {
		identity += inverse[at]
		if k > 0 {
			graph += (inverse[diag[k-1]] + inverse[at] - 2*inverse[link[k-1]]) / 2
		}
	}
	byScale := identity + theta*graph - float64(len(c))/scale
	s.det[shareField] += byScale * scaleByShare
	s.det[thetaField] += byScale*scaleByTheta + scale*graph - p.detSlope
	for k := range c {
		now := row(k)
		before := now
		if k > 0 {
			before = row(k - 1)
		}
		for j, e := range now {
			gap := (e - before[j]) * (e - before[j]) / 2
			byScale := e*e + theta*gap
			s.quad[shareField][j] += byScale * scaleByShare
			s.quad[thetaField][j] += byScale*scaleByTheta + scale*gap
		}
	}
}

// white adds the white share.
func (s *slope) white(f *factored, x [][]float64, observed []bool, u, inverse []float64) {
	width := len(s.quad[0])
	c := f.shape.White
	left := make([]float64, width)
	for i, seen := range observed {
		if !seen {
			continue
		}
		copy(left, x[i])
		for _, v := range f.uses[i] {
			for j, e := range u[int(v)*width : (int(v)+1)*width] {
				left[j] -= e
			}
		}
		for j, e := range left {
			s.quad[whiteField][j] -= e * e / (c * c)
		}
		s.det[whiteField] += 1/c - f.square(i, inverse)/(c*c)
	}
}
