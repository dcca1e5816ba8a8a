package spectral

import (
	"math"

	"gsdnet/erc"
)

// parts says which of the four latent terms of a Shape have a share above 0.
type parts struct{ constant, lowPass, speakerConstant, speakerLowPass bool }

func (s Shape) parts() parts {
	return parts{s.Constant > 0, s.LowPass > 0, s.SpeakerConstant > 0, s.SpeakerLowPass > 0}
}

// chain is the order of the utterances of a speaker, or of the whole conversation.
type chain []int

// latents is the Gaussian Markov form of a Shape on one conversation. An utterance i of
// speaker s is
//
//	x_i = z_i + y_i + α + β_s + ε_i,   ε_i ~ N(0, White)
//
// with one variable z_i and y_i for each utterance (the low passes of the conversation
// and of its speaker), one α, and one β_s for each speaker (the constant modes). Their
// joint precision is sparse: z_i meets z_{i+1}, y_i meets the y of the same speaker's
// next turn, and an observed utterance joins its own four. The variables are eliminated
// in the order of time, each β_s after the last turn of s, and α at the end. The front
// of the elimination then holds z, α and two variables for each speaker who has spoken
// and will speak again. With at most f variables in the front, the factorisation costs
// O(n·f²), a solution O(n·f) and the memory is O(n·f): linear in n, and exact.
type latents struct {
	n        int
	uses     [][]int32 // [n] the variables that add up to utterance i
	chains   []chain   // of each speaker, by first turn
	pattern  pattern
	cliques  [][]int32 // [n] where the squares of uses[i] are stored in the pattern
	z, y     []int32   // [n] the variables, or nil where the part is not used
	alpha    int32     // −1 where not used
	beta     []int32   // of each speaker, or nil where not used
	priorAts latentAts
}

// latentAts says where the entries of the prior precision are stored in the pattern.
type latentAts struct {
	zDiag, zLink []int32   // [n], [n−1]
	yDiag, yLink [][]int32 // of each speaker, along the chain
	alpha        int32
	beta         []int32
}

// chainsOf returns the chain of each speaker. No speakers are one speaker.
func chainsOf(n int, speakers []erc.Speaker) []chain {
	if speakers == nil {
		speakers = make([]erc.Speaker, n)
	}
	place := map[erc.Speaker]int{}
	var chains []chain
	for i, s := range speakers {
		at, known := place[s]
		if !known {
			at = len(chains)
			place[s] = at
			chains = append(chains, nil)
		}
		chains[at] = append(chains[at], i)
	}
	return chains
}

// newLatents returns the variables of a conversation of n utterances and the pattern of
// their factorisation, which depend on the speakers but not on what is observed.
func newLatents(n int, chains []chain, p parts) *latents {
	l := &latents{n: n, chains: chains, uses: make([][]int32, n), alpha: -1}
	count := int32(0)
	add := func() int32 { count++; return count - 1 }
	speaker := make([]int, n)
	last := make([]bool, n)
	for s, c := range chains {
		for _, i := range c {
			speaker[i] = s
		}
		last[c[len(c)-1]] = true
	}
	if p.speakerConstant {
		l.beta = make([]int32, len(chains))
	}
	for i := range n {
		if p.lowPass {
			l.z = append(l.z, add())
		}
		if p.speakerLowPass {
			l.y = append(l.y, add())
		}
		if p.speakerConstant && last[i] {
			l.beta[speaker[i]] = add()
		}
	}
	if p.constant {
		l.alpha = add()
	}
	for i := range n {
		l.uses[i] = l.of(i, speaker[i])
	}
	l.store(int(count))
	return l
}

// of lists the variables that add up to utterance i of a speaker.
func (l *latents) of(i, speaker int) []int32 {
	var uses []int32
	if l.z != nil {
		uses = append(uses, l.z[i])
	}
	if l.y != nil {
		uses = append(uses, l.y[i])
	}
	if l.beta != nil {
		uses = append(uses, l.beta[speaker])
	}
	if l.alpha >= 0 {
		uses = append(uses, l.alpha)
	}
	return uses
}

// store builds the pattern and looks up where each entry is stored.
func (l *latents) store(count int) {
	joined := append([][]int32(nil), l.uses...)
	links := func(variable []int32, c chain) {
		for k := 1; k < len(c); k++ {
			joined = append(joined, []int32{variable[c[k-1]], variable[c[k]]})
		}
	}
	whole := wholeChain(l.n)
	if l.z != nil {
		links(l.z, whole)
	}
	if l.y != nil {
		for _, c := range l.chains {
			links(l.y, c)
		}
	}
	l.pattern = newPattern(count, joined)
	p, at := l.pattern, &l.priorAts
	l.cliques = make([][]int32, l.n)
	for i, uses := range l.uses {
		for a, u := range uses {
			for _, v := range uses[a:] {
				l.cliques[i] = append(l.cliques[i], p.at(u, v))
			}
		}
	}
	if l.z != nil {
		at.zDiag, at.zLink = p.chainAts(l.z, whole)
	}
	if l.y != nil {
		for _, c := range l.chains {
			diag, link := p.chainAts(l.y, c)
			at.yDiag, at.yLink = append(at.yDiag, diag), append(at.yLink, link)
		}
	}
	for _, v := range l.beta {
		at.beta = append(at.beta, p.at(v, v))
	}
	if l.alpha >= 0 {
		at.alpha = p.at(l.alpha, l.alpha)
	}
}

