package serve

import (
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// incoming is the body of a request before it is read. The library would read it into a
// buffer that grows, and hold that until the answer is sent; here the body is read into its
// own length, and is free as soon as it is decoded, while the request still waits for a
// worker.
type incoming struct {
	contentType string
	body        io.Reader
	length      int64 // −1 if it is not known
	w           http.ResponseWriter
}

// accept takes the body of a request.
func (in *incoming) accept(ctx huma.Context) {
	r, w := humago.Unwrap(ctx)
	in.contentType, in.body, in.length, in.w = r.Header.Get("Content-Type"), r.Body, r.ContentLength, w
}

// promised bounds how much memory is made ready for a length that a client only promises.
const promised = 4 << 20

// read reads the body, of at most limit bytes. Then the deadline for reading no longer
// applies: it would end a long computation.
func (in *incoming) read(limit int64) ([]byte, error) {
	if in.length > limit {
		return nil, tooLarge()
	}
	out := make([]byte, min(max(in.length, 512), promised))
	n := 0
	for {
		k, err := in.body.Read(out[n:])
		n += k
		switch {
		case int64(n) > limit:
			return nil, tooLarge()
		case errors.Is(err, io.EOF) && n == 0:
			return nil, problem(http.StatusBadRequest, "the body is empty", "send a conversation; docs/serve.md has examples")
		case errors.Is(err, io.EOF):
			noDeadline(in.w)
			return out[:n], nil
		case err != nil:
			return nil, unread(err)
		case n == len(out) && int64(n) == in.length:
			noDeadline(in.w)
			return out, nil
		case n == len(out):
			next := int64(2 * n)
			if in.length > int64(n) {
				next = min(next, in.length)
			}
			out = append(make([]byte, 0, next), out...)[:next]
		}
	}
}

// unread explains why a body could not be read.
func unread(err error) error {
	var slow net.Error
	if errors.As(err, &slow) && slow.Timeout() {
		return problem(http.StatusRequestTimeout, "the body did not arrive in time", "send it faster, or start the server with a larger --body-timeout")
	}
	return problem(http.StatusBadRequest, "the body cannot be read: the connection broke, or its chunks are malformed", "send the request again")
}

// noDeadline removes the deadline for reading.
func noDeadline(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // recorders have none
}
