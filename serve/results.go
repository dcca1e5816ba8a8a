package serve

import (
	"cmp"
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"gsdnet/internal/fault"
	"gsdnet/internal/results"
)

// Source is a folder whose results the page shows. Its functions are called by one request
// at a time, and read what is there at the moment.
type Source struct {
	Name    string
	View    func(ctx context.Context) (*results.View, error)
	Picture func(file string) ([]byte, error) // a picture that the View lists, as SVG
}

// resultList is the answer of /v1/results.
type resultList struct {
	Results []resultInfo `json:"results" doc:"The runs, and the folders that the server was started with."`
}

type resultInfo struct {
	ID   int    `json:"id" doc:"Number of the folder, for /v1/results/{id}."`
	Name string `json:"name"`
}

// resultRoutes adds the routes of results. They only read.
func (s *Server) resultRoutes(api huma.API) {
	free := make([]chan struct{}, len(s.config.Results)) // one request at a time reads a folder: a large sweep takes a second
	for i := range free {
		free[i] = make(chan struct{}, 1)
		free[i] <- struct{}{}
	}
	get := func(path, id, summary string, errors ...int) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Errors: append(errors, 401, 403, 421, 500)}
	}
	huma.Register(api, get("/v1/results", "results", "List the runs and folders whose results can be read."), func(context.Context, *struct{}) (*answer[resultList], error) {
		out := &answer[resultList]{resultList{Results: []resultInfo{}}}
		for i, source := range s.config.Results {
			out.Body.Results = append(out.Body.Results, resultInfo{i, source.Name})
		}
		return out, nil
	})
	one := get("/v1/results/{id}", "result", "Return the results of a run, a sweep or a report.", 404, 422, 504)
	one.Description = "The files are read at every request, so that a sweep can be watched."
	huma.Register(api, one, func(ctx context.Context, in *struct {
		ID int `path:"id" minimum:"0"`
	}) (*answer[results.View], error) {
		source, err := s.source(in.ID)
		if err != nil {
			return nil, err
		}
		ctx, cancel := s.timed(ctx)
		defer cancel()
		select {
		case <-free[in.ID]:
			defer func() { free[in.ID] <- struct{}{} }()
		case <-ctx.Done():
			return nil, s.explained(ctx.Err())
		}
		view, err := source.View(ctx)
		if err != nil {
			return nil, s.unreadable(source, err)
		}
		return &answer[results.View]{*view}, nil
	})
	picture := get("/v1/results/{id}/pictures/{file}", "picture", "Return a picture of a report.", 404, 422)
	picture.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{typeSVG: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
	huma.Register(api, picture, func(_ context.Context, in *struct {
		ID   int    `path:"id" minimum:"0"`
		File string `path:"file" maxLength:"200"`
	}) (*pictureAnswer, error) {
		source, err := s.source(in.ID)
		if err != nil {
			return nil, err
		}
		data, err := source.Picture(in.File)
		if err != nil {
			return nil, refuse(http.StatusNotFound, "there is no such picture", "GET /v1/results/{id} lists them", "path.file", "is not the name of a picture")
		}
		return &pictureAnswer{typeSVG, "default-src 'none'; style-src 'unsafe-inline'; sandbox", data}, nil
	})
}

const typeSVG = "image/svg+xml"

// pictureAnswer is a picture, with a policy that stops it from running or loading anything
// where somebody opens it by itself.
type pictureAnswer struct {
	ContentType string `header:"Content-Type"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

// source returns a folder by its number.
func (s *Server) source(id int) (*Source, error) {
	if id >= len(s.config.Results) {
		return nil, refuse(http.StatusNotFound, "there are no such results", "GET /v1/results lists them", "path.id", "is not the number of a folder")
	}
	return &s.config.Results[id], nil
}

// unreadable turns an error of a source into a problem. It names the folder, whose path the
// person who started the server gave, only in the log.
func (s *Server) unreadable(source *Source, err error) error {
	if !fault.IsInput(err) {
		return s.explained(err)
	}
	s.config.Log.Warn("results cannot be read", "of", source.Name, "error", err)
	return problem(http.StatusUnprocessableEntity, "the results of "+source.Name+" cannot be read", cmp.Or(fault.Of(err), "the log of the server has the reason"))
}
