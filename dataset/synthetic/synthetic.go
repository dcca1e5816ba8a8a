// Package synthetic invents corpora of conversations in which everything is known,
// so that a result can be compared with what was possible.
//
//	corpus := synthetic.New(synthetic.Config{Seed: 3, Train: 40, Valid: 10, Test: 10})
//	best := synthetic.Config{}.OracleMAE(erc.All) // of one utterance
//
//	corpus, err := dataset.Open("synthetic:seed=3,turns=10", dataset.Fields{})
//
// Start reading at Config, which explains the world, then people.go, which makes
// the hidden states of one conversation.
package synthetic

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/stream"
)

// Config describes invented conversations in which everything is known, so that a
// result can be compared with what was possible (OracleMAE).
//
// Every utterance has a hidden state z ~ N(0, I). Its first coordinate is the
// speaker's emotion: a share of it is inertia, what that speaker felt last; a
// share is contagion, what the other felt last. The remaining coordinates are
// traits without emotion (a voice, a topic, a face): half of the speaker for the
// whole conversation, half drifting along it. Each modality sees a few noisy
// mixtures of z. None tells emotion from traits well by itself; because they
// share z, one that is present says something of one that is missing.
//
// The world (which channel shows what) is the same for every Seed: a model
// trained on one seed may be tested on another.
//
// The zero value gives 76 conversations of about 12 utterances, which train in
// seconds. A field that is 0 has its default.
type Config struct {
	Seed uint64
	// Train, Valid and Test are the conversations of each split, 48, 12 and 16
	// where all three are 0.
	Train, Valid, Test int
	// MinTurns and MaxTurns bound the utterances of a conversation, 8 and 16.
	MinTurns, MaxTurns int
	Speakers           int                    // in each conversation, 2
	Dims               [erc.NumModalities]int // channels, 24, 16 and 12
	Inertia            float64                // 0.6
	Contagion          float64                // 0.3; with Inertia below 1
	Noise              float64                // factor on the noise of every modality, 1
}

// What the invented world is made of. Changing any of it makes other corpora;
// change syntheticVersion with it, which goes into Corpus.Hash.
const (
	syntheticVersion = "synthetic 1"
	latents          = 6    // coordinates of z: the emotion and five traits
	traitDrift       = 0.8  // of the traits from one utterance to the next
	speakerShare     = 0.5  // of a trait's variance that is the speaker's own
	channelNoise     = 0.5  // deviation, on every channel, whose signal has about 1
	raterNoise       = 0.15 // deviation of the emotion as annotators see it
	scoreSlope       = 0.8  // a score is 3 tanh(0.8 emotion), rounded
	scoreStep        = 0.2  // as means of five ratings are
	classEdge        = 0.95 // between neutral and the outer classes, a third each
	staysOn          = 0.2  // chance that a speaker keeps the turn
)

// classNames are the names of the classes by number.
var classNames = []string{"negative", "neutral", "positive"}

// views holds the mixtures of z that each modality sees: emotion first, then the
// traits. Text sees emotion best, audio less, visual least but differently.
var views = [erc.NumModalities][][latents]float64{
	erc.Text:   {{0.9, 0.5, 0, 0, 0, 0}, {0.5, 0, 0.8, 0, 0, 0}, {0, 0.5, 0.5, 0.5, 0, 0}},
	erc.Audio:  {{0.8, 0, 0.5, 0.3, 0, 0}, {0.4, 0.7, 0, 0, 0.5, 0}, {0, 0, 0.3, 0.8, 0.6, 0}},
	erc.Visual: {{0.7, 0, 0, 0, 0.5, 0.4}, {0.3, 0.6, 0, 0.5, 0, 0.4}, {0, 0, 0, 0.4, 0.8, 0}},
}

// viewNoise is the deviation of the noise on each mixture.
var viewNoise = [erc.NumModalities]float64{erc.Text: 0.3, erc.Audio: 0.35, erc.Visual: 0.4}

// Resolved returns the configuration with its defaults filled in.
func (c Config) Resolved() Config {
	if c.Train == 0 && c.Valid == 0 && c.Test == 0 {
		c.Train, c.Valid, c.Test = 48, 12, 16
	}
	for m, width := range [erc.NumModalities]int{24, 16, 12} {
		c.Dims[m] = or(c.Dims[m], width)
	}
	c.MinTurns = or(c.MinTurns, 8)
	c.MaxTurns = or(c.MaxTurns, max(16, c.MinTurns))
	c.Speakers = or(c.Speakers, 2)
	c.Inertia = or(c.Inertia, 0.6)
	c.Contagion = or(c.Contagion, 0.3)
	c.Noise = or(c.Noise, 1)
	return c
}

// or returns v, or the default where it is zero.
func or[T comparable](v, byDefault T) T {
	var zero T
	if v == zero {
		return byDefault
	}
	return v
}

