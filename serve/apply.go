package serve

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"gsdnet"
	"gsdnet/erc"
)

// Emotions is the answer of /v1/predict.
type Emotions struct {
	Computed
	Utterances []Emotion `json:"utterances" doc:"One entry an utterance, in the order of the request."`
}

// Computed says how an answer was computed: the same settings give the same answer.
type Computed struct {
	Run     string `json:"run" doc:"Name of the run."`
	Samples int    `json:"samples" doc:"Number of completions."`
	Seed    uint64 `json:"seed" doc:"Seed of the noise."`
}

// Position says which utterance an entry is of.
type Position struct {
	Turn     int     `json:"turn"`
	Speaker  speaker `json:"speaker"`
	Observed string  `json:"observed" doc:"The letters of the modalities that were observed, such as ta."`
}

// Emotion is what is predicted of one utterance.
type Emotion struct {
	Position
	Score *gsdnet.Score `json:"score,omitempty" doc:"Of a run that predicts scores."`
	Class *gsdnet.Class `json:"class,omitempty" doc:"Of a run that predicts classes."`
}

// Recovery is the answer of /v1/impute.
type Recovery struct {
	Computed
	Utterances []Filled `json:"utterances" doc:"One entry an utterance, in the order of the request."`
}

// Filled is one utterance with its holes filled.
type Filled struct {
	Position
	Features  ByModality `json:"features" doc:"Observed features as they were, recovered ones as the mean over the completions; null of a modality that the run does not have."`
	Deviation ByModality `json:"deviation" doc:"Standard deviation of the error of recovered features; null of what was observed."`
}

// ByModality holds a vector of each modality.
type ByModality struct {
	Text   []float32 `json:"text"`
	Audio  []float32 `json:"audio"`
	Visual []float32 `json:"visual"`
}

// applyRoutes adds the routes that answer whole conversations.
func (s *Server) applyRoutes(api huma.API) {
	predict := s.operation(http.MethodPost, "/v1/predict", "predict", "Predict the emotion of every utterance.",
		"The numbers are those of gsdnet predict for the same conversation, samples and seed.", 400, 404, 408, 413, 415, 503, 504)
	huma.Register(api, predict, func(ctx context.Context, in *wholeInput) (*answer[Emotions], error) {
		out := &answer[Emotions]{}
		return out, s.apply(ctx, in, false, func(a Computed, q *asked, o outcome) { out.Body = Emotions{a, q.emotions(o.predictions)} })
	})
	impute := s.operation(http.MethodPost, "/v1/impute", "impute", "Recover the features that are missing.",
		"The numbers are those of gsdnet impute for the same conversation, samples and seed.", 400, 404, 408, 413, 415, 503, 504)
	huma.Register(api, impute, func(ctx context.Context, in *wholeInput) (*answer[Recovery], error) {
		out := &answer[Recovery]{}
		return out, s.apply(ctx, in, true, func(a Computed, q *asked, o outcome) { out.Body = Recovery{a, q.filled(o.imputed)} })
	})
	describeBody(api, predict.Path, bodies(api))
	describeBody(api, impute.Path, bodies(api))
}

// answer is an answer in JSON.
type answer[T any] struct{ Body T }

// apply answers a request that completes a conversation.
func (s *Server) apply(ctx context.Context, in *wholeInput, fill bool, give func(Computed, *asked, outcome)) error {
	run, err := s.runs.acquire(in.Run)
	if err != nil {
		return err
	}
	defer run.release()
	how, err := s.how(run, in.Settings)
	if err != nil {
		return err
	}
	q, err := s.read(run, &in.incoming)
	if err != nil {
		return err
	}
	out, err := s.complete(ctx, run, q, how, fill)
	if err != nil {
		return err
	}
	give(how, q, out)
	return nil
}

// complete computes a conversation within the time that a request may take.
func (s *Server) complete(ctx context.Context, run *loaded, q *asked, how Computed, fill bool) (outcome, error) {
	ctx, cancel := s.timed(ctx)
	defer cancel()
	out, err := s.queue.do(ctx, run, q.corpus, gsdnet.Options{Samples: how.Samples, Seed: how.Seed}, fill)
	if err != nil {
		return out, s.explained(err)
	}
	s.metrics.utterances.WithLabelValues(run.name).Add(float64(len(q.speakers)))
	return out, nil
}

// how resolves the settings of a request, and refuses those that are out of range.
func (s *Server) how(run *loaded, in Settings) (Computed, error) {
	out := Computed{Run: run.name, Samples: in.Samples, Seed: in.Seed}
	if out.Samples == 0 {
		out.Samples = min(gsdnet.DefaultSamples, s.limits.MaxSamples)
	}
	if out.Seed == 0 {
		out.Seed = run.about.Seed
	}
	if out.Samples > s.limits.MaxSamples {
		return out, refuse(http.StatusUnprocessableEntity, "too many completions", "ask for fewer, or start the server with a larger --max-samples",
			"query.samples", fmt.Sprintf("is more than %d", s.limits.MaxSamples))
	}
	return out, nil
}

// emotions lists predictions in the order of the request.
func (q *asked) emotions(predictions []gsdnet.Prediction) []Emotion {
	out := make([]Emotion, len(predictions))
	for i, p := range predictions {
		out[i] = Emotion{Position{p.Turn, q.speakers[i], p.Observed}, p.Score, p.Class}
	}
	return out
}

// filled lists filled utterances in the order of the request.
func (q *asked) filled(imputed []gsdnet.Imputed) []Filled {
	out := make([]Filled, len(imputed))
	for i, u := range imputed {
		out[i] = Filled{Position{u.Turn, q.speakers[i], u.Observed}, vectors(u.Features), vectors(u.Deviation)}
	}
	return out
}

func vectors(x [erc.NumModalities][]float32) ByModality {
	return ByModality{x[erc.Text], x[erc.Audio], x[erc.Visual]}
}
