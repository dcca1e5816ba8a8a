package synthetic_test

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"gsdnet/dataset"
	"gsdnet/dataset/formattest"
	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

func TestSyntheticDefaults(t *testing.T) {
	c := synthetic.New(synthetic.Config{})
	formattest.Verify(t, &erc.Corpus{Dims: c.Dims, NumClasses: 3, Conversations: c.Conversations})
	for s, want := range map[erc.Split]int{erc.Train: 48, erc.Valid: 12, erc.Test: 16} {
		if got := len(c.In(s)); got != want {
			t.Errorf("%s: got %d conversations, want %d", s, got, want)
		}
	}
	if want := [3]int{24, 16, 12}; c.Dims != want {
		t.Errorf("widths: got %v, want %v", c.Dims, want)
	}
	for _, conv := range c.Conversations {
		if n := len(conv.Utterances); n < 8 || n > 16 {
			t.Errorf("%s: got %d utterances, want 8 to 16", conv.Name, n)
		}
		for _, u := range conv.Utterances {
			if steps := float64(u.Label) / 0.2; math.Abs(steps-math.Round(steps)) > 1e-5 || math.Signbit(float64(u.Label)) && u.Label == 0 {
				t.Errorf("label %g, want a multiple of 0.2", u.Label)
			}
		}
	}
}

func TestSyntheticIsDeterministic(t *testing.T) {
	a, again := synthetic.New(synthetic.Config{Seed: 1}), synthetic.New(synthetic.Config{Seed: 1})
	if diff := cmp.Diff(a, again); diff != "" {
		t.Errorf("the same seed differs:\n%s", diff)
	}
	other := synthetic.New(synthetic.Config{Seed: 2})
	first := func(c *erc.Corpus) float32 { return c.Conversations[0].Utterances[0].Features[erc.Text][0] }
	if a.Hash == other.Hash || first(a) == first(other) {
		t.Errorf("another seed gives hash %s and first feature %g, want others", other.Hash, first(other))
	}
	// Fewer conversations are the first of more: streams are keyed by number.
	fewer := synthetic.New(synthetic.Config{Seed: 1, Train: 2})
	if diff := cmp.Diff(a.Conversations[:2], fewer.Conversations); diff != "" {
		t.Errorf("a smaller corpus differs:\n%s", diff)
	}
}

// Emotion passes from turn to turn: the labels of neighbours correlate, through
// inertia for one speaker and through contagion for two.
func TestSyntheticDynamics(t *testing.T) {
	lag := func(cfg synthetic.Config, same bool) float64 {
		cfg.Train = 400
		var x, y []float64
		for _, conv := range synthetic.New(cfg).Conversations {
			for j := 1; j < len(conv.Utterances); j++ {
				if u, v := conv.Utterances[j-1], conv.Utterances[j]; (u.Speaker == v.Speaker) == same {
					x, y = append(x, float64(u.Label)), append(y, float64(v.Label))
				}
			}
		}
		return stat.Correlation(x, y, nil)
	}
	if got := lag(synthetic.Config{}, true); got < 0.5 {
		t.Errorf("the same speaker: correlation %.2f, want 0.5 or more", got)
	}
	if got := lag(synthetic.Config{}, false); got < 0.4 {
		t.Errorf("the other speaker: correlation %.2f, want 0.4 or more", got)
	}
	if got := lag(synthetic.Config{Inertia: 1e-9, Contagion: 1e-9}, false); math.Abs(got) > 0.05 {
		t.Errorf("neither inertia nor contagion: correlation %.2f, want 0", got)
	}
}

func TestOracleFallsWithEveryModality(t *testing.T) {
	for _, cfg := range []synthetic.Config{{}, {Noise: 3}, {Dims: [3]int{2, 1, 300}}} {
		for p := erc.None; p < erc.All; p++ {
			for _, m := range erc.Modalities {
				if q := p.With(m); q != p && cfg.OracleMAE(q) > cfg.OracleMAE(p)-0.003 {
					t.Errorf("%+v: %s has %.4f, %s %.4f, want less", cfg, p, cfg.OracleMAE(p), q, cfg.OracleMAE(q))
				}
			}
		}
	}
	if quiet, noisy := (synthetic.Config{}).OracleMAE(1), (synthetic.Config{Noise: 2}).OracleMAE(1); quiet >= noisy {
		t.Errorf("text: got %.3f, with twice the noise %.3f, want more", quiet, noisy)
	}
}

// A linear regression, the sufficient statistic of a Gaussian world, squashed as
// the scores are, must come within 3 % of the oracle and never below it by more
// than chance. About 12,000 utterances on each side.
func TestOracleIsReachedAndNotPassed(t *testing.T) {
	var cfg synthetic.Config
	train := synthetic.New(synthetic.Config{Seed: 1, Train: 1000}).Conversations
	test := synthetic.New(synthetic.Config{Seed: 2, Train: 1000}).Conversations
	for p := erc.Present(1); p <= erc.All; p++ {
		x, y := design(train, p)
		var w mat.VecDense
		if err := w.SolveVec(x, y); err != nil {
			t.Fatal(err)
		}
		scale := calibrate(x, y, &w)
		x, y = design(test, p)
		got, oracle := squashedMAE(x, y, &w, scale), cfg.OracleMAE(p)
		if got < oracle*0.98 || got > oracle*1.03 {
			t.Errorf("%s: a regression has %.4f, the oracle %.4f", p, got, oracle)
		}
	}
	total, n := 0.0, 0.0
	for _, conv := range test {
		for _, u := range conv.Utterances {
			total, n = total+math.Abs(float64(u.Label)), n+1
		}
	}
	if got, oracle := total/n, cfg.OracleMAE(erc.None); math.Abs(got-oracle) > 0.03 {
		t.Errorf("{}: always 0 has %.4f, the oracle %.4f", got, oracle)
	}
}