// Check says what is wrong with a configuration, or nil.
func (c Config) Check() error {
	c = c.Resolved()
	conversations := c.Train + c.Valid + c.Test
	switch {
	case min(c.Train, c.Valid, c.Test) < 0 || conversations > 100_000:
		return fmt.Errorf("%d conversations, want 1 to 100000", conversations)
	case c.MinTurns < 1 || c.MaxTurns > 1000 || c.MinTurns > c.MaxTurns:
		return fmt.Errorf("turns %d-%d, want 1 to 1000", c.MinTurns, c.MaxTurns)
	case conversations*c.MaxTurns > 2_000_000:
		return fmt.Errorf("up to %d utterances, want at most 2000000", conversations*c.MaxTurns)
	case c.Speakers < 1 || c.Speakers > 100:
		return fmt.Errorf("%d speakers, want 1 to 100", c.Speakers)
	case min(c.Dims[0], c.Dims[1], c.Dims[2]) < 1 || max(c.Dims[0], c.Dims[1], c.Dims[2]) > 4096:
		return fmt.Errorf("channels %v, want 1 to 4096", c.Dims)
	case !(c.Inertia >= 0 && c.Contagion >= 0 && c.Inertia+c.Contagion < 1):
		return fmt.Errorf("inertia %g and contagion %g, want a sum below 1", c.Inertia, c.Contagion)
	case !(c.Noise > 0 && c.Noise <= 100):
		return fmt.Errorf("noise %g, want above 0 to 100", c.Noise)
	}
	return nil
}

// New invents a corpus; the same configuration gives the same one. Its task
// is erc.Scores, and every utterance has its class (0 negative, 1 neutral, 2
// positive) as well. Nothing is missing. It panics where Check has an error.
func New(cfg Config) *erc.Corpus {
	if err := cfg.Check(); err != nil {
		panic("synthetic: " + err.Error())
	}
	c := cfg.Resolved()
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %+v", syntheticVersion, c))
	corpus := &erc.Corpus{Name: "synthetic", Task: erc.Scores, Dims: c.Dims, Classes: classNames, Hash: hex.EncodeToString(sum[:])}
	channels := channelMaps(c.Dims)
	for s, count := range [...]int{erc.Train: c.Train, erc.Valid: c.Valid, erc.Test: c.Test} {
		for range count {
			id := int32(len(corpus.Conversations))
			conv := c.conversation(id, channels)
			conv.Split = erc.Split(s)
			corpus.Conversations = append(corpus.Conversations, conv)
		}
	}
	row := 0
	for i := range corpus.Conversations {
		for j := range corpus.Conversations[i].Utterances {
			corpus.Conversations[i].Utterances[j].Row = row
			row++
		}
	}
	return corpus
}

// conversation invents one; the streams of two conversations are independent.
func (c Config) conversation(id int32, channels [erc.NumModalities][][]float64) erc.Conversation {
	rng := stream.New(c.Seed, "synthetic", uint64(id))
	conv := erc.Conversation{ID: id, Name: dataset.DefaultName(id)}
	people := newPeople(c, rng)
	for turn := range c.MinTurns + rng.IntN(c.MaxTurns-c.MinTurns+1) {
		speaker, z := people.next()
		u := erc.Utterance{Turn: turn, Speaker: erc.Speaker(speaker), Present: erc.All}
		u.Label = score(z[0] + raterNoise*rng.NormFloat64())
		u.Class = classOf(u.Label)
		for _, m := range erc.Modalities {
			u.Features[m] = c.observe(m, z, channels[m], rng)
		}
		conv.Utterances = append(conv.Utterances, u)
	}
	return conv
}

// observe returns what a modality shows of a state: views of it with their
// noise, spread over the channels with theirs.
func (c Config) observe(m erc.Modality, z [latents]float64, channels [][]float64, rng *rand.Rand) []float32 {
	seen := make([]float64, len(views[m]))
	for v, mix := range views[m] {
		seen[v] = c.Noise * viewNoise[m] * rng.NormFloat64()
		for j, weight := range mix {
			seen[v] += weight * z[j]
		}
	}
	out := make([]float32, len(channels))
	for i, weights := range channels {
		x := c.Noise * channelNoise * rng.NormFloat64()
		for v, weight := range weights {
			x += weight * seen[v]
		}
		out[i] = float32(x)
	}
	return out
}

// channelMaps returns how much each channel shows of each view, [D_m][views].
// They belong to the world and not to a seed.
func channelMaps(dims [erc.NumModalities]int) [erc.NumModalities][][]float64 {
	var out [erc.NumModalities][][]float64
	for _, m := range erc.Modalities {
		rng := stream.New(0, syntheticVersion, uint64(m))
		scale := 1 / math.Sqrt(float64(len(views[m])))
		for range dims[m] {
			weights := make([]float64, len(views[m]))
			for v := range weights {
				weights[v] = scale * rng.NormFloat64()
			}
			out[m] = append(out[m], weights)
		}
	}
	return out
}

// score is the label of an emotion, in [-3,3].
func score(emotion float64) float32 {
	steps := math.Round(3 * math.Tanh(scoreSlope*emotion) / scoreStep)
	return float32(steps*scoreStep + 0) // no negative zero
}

// classOf is the class of a score.
func classOf(score float32) int32 {
	switch {
	case score < -classEdge:
		return 0
	case score > classEdge:
		return 2
	}
	return 1
}
