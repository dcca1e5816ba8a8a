package serve

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"

	"github.com/danielgtaylor/huma/v2"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// example is a conversation that the page offers.
type example struct {
	path      string // of its file
	file      string // name of the file
	corpus    *erc.Corpus
	conv      *erc.Conversation
	recording *recording // nil without one
}

// Examples is the answer of /v1/examples.
type Examples struct {
	Examples []Example `json:"examples" doc:"The conversations of the files that the server was started with."`
}

// Example is one conversation of the list.
type Example struct {
	ID         int    `json:"id" doc:"Number of the conversation, for /v1/examples/{id}."`
	Name       string `json:"name"`
	File       string `json:"file" doc:"Name of its file."`
	Utterances int    `json:"utterances"`
	Recording  bool   `json:"recording" doc:"Whether there is a recording of it."`
	Widths     widths `json:"widths" doc:"Width of the features of each modality; 0 of one that the file does not have."`
}

// exampleRoutes adds the routes of the conversations that the page offers.
func (s *Server) exampleRoutes(api huma.API) {
	list := huma.Operation{OperationID: "examples", Method: http.MethodGet, Path: "/v1/examples",
		Summary: "List the conversations that the server was started with.", Errors: []int{401, 403, 421, 500}}
	huma.Register(api, list, func(context.Context, *struct{}) (*answer[Examples], error) {
		out := &answer[Examples]{Examples{Examples: []Example{}}}
		for i, e := range *s.examples.Load() {
			d := e.corpus.Dims
			out.Body.Examples = append(out.Body.Examples, Example{
				i, e.conv.String(), e.file, len(e.conv.Utterances), e.recording != nil, widths{d[erc.Text], d[erc.Audio], d[erc.Visual]},
			})
		}
		return out, nil
	})
	one := huma.Operation{OperationID: "example", Method: http.MethodGet, Path: "/v1/examples/{id}",
		Summary: "Return one of these conversations with its features.", Errors: []int{401, 403, 404, 421, 422, 500}}
	huma.Register(api, one, func(_ context.Context, in *struct {
		ID int `path:"id" minimum:"0"`
	}) (*answer[Shown], error) {
		examples := *s.examples.Load()
		if in.ID >= len(examples) {
			return nil, refuse(http.StatusNotFound, "there is no such conversation", "GET /v1/examples lists them", "path.id", "is not the number of a conversation")
		}
		e := &examples[in.ID]
		out := &answer[Shown]{shownOf(e.corpus, e.conv)}
		out.Body.Recording = s.recorded(in.ID, e)
		return out, nil
	})
	s.recordingRoute(api)
}

// readExamples reads the files of Config.Show, and finds the recordings of Config.Media. If
// it fails, the examples stay as they were.
func (s *Server) readExamples() error {
	examples, err := s.runs.examples(s.config.Show)
	if err != nil {
		return err
	}
	if err := s.config.Media.matched(examples, s.config.Show); err != nil {
		return err
	}
	for i := range examples {
		if r := examples[i].recording; r != nil && r.note != "" {
			s.config.Log.Warn("a recording is played without the times of its utterances", "recording", r.name(), "reason", r.note)
		}
	}
	s.examples.Store(&examples)
	return nil
}

// examples reads the files whose conversations the page offers: those of the test split,
// or all if the file has none.
func (s *shelf) examples(files []string) ([]example, error) {
	var out []example
	for _, file := range files {
		corpus, err := s.readExamples(file)
		if err != nil {
			return nil, err
		}
		before := len(out)
		for pass := 0; pass < 2 && len(out) == before; pass++ {
			for i := range corpus.Conversations {
				if conv := &corpus.Conversations[i]; pass == 1 || conv.Split == erc.Test {
					out = append(out, example{path: file, file: filepath.Base(file), corpus: corpus, conv: conv})
				}
			}
		}
	}
	return out, nil
}

// readExamples reads a file with the first run that it fits.
func (s *shelf) readExamples(file string) (*erc.Corpus, error) {
	var first error
	for _, name := range s.order {
		run, err := s.acquire(name)
		if err != nil {
			return nil, err
		}
		corpus, err := run.run.ReadLabelled(file)
		if err == nil {
			if p := run.fits(corpus); p == nil {
				run.release()
				return corpus, nil
			}
			err = fault.Input("show a file with the features that a run was trained on",
				"%s: text, audio and visual features are %s wide, and the run %s takes %s", file, dimsText(corpus.Dims), name, dimsText(run.about.Dims))
		}
		run.release()
		if first == nil {
			first = err
		}
	}
	return nil, first
}

// dimsText writes widths for a message.
func dimsText(d [erc.NumModalities]int) string {
	return fmt.Sprintf("%d, %d and %d", d[erc.Text], d[erc.Audio], d[erc.Visual])
}
