package prior_test

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	mlx "github.com/gomlx/gomlx/ml/model"
	"gonum.org/v1/gonum/mat"

	"gsdnet/dataset"
	_ "gsdnet/dataset/all"
	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/pca"
	"gsdnet/metric/recovery"
	"gsdnet/metric/draws"
	"gsdnet/model"
	"gsdnet/model/prior"
)

func TestPriorOnRealConversations(t *testing.T) {
	for name, fields := range map[string]dataset.Fields{
		"hazumi_online": {Label: "label_centered"},
		"mosi":          {Text: "text_unsup"},
		"meld5":         {},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStudy(t, name+".npz", fields)
			for _, graph := range []bool{false, true} {
				set := prior.Default()
				start := time.Now()
				g := prior.New(s.setup.Dims, set, graph)
				if err := g.Fit(t.Context(), model.NewParams(mlx.NewStore(), 1), s.train, s.truth); err != nil {
					t.Fatal(err)
				}
				took := time.Since(start)
				sum := quality{}
				start = time.Now()
				for _, m := range erc.Modalities {
					q := s.evaluate(t, g, m)
					t.Logf("graph %v %s %+v", graph, m, q)
					sum.rmse += q.rmse / 3
					sum.raw += q.raw / 3
					sum.energy += q.energy / 3
					sum.conversation += q.conversation / 3
					sum.cover += q.cover / 3
					sum.convCover += q.convCover / 3
					sum.mmd += q.mmd / 3
					sum.apart += q.apart / 3
				}
				t.Logf("%s graph %v fit %v eval %v: %+v", name, graph, took, time.Since(start), sum)
			}
		})
	}
}

type study struct {
	setup model.Setup
	train []model.Conversation
	truth []model.Truth
	valid []infer.Sample
	seen  []infer.Observed
	space [erc.NumModalities]*mat.Dense
}

func newStudy(t *testing.T, file string, fields dataset.Fields) *study {
	dir := os.Getenv("GSDNET_DATA")
	if dir == "" {
		t.Skip("SKIPPED: set GSDNET_DATA to the folder with " + file + " to test on real conversations")
	}
	corpus, err := dataset.Open(filepath.Join(dir, file), fields)
	if err != nil {
		t.Fatal(err)
	}
	scaler := model.FitScaler(corpus.In(erc.Train), corpus.Dims)
	s := &study{setup: model.Setup{Dims: corpus.Dims}}
	var rows [erc.NumModalities][][]float32
	for _, sample := range infer.Samples(corpus.In(erc.Train), scaler) {
		s.train = append(s.train, sample.Observe(sample.Present()).Conversation)
		s.truth = append(s.truth, sample.Truth)
		for u, has := range sample.Present() {
			for _, m := range erc.Modalities {
				if has.Has(m) {
					rows[m] = append(rows[m], sample.Truth.Features[m][u])
				}
			}
		}
	}
	for m, q := range [erc.NumModalities]int{40, 40, 24} {
		axes, moments, err := pca.Leading(t.Context(), rows[m], corpus.Dims[m], q)
		if err != nil {
			t.Fatal(err)
		}
		mean := 0.0
		for _, v := range moments {
			mean += v / float64(q)
		}
		axes.Scale(1/math.Sqrt(mean), axes)
		s.space[m] = axes
	}
	s.valid = infer.Samples(corpus.In(erc.Valid), scaler)
	rng := rand.New(rand.NewPCG(31, 1))
	for i := range s.valid {
		has := s.valid[i].Present()
		seen := make([]erc.Present, len(has))
		for u := range seen {
			for seen[u] == erc.None {
				for _, m := range erc.Modalities {
					if has[u].Has(m) && rng.Float64() >= 0.5 {
						seen[u] = seen[u].With(m)
					}
				}
			}
		}
		s.seen = append(s.seen, s.valid[i].Observe(seen))
	}
	return s
}

type quality struct {
	rmse, raw, energy, conversation, cover, convCover, mmd, apart float64
}

const drawCount = 16

func (s *study) evaluate(t *testing.T, g *prior.Gaussian, m erc.Modality) quality {
	rng := rand.New(rand.NewPCG(33, 1))
	var truth, means [][]float64
	var conversations []int32
	drawn := make([][][]float64, drawCount)
	raw, cells := 0.0, 0.0
	for i := range s.valid {
		p, err := g.Condition(&s.seen[i].Conversation, false)
		if err != nil {
			t.Fatal(err)
		}
		mean := p.Mean(m)
		var noise [drawCount][][]float64
		for k := range noise {
			noise[k] = p.Noise(m, rng)
		}
		for u, has := range s.valid[i].Present() {
			if !has.Has(m) || s.seen[i].Present[u].Has(m) {
				continue
			}
			x := s.valid[i].Truth.Features[m][u]
			truth = append(truth, s.project(m, x))
			estimate := g.Raw(m, mean[u])
			means = append(means, s.project(m, estimate))
			conversations = append(conversations, int32(i))
			cells++
			sum := 0.0
			for j := range x {
				sum += math.Pow(float64(x[j]-estimate[j]), 2)
			}
			raw += sum / float64(len(x))
			for k := range noise {
				z := g.Place(m, noise[k][u])
				for j := range z {
					z[j] += mean[u][j]
				}
				drawn[k] = append(drawn[k], s.project(m, g.Raw(m, z)))
			}
		}
	}
	const least = 5
	top := func(rows [][]float64) (out [][]float64) {
		for _, r := range rows {
			out = append(out, r[:8])
		}
		return out
	}
	truth8 := top(truth)
	drawn8 := make([][][]float64, drawCount)
	for k := range drawn8 {
		drawn8[k] = top(drawn[k])
	}
	drawnMeans := make([][][]float64, drawCount)
	for k := range drawn {
		drawnMeans[k] = draws.ConversationMeans(drawn[k], conversations, least)
	}
	mmd, apart := draws.TwoSample(truth, drawn[0], 1)
	return quality{
		recovery.RMSE(truth, means), math.Sqrt(raw / cells), average(draws.EnergyScores(truth, drawn)),
		average(draws.ConversationEnergyScores(truth8, drawn8, conversations, least)),
		draws.Cover(truth, drawn, 0.8)[0].Covered,
		draws.Cover(draws.ConversationMeans(truth, conversations, least), drawnMeans, 0.8)[0].Covered, mmd, apart,
	}
}

func (s *study) project(m erc.Modality, row []float32) []float64 {
	_, q := s.space[m].Dims()
	out := make([]float64, q)
	for i, v := range row {
		for j, w := range s.space[m].RawRowView(i) {
			out[j] += float64(v) * w
		}
	}
	return out
}

func average(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v / float64(len(x))
	}
	return sum
}
