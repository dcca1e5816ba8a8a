package serve

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Problem is why a request was refused (RFC 9457). It never repeats what the request
// contained.
type Problem struct {
	Title  string       `json:"title" doc:"What the status means."`
	Status int          `json:"status" doc:"The HTTP status."`
	Detail string       `json:"detail" doc:"What is wrong with this request."`
	Hint   string       `json:"hint,omitempty" doc:"What to do about it."`
	Errors []FieldFault `json:"errors,omitempty" doc:"The places of the request that are wrong."`
	after  int          // seconds after which to try again
}

// FieldFault is one place of a request that is wrong.
type FieldFault struct {
	Location string `json:"location" doc:"The place, such as body.utterances[3].audio or query.samples."`
	Message  string `json:"message" doc:"What is wrong there."`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders returns when to try again, if it is known.
func (p *Problem) GetHeaders() http.Header {
	if p.after == 0 {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(p.after)}}
}

// ContentType makes application/problem+json of application/json.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// refuse returns a problem with one place.
func refuse(status int, detail, hint, location, message string) *Problem {
	p := problem(status, detail, hint)
	p.Errors = []FieldFault{{location, message}}
	return p
}

// problem returns a problem of the request as a whole.
func problem(status int, detail, hint string) *Problem {
	return &Problem{Title: http.StatusText(status), Status: status, Detail: detail, Hint: hint}
}

// busy returns a problem that ends by itself.
func busy(detail string) *Problem {
	p := problem(http.StatusServiceUnavailable, detail, "try again after the seconds in Retry-After")
	p.after = 1
	return p
}

// tooLarge returns the problem of a body beyond the limit.
func tooLarge() *Problem {
	return problem(http.StatusRequestEntityTooLarge, "the body is too large", "send less at once, or start the server with a larger --max-body")
}

// write sends the problem where the routes are not involved.
func (p *Problem) write(w http.ResponseWriter) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", problemType)
	w.Header().Del("Content-Length")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // a client that has gone cannot be told
}

// ofLibrary are errors of the library that reads requests, and what is sent instead.
var ofLibrary = []struct {
	text   string
	status int
	detail string
	hint   string
}{
	{"validation failed", http.StatusUnprocessableEntity, "a parameter is wrong", "GET /openapi.json describes the parameters"},
}

func init() {
	// The library offers no other way to choose the type of its errors.
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		p := problem(status, message, "")
		for _, known := range ofLibrary {
			if strings.HasPrefix(message, known.text) {
				p = problem(known.status, known.detail, known.hint)
			}
		}
		for _, err := range errs {
			var detail *huma.ErrorDetail
			if errors.As(err, &detail) { // without the value, which is a part of the request
				p.Errors = append(p.Errors, FieldFault{detail.Location, detail.Message})
			}
		}
		return p
	}
}

// explained turns an error of the root package into a problem.
func (s *Server) explained(err error) error {
	var known *Problem
	var place *erc.Fault
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, context.DeadlineExceeded):
		return problem(http.StatusGatewayTimeout, "the answer took longer than the server allows", "ask for fewer samples, send fewer utterances, or start the server with a larger --timeout")
	case errors.Is(err, context.Canceled):
		return problem(statusGone, "the client has gone", "")
	case errors.As(err, &place):
		return refuse(http.StatusUnprocessableEntity, "the conversation is not valid", fault.Of(err), location(place), place.Problem)
	case fault.IsInput(err):
		return problem(http.StatusUnprocessableEntity, err.Error(), fault.Of(err))
	}
	s.config.Log.Error("a request failed", "error", err)
	return problem(http.StatusInternalServerError, "the answer could not be computed", "the log of the server has the reason")
}

// statusGone is the status in the metrics of a request whose client has gone.
const statusGone = 499

// location is the place of a fault in a body.
func location(f *erc.Fault) string {
	if f.Utterance < 0 {
		return "body"
	}
	return "body.utterances[" + strconv.Itoa(f.Utterance) + "]"
}
