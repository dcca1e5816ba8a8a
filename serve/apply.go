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
	Features  ByModality   `json:"features" doc:"Observed features as they were, recovered ones as the mean over the completions; null of a modality that the run does not have."`
	Deviation ByModality   `json:"deviation" doc:"Standard deviation of the error of recovered features; null of what was observed."`
	Draws     []ByModality `json:"draws,omitempty" doc:"Completions of the utterance, if the request asks for them: observed features as they were, missing ones drawn."`
}

// imputeInput is a request for recovered features.
type imputeInput struct {
	Settings
	incoming  incoming
	Draws     int `query:"draws" minimum:"0" maximum:"1000" doc:"Number of completions to return, at most the number that is computed. Default 0."`
	Utterance int `query:"utterance" default:"-1" minimum:"-1" maximum:"999999" doc:"Position of the only utterance to return, from 0; -1 returns all."`
}

// Resolve is that of wholeInput.
func (in *imputeInput) Resolve(ctx huma.Context) []error {
	in.incoming.accept(ctx)
	return nil
}

// check refuses draws that are not computed and an utterance that there is not.
func (in *imputeInput) check(how Computed, q *asked) error {
	switch {
	case in.Draws > how.Samples:
		return refuse(http.StatusUnprocessableEntity, "too many completions to return", "raise samples, or ask for fewer draws", "query.draws", fmt.Sprintf("is more than the %d samples", how.Samples))
	case in.Utterance >= len(q.speakers):
		return refuse(http.StatusUnprocessableEntity, "there is no such utterance", "utterances are counted from 0", "query.utterance", fmt.Sprintf("is not below %d", len(q.speakers)))
	}
	return nil
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
		return out, s.apply(ctx, in, purpose{}, func(a Computed, q *asked, o outcome) { out.Body = Emotions{a, q.emotions(o.predictions)} })
	})
	impute := s.operation(http.MethodPost, "/v1/impute", "impute", "Recover the features that are missing.",
		"The numbers are those of gsdnet impute for the same conversation, samples and seed.", 400, 404, 408, 413, 415, 503, 504)
	huma.Register(api, impute, func(ctx context.Context, in *imputeInput) (*answer[Recovery], error) {
		out := &answer[Recovery]{}
		how := purpose{fill: true, draws: in.Draws, check: in.check}
		return out, s.apply(ctx, &wholeInput{in.Settings, in.incoming}, how, func(a Computed, q *asked, o outcome) {
			out.Body = Recovery{a, q.filled(o.imputed, in.Utterance)}
		})
	})
	describeBody(api, predict.Path, bodies(api))
	describeBody(api, impute.Path, bodies(api))
}

// answer is an answer in JSON.
type answer[T any] struct{ Body T }

// purpose says what a request wants of a completed conversation.
type purpose struct {
	fill  bool                         // recovered features, not emotions
	draws int                          // completions to return
	check func(Computed, *asked) error // of the request, or nil
}

// apply answers a request that completes a conversation.
func (s *Server) apply(ctx context.Context, in *wholeInput, want purpose, give func(Computed, *asked, outcome)) error {
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
	if want.check != nil {
		if err := want.check(how, q); err != nil {
			return err
		}
	}
	out, err := s.complete(ctx, run, q, how, want)
	if err != nil {
		return err
	}
	give(how, q, out)
	return nil
}

// complete computes a conversation within the time that a request may take.
func (s *Server) complete(ctx context.Context, run *loaded, q *asked, how Computed, want purpose) (outcome, error) {
	ctx, cancel := s.timed(ctx)
	defer cancel()
	out, err := s.queue.do(ctx, run, q.corpus, gsdnet.Options{Samples: how.Samples, Seed: how.Seed, Draws: want.draws}, want.fill)
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

// filled lists filled utterances in the order of the request, or only the one at a
// position that is not negative.
func (q *asked) filled(imputed []gsdnet.Imputed, only int) []Filled {
	var out []Filled
	for i, u := range imputed {
		if only >= 0 && i != only {
			continue
		}
		f := Filled{Position{u.Turn, q.speakers[i], u.Observed}, vectors(u.Features), vectors(u.Deviation), nil}
		for _, draw := range u.Draws {
			f.Draws = append(f.Draws, vectors(draw))
		}
		out = append(out, f)
	}
	return out
}

func vectors(x [erc.NumModalities][]float32) ByModality {
	return ByModality{x[erc.Text], x[erc.Audio], x[erc.Visual]}
}