func wholeChain(n int) chain {
	c := make(chain, n)
	for i := range c {
		c[i] = i
	}
	return c
}

// chainAts returns where the diagonal and the links of a chain are stored.
func (p pattern) chainAts(variable []int32, c chain) (diag, link []int32) {
	for k, i := range c {
		diag = append(diag, p.at(variable[i], variable[i]))
		if k > 0 {
			link = append(link, p.at(variable[c[k-1]], variable[i]))
		}
	}
	return diag, link
}

// lowPass holds what the low pass 1/(1+θ(1−λ)) of a chain of n utterances has in common
// on every such chain, with r_k = 1+θ(1−cos(πk/n)).
type lowPass struct {
	mean      float64 // m: the mean over k of 1/r_k
	meanSlope float64 // dm/dθ
	logDet    float64 // Σ log r_k
	detSlope  float64 // dlogDet/dθ
}

// lowPasses keeps the low passes of a calculation by n and θ.
type lowPasses map[lowPassKey]lowPass

type lowPassKey struct {
	n     int
	theta float64
}

func (l lowPasses) of(n int, theta float64) lowPass {
	key := lowPassKey{n, theta}
	p, known := l[key]
	if known {
		return p
	}
	for k := range n {
		gap := 1 - math.Cos(math.Pi*float64(k)/float64(n))
		r := 1 + theta*gap
		p.mean += 1 / r / float64(n)
		p.meanSlope -= gap / (r * r) / float64(n)
		p.logDet += math.Log(r)
		p.detSlope += gap / r
	}
	l[key] = p
	return p
}

// prior returns the precision of the variables before anything is observed, in the
// pattern, and its log determinant.
func (l *latents) prior(s Shape, known lowPasses) (values []float64, logDet float64) {
	values = make([]float64, len(l.pattern.rows))
	if l.z != nil {
		logDet += addLowPass(values, l.priorAts.zDiag, l.priorAts.zLink, s.LowPass, s.Theta, known)
	}
	if l.y != nil {
		for k := range l.chains {
			logDet += addLowPass(values, l.priorAts.yDiag[k], l.priorAts.yLink[k], s.SpeakerLowPass, s.SpeakerTheta, known)
		}
	}
	for _, at := range l.priorAts.beta {
		values[at] += 1 / s.SpeakerConstant
		logDet -= math.Log(s.SpeakerConstant)
	}
	if l.alpha >= 0 {
		values[l.priorAts.alpha] += 1 / s.Constant
		logDet -= math.Log(s.Constant)
	}
	return values, logDet
}

// addLowPass adds the precision m/share·(I + θ(I−A)) of the low pass of a chain, whose
// mean variance is share, and returns its log determinant. I−A has 1/2 at the ends and 1
// inside on its diagonal and −1/2 on its links; a chain of one utterance has A = 1.
func addLowPass(values []float64, diag, link []int32, share, theta float64, known lowPasses) (logDet float64) {
	n := len(diag)
	if n == 0 {
		return 0
	}
	p := known.of(n, theta)
	scale := p.mean / share
	for _, at := range diag {
		values[at] += scale
	}
	half := scale * theta / 2
	for k, at := range link {
		values[diag[k]] += half
		values[diag[k+1]] += half
		values[at] -= half
	}
	return p.logDet + float64(n)*math.Log(scale)
}

// square returns the sum of the entries uses[i] × uses[i] of a symmetric matrix in the
// pattern.
func (l *latents) square(i int, values []float64) float64 {
	sum, at, k := 0.0, l.cliques[i], len(l.uses[i])
	for a := range k {
		sum += values[at[0]]
		for _, pos := range at[1 : k-a] {
			sum += 2 * values[pos]
		}
		at = at[k-a:]
	}
	return sum
}

// factored is the factorisation of the precision of the variables given which
// utterances are observed. It serves every component of its shape.
type factored struct {
	*latents
	shape  Shape
	l      []float64
	logDet float64 // log det of the correlation matrix of the observed utterances
}

// factor factorises prior + Σ uses·usesᵀ/White over the observed utterances.
func (l *latents) factor(s Shape, observed []bool, known lowPasses) (*factored, error) {
	values, priorDet := l.prior(s, known)
	count := 0
	for i, seen := range observed {
		if !seen {
			continue
		}
		count++
		for _, at := range l.cliques[i] {
			values[at] += 1 / s.White
		}
	}
	if err := l.pattern.factor(values); err != nil {
		return nil, err
	}
	// det R_oo = White^o · det(posterior precision) / det(prior precision)
	logDet := float64(count)*math.Log(s.White) + l.pattern.logDet(values) - priorDet
	return &factored{latents: l, shape: s, l: values, logDet: logDet}, nil
}

// gather adds x[i]/White of the observed utterances to their variables; it returns
// [variables][width].
func (f *factored) gather(x [][]float64, observed []bool, width int) []float64 {
	h := make([]float64, f.pattern.len()*width)
	for i, seen := range observed {
		if !seen {
			continue
		}
		for _, v := range f.uses[i] {
			row := h[int(v)*width : (int(v)+1)*width]
			for j, e := range x[i] {
				row[j] += e / f.shape.White
			}
		}
	}
	return h
}
