package serve

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Opened is the answer of /v1/open.
type Opened struct {
	Conversations []Listed `json:"conversations" doc:"All conversations of the file."`
	Shown         Shown    `json:"shown" doc:"The one that was asked for."`
}

// Listed is one conversation of a file.
type Listed struct {
	Name       string `json:"name"`
	Utterances int    `json:"utterances"`
}

// openInput is a data file.
type openInput struct {
	Run      string `query:"run" doc:"Name of the run whose features are read. It may be left out if there is only one."`
	Name     string `query:"name" maxLength:"300" doc:"Name of the file, whose extension tells the format, such as talk.csv."`
	At       int    `query:"at" minimum:"0" maximum:"4194304" doc:"Position of the conversation to return, from 0."`
	incoming incoming
}

// Resolve is that of wholeInput.
func (in *openInput) Resolve(ctx huma.Context) []error {
	in.incoming.accept(ctx)
	return nil
}

// openRoutes adds the route that reads a data file.
func (s *Server) openRoutes(api huma.API) {
	op := s.operation(http.MethodPost, "/v1/open", "open", "Read a conversation from a data file.",
		"The body is a file of any format that gsdnet predict reads and that is a single file. Nothing of it is kept.", 400, 404, 408, 413, 503, 504)
	huma.Register(api, op, func(ctx context.Context, in *openInput) (*answer[Opened], error) {
		run, err := s.runs.acquire(in.Run)
		if err != nil {
			return nil, err
		}
		defer run.release()
		body, err := in.incoming.read(s.limits.bodyBytes())
		if err != nil {
			return nil, err
		}
		ctx, cancel := s.timed(ctx)
		defer cancel()
		var corpus *erc.Corpus
		if err := s.queue.task(ctx, run, func(context.Context) (err error) {
			corpus, err = s.readFile(run, in.Name, body)
			return err
		}); err != nil {
			return nil, s.explained(err)
		}
		return s.opened(run, corpus, in.At)
	})
	describeBody(api, op.Path, &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	}})
}

// opened returns a conversation of a corpus and the list of all.
func (s *Server) opened(run *loaded, corpus *erc.Corpus, at int) (*answer[Opened], error) {
	if err := run.fits(corpus); err != nil {
		return nil, err
	}
	if at >= len(corpus.Conversations) {
		return nil, refuse(http.StatusUnprocessableEntity, "there is no such conversation", "conversations are counted from 0",
			"query.at", fmt.Sprintf("is not below %d", len(corpus.Conversations)))
	}
	conv := &corpus.Conversations[at]
	if err := s.checkLength(len(conv.Utterances)); err != nil {
		return nil, err
	}
	out := &answer[Opened]{Opened{Shown: shownOf(corpus, conv)}}
	for i := range corpus.Conversations {
		c := &corpus.Conversations[i]
		out.Body.Conversations = append(out.Body.Conversations, Listed{c.String(), len(c.Utterances)})
	}
	return out, nil
}

// extension is what the name of a data file may end in.
var extension = regexp.MustCompile(`^\.[a-z0-9]{1,8}$`)

// readFile reads a corpus of the bytes of a file. Its name only tells the format.
func (s *Server) readFile(run *loaded, name string, body []byte) (*erc.Corpus, error) {
	kind := strings.ToLower(filepath.Ext(name))
	if !extension.MatchString(kind) {
		return nil, refuse(http.StatusUnprocessableEntity, "the format of the file is not known", "give the name of the file, such as talk.npz or talk.csv", "query.name", "has no extension")
	}
	var corpus *erc.Corpus
	var err error
	if kind == ".npz" { // without a copy on the disk, and with a bound on what is unpacked
		corpus, err = run.run.Decode("the file", bytes.NewReader(body), int64(len(body)), s.limits.bodyBytes())
	} else {
		corpus, err = s.readOther(run, kind, body)
	}
	if err != nil {
		return nil, refuse(http.StatusUnprocessableEntity, "the file is not valid", fault.Of(err), "body", err.Error())
	}
	return corpus, nil
}

// readOther reads a file by way of a folder of its own, so that a file which names others
// finds none.
func (s *Server) readOther(run *loaded, kind string, body []byte) (*erc.Corpus, error) {
	dir, err := os.MkdirTemp("", "gsdnet-open-")
	if err != nil {
		return nil, s.disk(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "file"+kind)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		return nil, s.disk(err)
	}
	corpus, err := run.run.Read(path)
	if err != nil {
		return nil, fault.Input(strings.ReplaceAll(fault.Of(err), path, "the file"), "%s", strings.ReplaceAll(err.Error(), path, "the file"))
	}
	return corpus, nil
}

// disk logs why a file could not be written, which a client need not know.
func (s *Server) disk(err error) error {
	s.config.Log.Error("a file to open could not be written", "error", err)
	return fault.Failure("the log of the server has the reason", "the server cannot write the file to its disk")
}
