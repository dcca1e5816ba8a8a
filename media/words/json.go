package words

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"

	"gsdnet/internal/fault"
)

const hintJSON = `a JSON file of word vectors has "dimensions" and, behind it, "vectors" with an array of numbers for each word, as winkNLP's embeddings have it`

// isJSON reports whether a file that begins with head is JSON: a brace and then a name. A
// text file may have the brace as a word, which a number follows.
func isJSON(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	if len(head) == 0 || head[0] != '{' {
		return false
	}
	head = bytes.TrimLeft(head[1:], " \t\r\n")
	return len(head) > 0 && head[0] == '"'
}

// errTooLong is the error of a value that takes more than maxLine bytes.
var errTooLong = errors.New("a value is too long")

// A meter passes left bytes on, and then fails, so that a value cannot fill the memory.
type meter struct {
	in   io.Reader
	left int
}

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, errTooLong
	}
	n, err := m.in.Read(p[:min(len(p), m.left)])
	m.left -= n
	return n, err
}

// values reads the values of a JSON file one by one.
type values struct {
	*json.Decoder
	meter *meter
}

// next is Token with a limit for the length of a token.
func (d *values) next() (json.Token, error) {
	d.meter.left = maxLine
	return d.Token()
}

// skip reads a value, token by token.
func (d *values) skip(ctx context.Context) error {
	for n, depth := 0, 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		switch t, err := d.next(); {
		case err != nil:
			return err
		case t == json.Delim('{') || t == json.Delim('['):
			if depth++; depth > 1000 {
				return fault.Input(hintJSON, "more than 1000 arrays lie in one another")
			}
		case t == json.Delim('}') || t == json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// readJSON reads the format of winkNLP's embeddings: an object whose "vectors" has an array
// for each word, of which the first "dimensions" numbers are the vector.
func readJSON(ctx context.Context, in io.Reader, want map[string]bool) (*Vectors, error) {
	m := &meter{in: in}
	d := &values{json.NewDecoder(m), m}
	v := &Vectors{known: map[string][]float32{}}
	err := v.object(d, func(name string) error {
		switch name {
		case "dimensions":
			m.left = maxLine
			if d.Decode(&v.width) != nil || v.width < 1 || v.width > maxWidth {
				return fault.Input(hintJSON, `"dimensions" is not a number from 1 to %d`, maxWidth)
			}
			return nil
		case "vectors":
			if v.width == 0 {
				return fault.Input(hintJSON, `no "dimensions" before "vectors"`)
			}
			return v.object(d, func(word string) error { return v.entry(ctx, d, word, want[word]) })
		}
		return d.skip(ctx)
	})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case fault.Of(err) != "":
		return nil, err
	case errors.Is(err, errTooLong):
		return nil, fault.Input(hintJSON, "near byte %d: a value is longer than %d bytes", d.InputOffset(), maxLine)
	case err != nil:
		return nil, fault.Input("copy the file again", "near byte %d: damaged, or not JSON", d.InputOffset())
	case v.names == nil:
		return nil, fault.Input(hintJSON, "no vectors")
	}
	return v, nil
}

// object reads an object; value reads the value behind a name.
func (v *Vectors) object(d *values, value func(name string) error) error {
	if t, err := d.next(); err != nil || t != json.Delim('{') {
		return fault.Input(hintJSON, "near byte %d: not an object", d.InputOffset())
	}
	for {
		t, err := d.next()
		if err != nil {
			return err
		}
		name, ok := t.(string)
		if !ok { // the end
			return nil
		}
		if err := value(name); err != nil {
			return err
		}
	}
}

// entry reads the vector of a word. Vectors that nobody wants are checked for their length
// in bytes alone, except the first one.
func (v *Vectors) entry(ctx context.Context, d *values, word string, wanted bool) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	d.meter.left = maxLine
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return err
	}
	first := v.names == nil
	v.names = named(v.width)
	if !first && (!wanted || v.known[word] != nil) {
		return nil
	}
	var numbers []float64
	if json.Unmarshal(raw, &numbers) != nil || len(numbers) < v.width {
		return fault.Input(hintJSON, "near byte %d: the vector of %.40q has not %d numbers", d.InputOffset(), word, v.width)
	}
	vector := make([]float32, v.width)
	for i := range vector {
		vector[i] = float32(numbers[i])
		if math.IsInf(float64(vector[i]), 0) {
			return fault.Input(hintJSON, "near byte %d: a number of %.40q is too large", d.InputOffset(), word)
		}
	}
	if wanted {
		v.known[word] = vector
	}
	return nil
}
