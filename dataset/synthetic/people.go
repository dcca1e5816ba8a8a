package synthetic

import (
	"math"
	"math/rand/v2"
)

// people are the speakers of one synthetic conversation: what each felt last,
// and who they are. Every state they produce is N(0, I) by itself, however the
// turns fall; only so can OracleMAE be exact.
type people struct {
	cfg     Config
	rng     *rand.Rand
	own     [][latents]float64 // the speakers' share of the traits; 0 is unused
	drift   [latents]float64   // the conversation's share
	emotion []float64          // what each speaker felt last
	cov     [][]float64        // covariance of emotion, to keep its variance at 1
	last    int                // who spoke last, -1 before the first turn
	before  int                // who spoke last but for the present speaker, or -1
}

func newPeople(cfg Config, rng *rand.Rand) *people {
	p := &people{cfg: cfg, rng: rng, last: -1, before: -1}
	p.own = make([][latents]float64, cfg.Speakers)
	p.emotion = make([]float64, cfg.Speakers)
	p.cov = make([][]float64, cfg.Speakers)
	for s := range cfg.Speakers {
		p.emotion[s] = rng.NormFloat64()
		p.cov[s] = make([]float64, cfg.Speakers)
		p.cov[s][s] = 1
		for j := range latents {
			p.own[s][j] = rng.NormFloat64()
		}
	}
	for j := range latents {
		p.drift[j] = rng.NormFloat64()
	}
	return p
}

// next returns who speaks next, and in which state.
func (p *people) next() (speaker int, z [latents]float64) {
	speaker = p.turn()
	z[0] = p.feel(speaker)
	for j := 1; j < latents; j++ {
		p.drift[j] = traitDrift*p.drift[j] + math.Sqrt(1-traitDrift*traitDrift)*p.rng.NormFloat64()
		z[j] = math.Sqrt(speakerShare)*p.own[speaker][j] + math.Sqrt(1-speakerShare)*p.drift[j]
	}
	return speaker, z
}

// turn chooses the speaker: mostly not the one who spoke last.
func (p *people) turn() int {
	n := p.cfg.Speakers
	speaker := p.rng.IntN(n)
	if p.last >= 0 && n > 1 {
		if speaker = p.last; p.rng.Float64() >= staysOn {
			speaker = (p.last + 1 + p.rng.IntN(n-1)) % n
		}
	}
	if speaker != p.last {
		p.before = p.last
	}
	p.last = speaker
	return speaker
}

// feel moves the emotion of a speaker: inertia, contagion from whoever else spoke
// last, and as much that is new as brings the variance to 1.
func (p *people) feel(speaker int) float64 {
	weights := make([]float64, p.cfg.Speakers)
	weights[speaker] = p.cfg.Inertia
	if p.before >= 0 {
		weights[p.before] = p.cfg.Contagion
	}
	mean, known := 0.0, 0.0
	with := make([]float64, p.cfg.Speakers) // covariance of the mean with each emotion
	for i, w := range weights {
		mean += w * p.emotion[i]
		for j := range with {
			with[j] += w * p.cov[i][j]
		}
	}
	for i, w := range weights {
		known += w * with[i]
	}
	for j, c := range with {
		p.cov[speaker][j], p.cov[j][speaker] = c, c
	}
	p.cov[speaker][speaker] = 1
	p.emotion[speaker] = mean + math.Sqrt(1-known)*p.rng.NormFloat64()
	return p.emotion[speaker]
}
