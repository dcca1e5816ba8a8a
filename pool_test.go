package gsdnet_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"gonum.org/v1/gonum/stat"

	"gsdnet"
	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/metric/draws"
	"gsdnet/rundir"
	"gsdnet/train"
)

// Complete a corpus several times, fit a line on each completion as if nothing had been
// missing, and combine the lines by Rubin's rules. The line predicts the mean score of a
// conversation from its mean value of a feature. The run was trained on features that have
// the score among them (withScore): completions must be drawn given everything that is
// analysed.
func Example_multipleImputation() {
	dir := graphRun()
	defer os.RemoveAll(filepath.Dir(dir))
	run, err := gsdnet.Open(dir)
	if err != nil {
		log.Fatal(err)
	}
	defer run.Close()
	corpus := incomplete(3, 100)

	imputed, err := run.Impute(context.Background(), corpus, gsdnet.Options{Draws: 10})
	if err != nil {
		log.Fatal(err)
	}
	var slopes, variances []float64
	for k := range 10 {
		slope, variance := fitLine(corpus, func(row int) float32 { return imputed[row].Draws[k][erc.Text][channel] })
		slopes, variances = append(slopes, slope), append(variances, variance)
	}
	pooled := draws.Pool(slopes, variances)
	low, high := pooled.Interval(0.95)
	fmt.Println("the slope is positive:", low > 0)
	fmt.Println("the interval holds the pooled slope:", low < pooled.Estimate && pooled.Estimate < high)
	fmt.Println("missing features add uncertainty:", pooled.Total > pooled.Within)
	// Output:
	// the slope is positive: true
	// the interval holds the pooled slope: true
	// missing features add uncertainty: true
}

// channel is the text feature of the examples; it rises with the score.
const channel = 4

// fitLine fits the mean scores of the conversations of a corpus on their means of a feature
// by least squares, and returns the slope and its squared standard error. Feature returns
// the value in a row of the corpus.
func fitLine(c *erc.Corpus, feature func(row int) float32) (slope, variance float64) {
	var x, y []float64
	for _, conv := range c.Conversations {
		meanX, meanY := 0.0, 0.0
		for _, u := range conv.Utterances {
			meanX += float64(feature(u.Row)) / float64(len(conv.Utterances))
			meanY += float64(u.Label) / float64(len(conv.Utterances))
		}
		x, y = append(x, meanX), append(y, meanY)
	}
	intercept, slope := stat.LinearRegression(x, y, nil, false)
	squares := 0.0
	for i := range x {
		e := y[i] - intercept - slope*x[i]
		squares += e * e
	}
	n := float64(len(x))
	return slope, squares / (n - 2) / ((n - 1) * stat.Variance(x, nil))
}

// world describes the synthetic conversations of these examples, without how many there are.
func world(seed uint64) synthetic.Config {
	return synthetic.Config{Seed: seed, MinTurns: 4, MaxTurns: 6, Dims: [erc.NumModalities]int{6, 5, 4}}
}

// withScore appends the score of an utterance to its visual features and returns the corpus.
// What is missing is then drawn given the score. Without it the completions would say less
// of the score than the truth does, and the slope would be too small.
func withScore(c *erc.Corpus) *erc.Corpus {
	c.Dims[erc.Visual]++
	for i := range c.Conversations {
		for j := range c.Conversations[i].Utterances {
			u := &c.Conversations[i].Utterances[j]
			u.Features[erc.Visual] = append(u.Features[erc.Visual], u.Label)
		}
	}
	return c
}

// incomplete returns new conversations in which half of the text is missing at random.
func incomplete(seed uint64, conversations int) *erc.Corpus {
	config := world(seed)
	config.Test = conversations
	corpus := withScore(synthetic.New(config))
	rng := rand.New(rand.NewPCG(seed, 1))
	for i := range corpus.Conversations {
		for j := range corpus.Conversations[i].Utterances {
			if u := &corpus.Conversations[i].Utterances[j]; rng.Float64() < 0.5 {
				u.Present, u.Features[erc.Text] = u.Present&^erc.None.With(erc.Text), nil
			}
		}
	}
	return corpus
}

// graphRun trains a small model that draws what is missing. It takes seconds, because the
// distribution that it draws from is fitted in closed form.
func graphRun() string {
	dir, err := os.MkdirTemp("", "gsdnet-example-")
	if err != nil {
		log.Fatal(err)
	}
	config := rundir.DefaultConfig()
	config.Model = "graph"
	for _, setting := range []string{"train.epochs=1", "graph.width=4", "graph.hidden=4"} {
		if err := config.Set(setting); err != nil {
			log.Fatal(err)
		}
	}
	backend, err := engine.Open("")
	if err != nil {
		log.Fatal(err)
	}
	defer backend.Finalize()
	of := world(1)
	of.Train, of.Valid = 200, 10
	out := filepath.Join(dir, "run")
	if _, err := train.Fit(context.Background(), train.Options{Config: config, Corpus: withScore(synthetic.New(of)), Out: out, Backend: backend}); err != nil {
		log.Fatal(err)
	}
	return out
}

// The pooled interval of the slope holds the slope of the population at least as often as
// stated, over 120 corpora of 40 conversations of which half the text is missing. That of a
// line fitted on the point estimates holds it less often. The bias is a tenth of the slope
// at most; without the score among the features it is an eighth. A coverage of .95 has a
// standard error of .02.
func TestPooledSlopeCovers(t *testing.T) {
	dir := graphRun()
	t.Cleanup(func() { os.RemoveAll(filepath.Dir(dir)) })
	run := open(t, dir)
	of := world(2)
	of.Test = 20_000
	population := synthetic.New(of)
	var rows [][]float32
	for _, conv := range population.Conversations {
		for _, u := range conv.Utterances {
			rows = append(rows, u.Features[erc.Text])
		}
	}
	truth, _ := fitLine(population, func(row int) float32 { return rows[row][channel] })

	const corpora, conversations, completions = 120, 40, 8
	all := incomplete(5, corpora*conversations)
	imputed, err := run.Impute(t.Context(), all, gsdnet.Options{Samples: completions, Draws: completions})
	if err != nil {
		t.Fatal(err)
	}
	covered, single, bias := 0.0, 0.0, 0.0
	for c := range corpora {
		corpus := &erc.Corpus{Conversations: all.Conversations[c*conversations:][:conversations]}
		var slopes, variances []float64
		for k := range completions {
			slope, variance := fitLine(corpus, func(row int) float32 { return imputed[row].Draws[k][erc.Text][channel] })
			slopes, variances = append(slopes, slope), append(variances, variance)
		}
		pooled := draws.Pool(slopes, variances)
		bias += (pooled.Estimate - truth) / corpora
		if low, high := pooled.Interval(0.95); low <= truth && truth <= high {
			covered += 1. / corpora
		}
		slope, variance := fitLine(corpus, func(row int) float32 { return imputed[row].Features[erc.Text][channel] })
		if math.Abs(slope-truth) <= 1.96*math.Sqrt(variance) {
			single += 1. / corpora
		}
	}
	t.Logf("slope %.3f, bias %+.3f; the interval at 95 %% holds it in %.1f %% pooled, %.1f %% of the point estimates", truth, bias, 100*covered, 100*single)
	if covered < 0.93 || single >= covered || math.Abs(bias) > truth/10 {
		t.Errorf("got coverage %.3f pooled and %.3f of the point estimates, and bias %.3f of %.3f", covered, single, bias, truth)
	}
}
