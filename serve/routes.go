package serve

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Version is the version of the interface in the OpenAPI document.
const Version = "1"

// routes returns the whole service and its OpenAPI document.
func (s *Server) routes() (http.Handler, []byte) {
	mux := http.NewServeMux()
	api := humago.New(mux, huma.Config{
		OpenAPI: &huma.OpenAPI{OpenAPI: "3.1.0", Info: &huma.Info{
			Title: "gsdnet", Version: Version,
			Description: "Emotion recognition in conversations when modalities are missing.",
		}},
		Formats:       huma.DefaultFormats,
		DefaultFormat: typeJSON,
	})
	s.applyRoutes(api)
	s.explainRoutes(api)
	s.liveRoutes(api)
	s.exampleRoutes(api)
	s.openRoutes(api)
	s.resultRoutes(api)
	s.statusRoutes(api)
	if s.config.Token != "" {
		api.OpenAPI().Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
		api.OpenAPI().Security = []map[string][]string{{"token": {}}}
	}
	document, err := json.MarshalIndent(api.OpenAPI(), "", "  ")
	if err != nil {
		panic("serve: the OpenAPI document: " + err.Error()) // it is the same for every server
	}
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(document)
	})
	mux.Handle("GET /metrics", s.metrics.handler())
	for url, file := range s.page {
		mux.Handle(pattern(url), file)
	}
	return s.metrics.measured(recovered(s, s.guarded(s.admitted(known(mux))))), document
}

// Settings are the parameters of every request that completes a conversation.
type Settings struct {
	Run     string `query:"run" doc:"Name of the run, as GET /v1/models lists it. It may be left out if there is only one."`
	Samples int    `query:"samples" minimum:"0" maximum:"1000" doc:"Number of completions; 0 is the default of 16. The server may allow fewer than 1000."`
	Seed    uint64 `query:"seed" doc:"Seed of the noise that completions start from; 0 is the seed of the run."`
}

// whole is a request with a conversation in its body.
type wholeInput struct {
	Settings
	incoming incoming
}

// Resolve takes the body.
func (in *wholeInput) Resolve(ctx huma.Context) []error {
	in.incoming.accept(ctx)
	return nil
}

// describeBody adds a body to the description of a route. It is added after the route,
// because the library would read a body that it knows of; incoming reads it.
func describeBody(api huma.API, path string, body *huma.RequestBody) {
	api.OpenAPI().Paths[path].Post.RequestBody = body
}

// bodies describes the bodies that a route accepts.
func bodies(api huma.API) *huma.RequestBody {
	registry := api.OpenAPI().Components.Schemas
	binary := func(doc string) *huma.Schema {
		return &huma.Schema{Type: huma.TypeString, Format: "binary", Description: doc}
	}
	c := schemaOf[conversation](registry)
	const rows = "Features of all utterances, float32, little-endian, row by row; a row of NaN is missing."
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		typeJSON: {Schema: c},
		typeNPZ:  {Schema: binary("A .npz file with one conversation, as gsdnet predict reads it.")},
		typeParts: {Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{partConversation}, Properties: map[string]*huma.Schema{
			partConversation: c, "text": binary(rows), "audio": binary(rows), "visual": binary(rows),
		}}},
	}}
}

// operation describes a route that answers a body.
func (s *Server) operation(method, path, id, summary, description string, errors ...int) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, Description: description,
		Errors: append(errors, 401, 403, 421, 422, 500),
	}
}

// timed returns the context of the computation of a request.
func (s *Server) timed(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, seconds(s.limits.Timeout))
}

// known answers requests for paths and methods that there are not with a problem.
func known(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		probe := &headOnly{header: http.Header{}}
		handler.ServeHTTP(probe, r)
		switch probe.status {
		case http.StatusMethodNotAllowed:
			w.Header().Set("Allow", probe.header.Get("Allow"))
			problem(probe.status, "the method is not one of this path", "the header Allow lists the methods").write(w)
		case http.StatusNotFound:
			problem(probe.status, "there is nothing at this path", "GET /openapi.json lists the paths").write(w)
		default:
			mux.ServeHTTP(w, r) // a redirect to the clean path
		}
	})
}

// headOnly keeps the status and header of an answer.
type headOnly struct {
	header http.Header
	status int
}

func (h *headOnly) Header() http.Header         { return h.header }
func (h *headOnly) Write(p []byte) (int, error) { return len(p), nil }
func (h *headOnly) WriteHeader(status int)      { h.status = status }
