package spectral_test

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"

	"gsdnet/dataset"
	_ "gsdnet/dataset/all"
	"gsdnet/erc"
	"gsdnet/metric/draws"
	"gsdnet/metric/recovery"
	"gsdnet/spectral"
)

// On conversations that were not seen, half of whose cells are hidden at random, the mean
// of the graph filter is nearer to the hidden features than that of the regression alone,
// and its draws score better than those of the same residual variances with independent
// rows, most of all as to conversation means. The bounds leave room around the measured
// values, means over the modalities: RMSE −12 %, energy score −14 %, energy score of
// conversation means −66 %.
func TestFilterOnRealConversations(t *testing.T) {
	s := newStudy(t, "hazumi_online.npz", dataset.Fields{Label: "label_centered"}, 0.5)
	var sum [2]quality
	for _, m := range erc.Modalities {
		start := time.Now()
		f := fit(t, s.tracks(m, erc.Train, true), 0)
		took := time.Since(start)
		plain := &spectral.Filter{Shapes: []spectral.Shape{{White: 1}}, Variances: f.Variances, Assigned: make([]int, len(f.Variances))}
		for k, filter := range []*spectral.Filter{plain, f} {
			q := s.evaluate(t, filter, m)
			t.Logf("%s, %d shapes, fitted in %v: %+v", m, len(filter.Shapes), took, q)
			sum[k].rmse += q.rmse
			sum[k].energy += q.energy
			sum[k].conversation += q.conversation
		}
	}
	less := func(of func(quality) float64) float64 { return 1 - of(sum[1])/of(sum[0]) }
	rmse, energy := less(func(q quality) float64 { return q.rmse }), less(func(q quality) float64 { return q.energy })
	conversation := less(func(q quality) float64 { return q.conversation })
	t.Logf("less by: RMSE %.3f, energy score %.3f, of conversation means %.3f", rmse, energy, conversation)
	if rmse < 0.09 || energy < 0.11 || conversation < 0.4 {
		t.Errorf("less by: RMSE %.3f, energy score %.3f, of conversation means %.3f, want at least .09, .11 and .40", rmse, energy, conversation)
	}
}

// Where several people speak, the second graph makes the features of unseen conversations
// more likely and their draws better. Measured with 100 draws: energy score of visual features
// 5 % lower and of audio 2 %. There are 171 hidden audio cells only.
func TestSpeakersOnRealConversations(t *testing.T) {
	s := newStudy(t, "meld5.npz", dataset.Fields{}, 0.5)
	for _, m := range []erc.Modality{erc.Audio, erc.Visual} {
		var q [2]quality
		var likelihood [2]float64
		for k, speakers := range []bool{false, true} {
			start := time.Now()
			f := fit(t, s.tracks(m, erc.Train, speakers), 0)
			took := time.Since(start)
			likelihood[k] = logLikelihood(t, f, s.tracks(m, erc.Valid, speakers))
			q[k] = s.evaluate(t, f, m)
			t.Logf("%s, speakers %v, %d shapes, fitted in %v: log likelihood %.0f, %+v", m, speakers, len(f.Shapes), took, likelihood[k], q[k])
		}
		if likelihood[1] <= likelihood[0] || q[1].energy >= q[0].energy {
			t.Errorf("%s: with speakers log likelihood %.0f → %.0f, energy score %.3f → %.3f", m, likelihood[0], likelihood[1], q[0].energy, q[1].energy)
		}
	}
}

// study holds the training and validation conversations of a corpus in the score space:
// leading principal axes of the standardised features, scaled to mean variance 1.
type study struct {
	conversations []erc.Conversation
	axes          [erc.NumModalities]*mat.Dense // [D,q] standardised features to scores
	centre, scale [erc.NumModalities][]float64
	seen          [][]erc.Present // [conversation][utterance] after hiding cells
	truth         [][erc.NumModalities][][]float64
	residual      [][erc.NumModalities][][]float64 // truth less the regression on what is seen of the other modalities
	basis         [erc.NumModalities]*mat.Dense    // [q,q] principal axes of the residual
}

