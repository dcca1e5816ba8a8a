package serve

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// recorded is the recording of a conversation that the server was started with.
type recorded struct {
	Name  string `json:"name" doc:"Name of the file."`
	Type  string `json:"type" doc:"Its media type."`
	URL   string `json:"url" doc:"Where it is read, whole or in ranges. On a server with a token it carries a ticket, which is valid for some hours, because the players of browsers send no token."`
	Times []Span `json:"times,omitempty" doc:"When each utterance begins and ends, if that is known."`
	From  string `json:"from,omitempty" doc:"Name of the file that has the times."`
	Note  string `json:"note,omitempty" doc:"Why there are no times."`
}

// recordingRoute adds the route that sends a recording.
func (s *Server) recordingRoute(api huma.API) {
	op := huma.Operation{OperationID: "recording", Method: http.MethodGet, Path: "/v1/examples/{id}/recording",
		Summary: "Send the recording of one of these conversations.", Description: "Ranges are answered. Only the files that --media names are sent, and of folders only recordings that do not lie outside of them.",
		Errors: []int{401, 403, 404, 416, 421, 422, 500},
		Responses: map[string]*huma.Response{
			"200": {Description: "OK", Content: map[string]*huma.MediaType{"audio/*": {Schema: binarySchema()}, "video/*": {Schema: binarySchema()}}},
			"206": {Description: "A range of it."},
		}}
	huma.Register(api, op, func(_ context.Context, in *struct {
		ID     int    `path:"id" minimum:"0"`
		Until  int64  `query:"until" doc:"When the ticket ends, in seconds since 1970."`
		Ticket string `query:"ticket" maxLength:"100" doc:"The ticket of the address in /v1/examples/{id}; requests with the token need none."`
	}) (*huma.StreamResponse, error) {
		none := refuse(http.StatusNotFound, "there is no such recording", "GET /v1/examples/{id} says whether a conversation has one", "path.id", "is not the number of a conversation with a recording")
		examples := *s.examples.Load()
		if in.ID >= len(examples) || examples[in.ID].recording == nil {
			return nil, none
		}
		file, info, err := examples[in.ID].recording.open()
		if err != nil {
			s.config.Log.Warn("a recording cannot be read", "of", examples[in.ID].conv.String(), "error", err)
			return nil, none
		}
		kind := examples[in.ID].recording.kind
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			defer func() { _ = file.Close() }()
			r, w := humago.Unwrap(ctx)
			sendRecording(w, r, file, info, kind, seconds(s.limits.BodyTimeout))
		}}, nil
	})
}

func binarySchema() *huma.Schema { return &huma.Schema{Type: huma.TypeString, Format: "binary"} }

// open opens the file within its folder.
func (r *recording) open() (*os.File, os.FileInfo, error) {
	root, err := os.OpenRoot(r.dir)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = root.Close() }()
	// A file that was replaced by a pipe would wait for its writer when it is opened.
	if !regular(root, r.path) {
		return nil, nil, fmt.Errorf("%s: not a file of the folder", r.path)
	}
	file, err := root.Open(filepath.FromSlash(r.path))
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		_ = file.Close()
		return nil, nil, fmt.Errorf("%s: not a file of the folder", r.path)
	}
	return file, info, nil
}

// sendRecording answers a request for a recording. The pages of other sites cannot embed it,
// and it does nothing where somebody opens it by itself.
func sendRecording(w http.ResponseWriter, r *http.Request, file *os.File, info os.FileInfo, kind string, patience time.Duration) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "private, no-cache")
	h.Set("ETag", fmt.Sprintf(`"%x-%x"`, info.Size(), info.ModTime().UnixNano()))
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; media-src 'self'; sandbox")
	h.Set("Referrer-Policy", "no-referrer")
	http.ServeContent(&patient{w, http.NewResponseController(w), patience}, r, "", info.ModTime(), file)
}

// patient gives each piece of a long answer its own time to be received.
type patient struct {
	http.ResponseWriter
	control *http.ResponseController
	time    time.Duration
}

func (p *patient) Write(data []byte) (int, error) {
	_ = p.control.SetWriteDeadline(time.Now().Add(p.time)) // recorders have no deadlines
	return p.ResponseWriter.Write(data)
}

// recorded describes the recording of an example; nil without one.
func (s *Server) recorded(id int, e *example) *recorded {
	r := e.recording
	if r == nil {
		return nil
	}
	address := fmt.Sprintf("/v1/examples/%d/recording", id)
	if s.config.Token != "" {
		until := strconv.FormatInt(time.Now().Add(ticketTime).Unix(), 10)
		address += "?" + url.Values{"until": {until}, "ticket": {s.ticket(address, until)}}.Encode()
	}
	return &recorded{Name: r.name(), Type: r.kind, URL: address, Times: r.times, From: r.from, Note: r.note}
}

// ticketTime is how long the address of a recording is valid.
const ticketTime = 6 * time.Hour

// ticket returns the proof that the server itself gave out an address. Its key is the
// server's own, so that a ticket of another server, or of one before, is worth nothing.
func (s *Server) ticket(path, until string) string {
	proof := hmac.New(sha256.New, s.key)
	proof.Write([]byte(path + "\n" + until))
	return base64.RawURLEncoding.EncodeToString(proof.Sum(nil))
}

// ticketed reports whether a request reads a recording with a ticket that is valid.
func (s *Server) ticketed(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || !strings.HasPrefix(r.URL.Path, "/v1/examples/") {
		return false
	}
	query := r.URL.Query()
	until, err := strconv.ParseInt(query.Get("until"), 10, 64)
	return err == nil && time.Now().Unix() < until &&
		hmac.Equal([]byte(query.Get("ticket")), []byte(s.ticket(r.URL.Path, query.Get("until"))))
}
