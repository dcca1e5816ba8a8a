package serve

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"gsdnet"
)

// Explanation is the answer of /v1/explain.
type Explanation struct {
	Run    string             `json:"run" doc:"Name of the run."`
	Losses []gsdnet.GraphLoss `json:"losses" doc:"For every set of modalities that could be left, the relative errors of the graphs of the others."`
}

// explainRoutes adds the route that explains a conversation.
func (s *Server) explainRoutes(api huma.API) {
	op := s.operation(http.MethodPost, "/v1/explain", "explain", "Measure how much of a conversation's graph is lost with its modalities.",
		"The errors are those of gsdnet data spectrum, of one conversation.", 400, 404, 408, 413, 415, 503, 504)
	op.RequestBody = bodies(api)
	huma.Register(api, op, func(ctx context.Context, in *explainInput) (*answer[Explanation], error) {
		run, err := s.runs.acquire(in.Run)
		if err != nil {
			return nil, err
		}
		defer run.release()
		q, err := s.read(run, in.contentType, in.RawBody)
		if err != nil {
			return nil, err
		}
		ctx, cancel := s.timed(ctx)
		defer cancel()
		var losses []gsdnet.GraphLoss
		if err := s.queue.task(ctx, run, func(ctx context.Context) (err error) {
			losses, err = run.run.Explain(ctx, q.corpus)
			return err
		}); err != nil {
			return nil, s.explained(err)
		}
		return &answer[Explanation]{Explanation{run.name, losses}}, nil
	})
}

// explainInput is a conversation to explain.
type explainInput struct {
	Run         string `query:"run" doc:"Name of the run, as GET /v1/models lists it. It may be left out if there is only one."`
	RawBody     []byte `contentType:"application/zip"`
	contentType string
}

// Resolve is that of wholeInput.
func (in *explainInput) Resolve(ctx huma.Context) []error {
	in.contentType = ctx.Header("Content-Type")
	return unhurried(ctx)
}