func newStudy(t *testing.T, file string, fields dataset.Fields, rate float64) *study {
	dir := os.Getenv("GSDNET_DATA")
	if dir == "" {
		t.Skip("SKIPPED: set GSDNET_DATA to the folder with " + file + " to test on real conversations")
	}
	corpus, err := dataset.Open(filepath.Join(dir, file), fields)
	if err != nil {
		t.Fatal(err)
	}
	s := &study{conversations: append(corpus.In(erc.Train), corpus.In(erc.Valid)...)}
	for m, q := range [erc.NumModalities]int{40, 40, 24} {
		s.fitAxes(erc.Modality(m), q)
	}
	rng := rand.New(rand.NewPCG(31, 1))
	for _, c := range s.conversations {
		var truth [erc.NumModalities][][]float64
		seen := make([]erc.Present, len(c.Utterances))
		for i, u := range c.Utterances {
			for m := range truth {
				truth[m] = append(truth[m], s.project(erc.Modality(m), u))
			}
			for seen[i] == erc.None { // each cell is hidden with the rate; one is left
				for _, m := range erc.Modalities {
					if u.Present.Has(m) && rng.Float64() >= rate {
						seen[i] = seen[i].With(m)
					}
				}
			}
		}
		s.truth, s.seen = append(s.truth, truth), append(s.seen, seen)
	}
	s.residual = make([][erc.NumModalities][][]float64, len(s.truth))
	for _, m := range erc.Modalities {
		s.regress(t, m)
	}
	return s
}

// fitAxes standardises a modality on the training split and takes its leading axes.
func (s *study) fitAxes(m erc.Modality, q int) {
	var rows [][]float32
	for _, c := range s.conversations {
		for _, u := range c.Utterances {
			if c.Split == erc.Train && u.Present.Has(m) {
				rows = append(rows, u.Features[m])
			}
		}
	}
	d := len(rows[0])
	s.centre[m], s.scale[m] = make([]float64, d), make([]float64, d)
	for _, row := range rows {
		for j, v := range row {
			s.centre[m][j] += float64(v) / float64(len(rows))
		}
	}
	for _, row := range rows {
		for j, v := range row {
			s.scale[m][j] += math.Pow(float64(v)-s.centre[m][j], 2) / float64(len(rows))
		}
	}
	x := mat.NewDense(len(rows), d, nil)
	for j, v := range s.scale[m] {
		s.scale[m][j] = math.Sqrt(v)
	}
	for i, row := range rows {
		x.SetRow(i, s.standardise(m, row))
	}
	values, axes := leading(x, q)
	s.axes[m] = axes
	mean := 0.0
	for _, v := range values {
		mean += v / float64(q)
	}
	axes.Scale(1/math.Sqrt(mean), axes)
}

func (s *study) standardise(m erc.Modality, row []float32) []float64 {
	out := make([]float64, len(row))
	for j, v := range row {
		if s.scale[m][j] > 1e-6 {
			out[j] = min(max((float64(v)-s.centre[m][j])/s.scale[m][j], -5), 5)
		}
	}
	return out
}

// leading returns the q largest eigenvalues of the second moments of the rows of x, and
// their eigenvectors as columns.
func leading(x *mat.Dense, q int) ([]float64, *mat.Dense) {
	n, d := x.Dims()
	var moments mat.SymDense
	moments.SymOuterK(1/float64(n), x.T())
	var e mat.EigenSym
	e.Factorize(&moments, true)
	var u mat.Dense
	e.VectorsTo(&u)
	axes, values := mat.NewDense(d, q, nil), make([]float64, q)
	for k := range q {
		values[k] = e.Values(nil)[d-1-k]
		axes.SetCol(k, mat.Col(nil, d-1-k, &u))
	}
	return values, axes
}

// project returns the scores of a modality of an utterance, nil where it is absent.
func (s *study) project(m erc.Modality, u erc.Utterance) []float64 {
	if !u.Present.Has(m) {
		return nil
	}
	var out mat.VecDense
	z := s.standardise(m, u.Features[m])
	out.MulVec(s.axes[m].T(), mat.NewVecDense(len(z), z))
	return out.RawVector().Data
}

// others returns the seen scores of the modalities but m, one after another.
func (s *study) others(c, i int, m erc.Modality) (pattern erc.Present, x []float64) {
	for _, k := range erc.Modalities {
		if k != m && s.seen[c][i].Has(k) {
			pattern = pattern.With(k)
			x = append(x, s.truth[c][k][i]...)
		}
	}
	return pattern, x
}

