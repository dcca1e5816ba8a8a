package serve

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"gsdnet/erc"
)

// modelList is the answer of /v1/models.
type modelList struct {
	Models []modelInfo `json:"models" doc:"The runs, in the order of the command line."`
}

// modelInfo describes a run.
type modelInfo struct {
	Run      string `json:"run" doc:"Name, for the parameter run."`
	Model    string `json:"model" doc:"Kind of the model."`
	Task     string `json:"task" enum:"scores,classes" doc:"What it predicts."`
	Classes  int    `json:"classes,omitempty" doc:"Number of classes."`
	Widths   widths `json:"widths" doc:"Width of the features of each modality; 0 of one that the run does not take."`
	Seed     uint64 `json:"seed" doc:"Seed of requests that have none."`
	Finished bool   `json:"finished" doc:"Whether its training has ended."`
	Limits   bounds `json:"limits" doc:"What a request may ask for."`
}

type widths struct {
	Text   int `json:"text"`
	Audio  int `json:"audio"`
	Visual int `json:"visual"`
}

type bounds struct {
	Body       int64 `json:"body" doc:"Bytes of a body."`
	Utterances int   `json:"utterances" doc:"Utterances of a conversation."`
	Samples    int   `json:"samples" doc:"Completions."`
	Explain    int   `json:"explain" doc:"Utterances of a conversation that is explained."`
}

// state is the answer of the checks of health.
type state struct {
	Status string `json:"status" enum:"ok"`
}

// statusRoutes adds the routes about the server itself.
func (s *Server) statusRoutes(api huma.API) {
	get := func(path, id, summary string, errors ...int) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Errors: append(errors, 500)}
	}
	huma.Register(api, get("/v1/models", "models", "List the runs and what they take.", 401, 403, 421), func(context.Context, *struct{}) (*answer[modelList], error) {
		return &answer[modelList]{Body: s.models()}, nil
	})
	huma.Register(api, get("/healthz", "health", "Whether the server lives."), func(context.Context, *struct{}) (*answer[state], error) {
		return &answer[state]{Body: state{"ok"}}, nil
	})
	huma.Register(api, get("/readyz", "ready", "Whether the server accepts requests.", 503), func(context.Context, *struct{}) (*answer[state], error) {
		if s.stopping.Load() {
			return nil, busy("the server is stopping")
		}
		return &answer[state]{Body: state{"ok"}}, nil
	})
}

// models describes the runs.
func (s *Server) models() modelList {
	var list modelList
	for _, name := range s.runs.names() {
		run, err := s.runs.acquire(name)
		if err != nil {
			continue
		}
		a := run.about
		list.Models = append(list.Models, modelInfo{
			Run: name, Model: a.Model, Task: a.Task.String(), Classes: a.Classes, Seed: a.Seed, Finished: a.Finished,
			Widths: widths{a.Dims[erc.Text], a.Dims[erc.Audio], a.Dims[erc.Visual]},
			Limits: bounds{s.limits.bodyBytes(), s.limits.MaxUtterances, s.limits.MaxSamples, s.limits.MaxExplain},
		})
		run.release()
	}
	return list
}

// schemaOf returns the schema of a type, which is added to the document.
func schemaOf[T any](registry huma.Registry) *huma.Schema {
	return registry.Schema(reflect.TypeFor[T](), true, "")
}