// design returns the features of a pattern [n, ΣD_m] and the labels.
func design(convs []erc.Conversation, p erc.Present) (*mat.Dense, *mat.VecDense) {
	var x, y []float64
	for _, conv := range convs {
		for _, u := range conv.Utterances {
			y = append(y, float64(u.Label))
			for _, m := range erc.Modalities {
				for _, v := range u.Features[m] {
					if p.Has(m) {
						x = append(x, float64(v))
					}
				}
			}
		}
	}
	return mat.NewDense(len(y), len(x)/len(y), x), mat.NewVecDense(len(y), y)
}

func squashedMAE(x *mat.Dense, y, w *mat.VecDense, scale float64) float64 {
	var linear mat.VecDense
	linear.MulVec(x, w)
	total := 0.0
	for i := range y.Len() {
		total += math.Abs(y.AtVec(i) - 3*math.Tanh(scale*linear.AtVec(i)))
	}
	return total / float64(y.Len())
}

// calibrate finds the slope of the squashing on the training side.
func calibrate(x *mat.Dense, y, w *mat.VecDense) float64 {
	best, least := 0.0, math.Inf(1)
	for scale := 0.2; scale < 1.2; scale += 0.02 {
		if mae := squashedMAE(x, y, w, scale); mae < least {
			best, least = scale, mae
		}
	}
	return best
}

func TestOpenSynthetic(t *testing.T) {
	cases := []struct {
		path          string
		convs, turns  int
		first, second int
	}{
		{"synthetic", 76, 0, 48, 12},
		{"synthetic:seed=3,conversations=60,turns=5", 60, 5, 39, 9},
		{"synthetic:turns=3-3,speakers=4,noise=0.5,conversations=3", 3, 3, 1, 1},
	}
	for _, c := range cases {
		got := formattest.Open(t, c.path, dataset.Fields{})
		if len(got.Conversations) != c.convs || len(got.In(erc.Train)) != c.first || len(got.In(erc.Valid)) != c.second {
			t.Errorf("%s: got %d, %d, %d", c.path, len(got.Conversations), len(got.In(erc.Train)), len(got.In(erc.Valid)))
		}
		if n := len(got.Conversations[0].Utterances); c.turns > 0 && n != c.turns {
			t.Errorf("%s: got %d turns, want %d", c.path, n, c.turns)
		}
		if u := got.Conversations[0].Utterances[0]; got.Task != erc.Scores || u.Class != erc.Unlabelled {
			t.Errorf("%s: got %s and class %d, want scores alone", c.path, got.Task, u.Class)
		}
	}
	classes := formattest.Open(t, "synthetic", dataset.Fields{Task: "classes"})
	if u := classes.Conversations[0].Utterances[0]; classes.Task != erc.Classes || classes.NumClasses != 3 || u.Label == u.Label || u.Class < 0 {
		t.Errorf("classes: got %s, %d, label %g, class %d", classes.Task, classes.NumClasses, u.Label, u.Class)
	}
}

func TestRefusedSynthetic(t *testing.T) {
	for path, want := range map[string]string{
		"synthetic:":                      `"" is not key=value`,
		"synthetic:seed":                  `"seed" is not key=value`,
		"synthetic:seeds=3":               `no setting "seeds"`,
		"synthetic:seed=3,seed=4":         `seed is there twice`,
		"synthetic:seed=-1":               `seed cannot be "-1"`,
		"synthetic:conversations=x":       `conversations cannot be "x"`,
		"synthetic:conversations=2":       `2 conversations, want 3 or more`,
		"synthetic:conversations=1000000": `1000000 conversations, want 1 to 100000`,
		"synthetic:turns=0":               `turns cannot be "0"`,
		"synthetic:turns=9-4":             `turns 9-4, want`,
		"synthetic:turns=5000":            `turns 5000-5000, want`,
		"synthetic:speakers=101":          `101 speakers`,
		"synthetic:noise=0":               `noise cannot be "0"`,
		"synthetic:noise=NaN":             `noise NaN, want`,
	} {
		corpus, err := dataset.Open(path, dataset.Fields{})
		if err == nil || !strings.HasPrefix(err.Error(), path+": "+want) || corpus != nil || !fault.IsInput(err) || fault.Of(err) == "" {
			t.Errorf("%s: got %v, want %q and a hint", path, err, want)
		}
	}
	_, err := dataset.Open("synthetic", dataset.Fields{Label: "label_centered"})
	if err == nil || err.Error() != "synthetic: has no arrays to choose from" {
		t.Errorf("array names: got %v, want them refused", err)
	}
	defer func() {
		if got, _ := recover().(string); got != "synthetic: inertia 0.9 and contagion 0.3, want a sum below 1" {
			t.Errorf("got panic %q", got)
		}
	}()
	synthetic.New(synthetic.Config{Inertia: 0.9})
}