// regress subtracts from modality m the ridge regression on each pattern of the others,
// fitted on the training split, and fits the axes of the residual.
func (s *study) regress(t *testing.T, m erc.Modality) {
	const ridge = 0.1
	fitted := map[erc.Present]*mat.Dense{}
	for _, pattern := range []erc.Present{erc.None.With((m + 1) % 3), erc.None.With((m + 2) % 3), erc.None.With((m + 1) % 3).With((m + 2) % 3)} {
		var xs, ys []float64
		n := 0
		for c, conv := range s.conversations {
			for i := range conv.Utterances {
				if seen := conv.Utterances[i].Present; conv.Split != erc.Train || seen&pattern != pattern || !seen.Has(m) {
					continue
				}
				for _, k := range erc.Modalities {
					if pattern.Has(k) {
						xs = append(xs, s.truth[c][k][i]...)
					}
				}
				ys = append(ys, s.truth[c][m][i]...)
				n++
			}
		}
		x, y := mat.NewDense(n, len(xs)/n, xs), mat.NewDense(n, len(ys)/n, ys)
		var gram, right, w mat.Dense
		gram.Mul(x.T(), x)
		for j := range len(xs) / n {
			gram.Set(j, j, gram.At(j, j)+ridge*float64(n))
		}
		right.Mul(x.T(), y)
		if err := w.Solve(&gram, &right); err != nil {
			t.Fatal(err)
		}
		fitted[pattern] = &w
	}
	var training []float64
	n := 0
	for c, conv := range s.conversations {
		s.residual[c][m] = make([][]float64, len(conv.Utterances))
		for i := range conv.Utterances {
			if s.truth[c][m][i] == nil {
				continue
			}
			e := append([]float64(nil), s.truth[c][m][i]...)
			if pattern, x := s.others(c, i, m); pattern != erc.None {
				var mean mat.VecDense
				mean.MulVec(fitted[pattern].T(), mat.NewVecDense(len(x), x))
				for j := range e {
					e[j] -= mean.AtVec(j)
				}
			}
			s.residual[c][m][i] = e
			if conv.Split == erc.Train {
				training = append(training, e...)
				n++
			}
		}
	}
	_, s.basis[m] = leading(mat.NewDense(n, len(training)/n, training), len(training)/n)
	for c := range s.residual {
		for i, e := range s.residual[c][m] {
			if e != nil {
				var turned mat.VecDense
				turned.MulVec(s.basis[m].T(), mat.NewVecDense(len(e), e))
				s.residual[c][m][i] = turned.RawVector().Data
			}
		}
	}
}

// tracks returns the residual tracks of a modality, all the cells that exist.
func (s *study) tracks(m erc.Modality, split erc.Split, speakers bool) []spectral.Track {
	var out []spectral.Track
	for c, conv := range s.conversations {
		if conv.Split != split {
			continue
		}
		track := spectral.Track{Rows: s.residual[c][m], Observed: make([]bool, len(conv.Utterances))}
		for i, u := range conv.Utterances {
			track.Observed[i] = u.Present.Has(m)
			if speakers {
				track.Speakers = append(track.Speakers, u.Speaker)
			}
		}
		out = append(out, track)
	}
	return out
}

// quality is how well the hidden cells of the validation conversations are completed.
type quality struct {
	rmse, energy         float64 // of the mean, and of a cell's draws
	conversation         float64 // energy score of conversation means
	coverage, meansCover float64 // of the 80 % interval: of values, and of conversation means
}

const drawCount = 16

// evaluate completes the hidden cells of the validation conversations. The axes of the
// residual are orthonormal, so that distances are those of the score space.
func (s *study) evaluate(t *testing.T, f *spectral.Filter, m erc.Modality) quality {
	rng := rand.New(rand.NewPCG(33, 1))
	var truth, means [][]float64
	var conversations []int32
	drawn := make([][][]float64, drawCount)
	for c, conv := range s.conversations {
		if conv.Split != erc.Valid {
			continue
		}
		track := spectral.Track{Rows: s.residual[c][m], Observed: make([]bool, len(conv.Utterances))}
		for i, u := range conv.Utterances {
			track.Observed[i] = s.seen[c][i].Has(m)
			track.Speakers = append(track.Speakers, u.Speaker)
		}
		p := condition(t, f, track)
		mean := p.Mean()
		for k := range drawCount {
			draw := p.Draw(rng)
			for i, e := range s.residual[c][m] {
				if e != nil && !track.Observed[i] {
					drawn[k] = append(drawn[k], draw[i])
				}
			}
		}
		for i, e := range s.residual[c][m] {
			if e != nil && !track.Observed[i] {
				truth, means, conversations = append(truth, e), append(means, mean[i]), append(conversations, int32(c))
			}
		}
	}
	const least = 5
	drawnMeans := make([][][]float64, drawCount)
	for k := range drawn {
		drawnMeans[k] = draws.ConversationMeans(drawn[k], conversations, least)
	}
	return quality{
		recovery.RMSE(truth, means), average(draws.EnergyScores(truth, drawn)),
		average(draws.ConversationEnergyScores(truth, drawn, conversations, least)),
		draws.Cover(truth, drawn, 0.8)[0].Covered,
		draws.Cover(draws.ConversationMeans(truth, conversations, least), drawnMeans, 0.8)[0].Covered,
	}
}

func average(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v / float64(len(x))
	}
	return sum
}
