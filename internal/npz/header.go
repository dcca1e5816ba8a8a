package npz

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"gsdnet/internal/fault"
)

// The .npy format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
const (
	magic = "\x93NUMPY"
	// MaxHeaderBytes bounds the dictionary of a .npy, as NumPy itself does.
	MaxHeaderBytes = 10_000
	// maxRank is NumPy's own limit on dimensions.
	maxRank = 64
)

var errHeader = errors.New("malformed .npy header")

// header is the dictionary at the start of a .npy.
type header struct {
	dtype   string
	shape   []int
	fortran bool   // stored column by column
	raw     []byte // all of the above as it is in the file, magic included
}

// readHeader reads a .npy up to its data.
func readHeader(r io.Reader) (header, error) {
	var start [12]byte
	if _, err := io.ReadFull(r, start[:10]); err != nil || string(start[:6]) != magic {
		return header{}, errors.New("not a .npy array")
	}
	fixed, length := 10, int(start[8])|int(start[9])<<8
	switch start[6] {
	case 1:
	case 2, 3:
		if _, err := io.ReadFull(r, start[10:]); err != nil {
			return header{}, errHeader
		}
		fixed, length = 12, length|int(start[10])<<16|int(start[11])<<24
	default:
		return header{}, fault.Input("save it with np.savez, or copy the file again if it is damaged", ".npy version %d is not supported", start[6])
	}
	if length > MaxHeaderBytes {
		return header{}, fault.Input("save each field as an array of its own, or copy the file again if it is damaged", ".npy header of %d bytes, more than %d", length, MaxHeaderBytes)
	}
	raw := append(start[:fixed:fixed], make([]byte, length)...)
	if _, err := io.ReadFull(r, raw[fixed:]); err != nil {
		return header{}, errHeader
	}
	h, err := parseHeader(string(raw[fixed:]))
	h.raw = raw
	return h, err
}

// parseHeader parses the Python dictionary, as
// {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
// and accepts any order of keys, spacing and quotes, but no other Python.
func parseHeader(text string) (header, error) {
	p := &scanner{rest: text}
	h := header{}
	seen := map[string]bool{}
	p.expect("{")
	for !p.failed && !p.accept("}") {
		key := p.quoted()
		p.expect(":")
		if seen[key] {
			return header{}, errHeader
		}
		seen[key] = true
		switch key {
		case "descr":
			if p.peek("[") || p.peek("(") {
				h.dtype = p.nested()
			} else {
				h.dtype = p.quoted()
			}
		case "fortran_order":
			if h.fortran = p.accept("True"); !h.fortran {
				p.expect("False")
			}
		case "shape":
			h.shape = p.tuple()
		default:
			return header{}, errHeader
		}
		if !p.accept(",") && !p.peek("}") {
			return header{}, errHeader
		}
	}
	if p.failed || len(seen) != 3 || strings.TrimSpace(p.rest) != "" {
		return header{}, errHeader
	}
	return h, nil
}

// scanner eats a header from the left. After a failure it eats nothing more.
type scanner struct {
	rest   string
	failed bool
}

func (s *scanner) peek(token string) bool {
	s.rest = strings.TrimLeft(s.rest, " \t\n")
	return strings.HasPrefix(s.rest, token)
}

func (s *scanner) accept(token string) bool {
	if !s.peek(token) {
		return false
	}
	s.rest = s.rest[len(token):]
	return true
}

func (s *scanner) expect(token string) {
	if !s.accept(token) {
		s.failed = true
	}
}

// quoted eats a string without escapes.
func (s *scanner) quoted() string {
	quote := "'"
	if s.peek(`"`) {
		quote = `"`
	}
	s.expect(quote)
	text, rest, found := strings.Cut(s.rest, quote)
	if s.failed || !found || strings.ContainsAny(text, "\\\n") {
		s.failed = true
		return ""
	}
	s.rest = rest
	return text
}

// nested eats a list or tuple with whatever is in it, as the fields of a
// structured type are written, and returns its text.
func (s *scanner) nested() string {
	depth, quote := 0, byte(0)
	for i := 0; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case quote != 0 && c == '\\':
			i++ // whatever is escaped
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
		case c == '\'' || c == '"':
			quote = c
		case c == '[' || c == '(':
			depth++
		case c == ']' || c == ')':
			if depth--; depth == 0 {
				text := s.rest[:i+1]
				s.rest = s.rest[i+1:]
				return text
			}
		}
	}
	s.failed = true
	return ""
}

// tuple eats (), (3,), (3, 4) …
func (s *scanner) tuple() []int {
	var shape []int
	s.expect("(")
	for !s.failed && !s.accept(")") {
		end := strings.IndexFunc(s.rest, func(r rune) bool { return r < '0' || r > '9' })
		if end < 0 {
			end = len(s.rest)
		}
		n, err := strconv.Atoi(s.rest[:end])
		if err != nil || len(shape) == maxRank {
			s.failed = true
			return nil
		}
		s.rest = s.rest[end:]
		s.accept("L") // Python 2 wrote its long integers so
		shape = append(shape, n)
		if !s.accept(",") && !s.peek(")") {
			s.failed = true
		}
	}
	return shape
}

// headerOf returns the header to write before the data: the one that was read,
// if it still describes the array, else one of NumPy's format version 1.
func headerOf(a *Array) []byte {
	if a.header != nil {
		h, err := readHeader(bytes.NewReader(a.header))
		if err == nil && h.dtype == a.DType && h.fortran == a.Fortran && slices.Equal(h.shape, a.Shape) {
			return a.header
		}
	}
	return formatHeader(a)
}

// formatHeader returns magic, version and dictionary, padded to 64 bytes as
// NumPy does so that the data can be mapped.
func formatHeader(a *Array) []byte {
	var shape strings.Builder
	for _, d := range a.Shape {
		fmt.Fprintf(&shape, "%d, ", d)
	}
	tuple := strings.TrimSuffix(shape.String(), " ")
	if len(a.Shape) > 1 {
		tuple = strings.TrimSuffix(tuple, ",")
	}
	order := "False"
	if a.Fortran {
		order = "True"
	}
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': (%s), }", a.DType, order, tuple)
	const fixed = 10
	padded := (fixed+len(dict)+1+63)/64*64 - fixed
	dict += strings.Repeat(" ", padded-len(dict)-1) + "\n"
	return append([]byte(magic+"\x01\x00"+string([]byte{byte(padded), byte(padded >> 8)})), dict...)
}
