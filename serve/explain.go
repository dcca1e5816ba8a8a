package serve

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"gsdnet"
)

// Explained is the answer of /v1/explain.
type Explained struct {
	Computed
	Draws int `json:"draws" doc:"Number of draws of each missing cell that were supplied."`
	gsdnet.Explanation
}

// explainRoutes adds the route that explains a conversation.
func (s *Server) explainRoutes(api huma.API) {
	op := s.operation(http.MethodPost, "/v1/explain", "explain", "Explain what the predictions of a conversation rest on.",
		"The numbers are those of gsdnet explain for the same conversation, samples, draws and seed. They take some 10 predictions for each utterance, and as many as there are draws for each missing cell.", 400, 404, 408, 413, 415, 503, 504)
	huma.Register(api, op, func(ctx context.Context, in *explainInput) (*answer[Explained], error) {
		run, err := s.runs.acquire(in.Run)
		if err != nil {
			return nil, err
		}
		defer run.release()
		how, err := s.howToExplain(run, in)
		if err != nil {
			return nil, err
		}
		q, err := s.read(run, &in.incoming)
		if err != nil {
			return nil, err
		}
		if n := len(q.corpus.Conversations[0].Utterances); n > s.limits.MaxExplain {
			return nil, refuse(http.StatusRequestEntityTooLarge, "the conversation is too long to explain", "send a part of it, or start the server with a larger --max-explain",
				"body.utterances", fmt.Sprintf("has %d utterances, more than %d", n, s.limits.MaxExplain))
		}
		ctx, cancel := s.timed(ctx)
		defer cancel()
		o := gsdnet.ExplainOptions{Samples: how.Samples, Draws: how.Draws, Seed: how.Seed, Parts: in.Parts}
		var explained []gsdnet.Explanation
		if err := s.queue.task(ctx, run, func(ctx context.Context) (err error) {
			explained, err = run.run.Explain(ctx, q.corpus, o)
			return err
		}); err != nil {
			return nil, s.explained(err)
		}
		how.Explanation = explained[0]
		return &answer[Explained]{how}, nil
	})
	describeBody(api, op.Path, bodies(api))
}

// defaultDraws is the number of draws of a missing cell unless a request says otherwise.
const defaultDraws = 8

// howToExplain resolves the settings of a request, and refuses those that are out of range.
func (s *Server) howToExplain(run *loaded, in *explainInput) (out Explained, err error) {
	if out.Computed, err = s.how(run, in.Settings); err != nil {
		return out, err
	}
	if out.Draws = in.Draws; out.Draws == 0 {
		out.Draws = min(defaultDraws, s.limits.MaxSamples)
	}
	if out.Draws > s.limits.MaxSamples {
		return out, refuse(http.StatusUnprocessableEntity, "too many draws", "ask for fewer, or start the server with a larger --max-samples",
			"query.draws", fmt.Sprintf("is more than %d", s.limits.MaxSamples))
	}
	return out, nil
}

// explainInput is a conversation to explain.
type explainInput struct {
	Settings
	Draws    int      `query:"draws" minimum:"0" maximum:"1000" doc:"Number of draws of each missing cell that are supplied; 0 is the default of 8. The server may allow fewer than 1000."`
	Parts    []string `query:"parts" enum:"modalities,edges,filter,spectrum,sampler,information,losses" doc:"The parts to compute, with commas between them; all by default."`
	incoming incoming
}

// Resolve is that of wholeInput.
func (in *explainInput) Resolve(ctx huma.Context) []error {
	in.incoming.accept(ctx)
	return nil
}
