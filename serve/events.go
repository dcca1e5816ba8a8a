package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// heartbeat is the time between two signs of life of a stream.
const heartbeat = 15 * time.Second

// beginInput is the request that begins a conversation. It has no body.
type beginInput struct {
	Settings
	Dialogue int32 `query:"dialogue" minimum:"0" doc:"Number of the conversation; with the seed it chooses the noise."`
}

// OneInput names a conversation.
type OneInput struct {
	ID string `path:"id" maxLength:"64" doc:"The conversation."`
}

// appendInput is an utterance that follows.
type appendInput struct {
	OneInput
	incoming incoming
}

// Resolve is that of wholeInput.
func (in *appendInput) Resolve(ctx huma.Context) []error {
	in.incoming.accept(ctx)
	return nil
}

// streamInput asks for the updates of a conversation.
type streamInput struct {
	OneInput
	Last string `header:"Last-Event-ID" maxLength:"20" doc:"Number of utterances that the client has seen; browsers send it when they connect again."`
}

// liveRoutes adds the routes of conversations that go on.
func (s *Server) liveRoutes(api huma.API) {
	begin := s.operation(http.MethodPost, "/v1/conversations", "begin", "Begin a conversation that goes on.", "It has no utterances yet.", 404, 503)
	begin.DefaultStatus = http.StatusCreated
	huma.Register(api, begin, s.begin)
	more := s.operation(http.MethodPost, "/v1/conversations/{id}/utterances", "append", "Append an utterance.",
		"The answer has the updated emotions of all utterances. The streams of the conversation receive them too.", 400, 404, 408, 409, 413, 415, 503, 504)
	huma.Register(api, more, s.append)
	describeBody(api, more.Path, &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		typeJSON: {Schema: schemaOf[utterance](api.OpenAPI().Components.Schemas)},
	}})
	huma.Register(api, s.operation(http.MethodGet, "/v1/conversations/{id}", "latest", "Return the emotions of a conversation.", "", 404),
		func(_ context.Context, in *OneInput) (*answer[Update], error) {
			c, err := s.live.get(in.ID)
			if err != nil {
				return nil, err
			}
			latest, _, _ := c.state()
			return &answer[Update]{latest}, nil
		})
	huma.Register(api, s.operation(http.MethodDelete, "/v1/conversations/{id}", "end", "End a conversation.", "", 404),
		func(_ context.Context, in *OneInput) (*struct{}, error) {
			if _, err := s.live.get(in.ID); err != nil {
				return nil, err
			}
			s.live.end(in.ID, "it was ended")
			return nil, nil
		})
	events := s.operation(http.MethodGet, "/v1/conversations/{id}/events", "events", "Receive the emotions after every utterance.",
		"A stream of server-sent events. The event emotions has the updated emotions, and its id is the number of utterances; the event end says why the stream ends. A client that is slow misses updates that newer ones replace.", 404)
	events.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{
		"text/event-stream": {Schema: schemaOf[Update](api.OpenAPI().Components.Schemas)},
	}}}
	huma.Register(api, events, s.events)
}

func (s *Server) begin(_ context.Context, in *beginInput) (*answer[Update], error) {
	run, err := s.runs.acquire(in.Run)
	if err != nil {
		return nil, err
	}
	defer run.release()
	how, err := s.how(run, in.Settings)
	if err != nil {
		return nil, err
	}
	c, err := s.live.begin(how, in.Dialogue)
	if err != nil {
		return nil, err
	}
	latest, _, _ := c.state()
	return &answer[Update]{latest}, nil
}

// append answers with the updated emotions. The utterance is kept if and only if there are
// any.
func (s *Server) append(ctx context.Context, in *appendInput) (*answer[Update], error) {
	c, err := s.live.get(in.ID)
	if err != nil {
		return nil, err
	}
	if err := jsonOnly(in.incoming.contentType); err != nil {
		return nil, err
	}
	body, err := in.incoming.read(s.limits.bodyBytes())
	if err != nil {
		return nil, err
	}
	var u utterance
	if err := decode(body, &u); err != nil {
		return nil, err
	}
	run, err := s.runs.acquire(c.how.Run)
	if err != nil {
		return nil, err
	}
	defer run.release()
	select {
	case <-c.turn:
		defer func() { c.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil, s.explained(ctx.Err())
	}
	if err := s.checkLength(len(c.utterances) + 1); err != nil {
		return nil, err
	}
	q, numbers, err := c.with(run, &u)
	if err != nil {
		return nil, err
	}
	out, err := s.complete(ctx, run, q, c.how, purpose{})
	if err != nil {
		return nil, err
	}
	return &answer[Update]{c.accept(q, numbers, q.emotions(out.predictions))}, nil
}

// jsonOnly refuses bodies of other media types.
func jsonOnly(contentType string) error {
	media, _, err := mimeOf(contentType)
	if err != nil || media != typeJSON {
		return refuse(http.StatusUnsupportedMediaType, "the media type of the body is not known", "send "+typeJSON, "header.Content-Type", "is not "+typeJSON)
	}
	return nil
}

// events streams the updates of a conversation.
func (s *Server) events(_ context.Context, in *streamInput) (*huma.StreamResponse, error) {
	c, err := s.live.get(in.ID)
	if err != nil {
		return nil, err
	}
	seen, err := strconv.Atoi(in.Last)
	if err != nil {
		seen = -1
	}
	return &huma.StreamResponse{Body: func(h huma.Context) {
		_, w := humago.Unwrap(h)
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Cache-Control", "no-store")
		s.stream(h.Context(), w, c, seen)
	}}, nil
}

// stream sends the updates after the one with seen utterances until the conversation ends
// or the client goes away.
func (s *Server) stream(ctx context.Context, w http.ResponseWriter, c *ongoing, seen int) {
	control := http.NewResponseController(w)
	send := func(format string, values ...any) bool {
		_ = control.SetWriteDeadline(time.Now().Add(seconds(s.limits.BodyTimeout))) // recorders have none
		if _, err := fmt.Fprintf(w, format, values...); err != nil {
			return false
		}
		return control.Flush() == nil
	}
	if control.Flush() != nil { // the head, so that the client knows that it is connected
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		latest, ended, changed := c.state()
		if n := len(latest.Utterances); n != seen {
			data, err := json.Marshal(latest)
			if err != nil || !send("id: %d\nevent: emotions\ndata: %s\n\n", n, data) {
				return
			}
			seen = n
		}
		if ended != "" {
			send("event: end\ndata: {\"reason\":%q}\n\n", ended)
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		case <-beat.C:
			if _, err := s.live.get(c.id); err == nil && !send(": alive\n\n") {
				return
			}
		}
	}
}
