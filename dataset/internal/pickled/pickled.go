// Package pickled helps the formats that are Python pickles: it decodes a file once
// for all of them, and reads lists of texts, numbers and sequences however Python
// held them, as lists, tuples or arrays of numpy.
//
//	value, hash, err := pickled.Load(source)
//	texts, ok := pickled.Texts(value.(*pickle.Dict).Values[0])
//
// Start reading at Load, then Sequences.
package pickled

import (
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"gsdnet/dataset"
	"gsdnet/internal/pickle"
)

// file is a decoded pickle.
type file struct {
	value pickle.Value
	hash  string
	size  int64
}

// Load decodes a file, once for all formats, and returns its SHA-256 too.
func Load(source *dataset.Source) (pickle.Value, string, error) {
	loaded, err := source.Once(func() (any, error) {
		out := &file{}
		hash, err := source.Stream(func(r io.Reader, size int64) (err error) {
			out.size = size
			// A pickle of numbers has nine bytes a number, one of arrays far fewer values.
			limits := pickle.Limits{Values: 1<<22 + int(size/4), Bytes: int(min(size+1, math.MaxInt))}
			out.value, err = pickle.Decode(r, size, limits)
			return err
		})
		out.hash = hash
		return out, err
	})
	if err != nil {
		return nil, "", err
	}
	f := loaded.(*file)
	return f.value, f.hash, nil
}

// Room returns how many features of one modality a file can hold at most: a number
// takes a byte or more. A file that refers to the same array again and again would
// otherwise take far more memory than its size.
func Room(source *dataset.Source) int {
	loaded, err := source.Once(nil)
	if err != nil {
		return 0
	}
	return int(min(1<<20+loaded.(*file).size, math.MaxInt))
}

// Items returns the members of a list, tuple, set or array of one axis; false of
// anything else.
func Items(v pickle.Value) ([]pickle.Value, bool) {
	switch c := v.(type) {
	case *pickle.List:
		return c.Items, true
	case pickle.Tuple:
		return c, true
	case *pickle.Set:
		return c.Items, true
	case *pickle.Array:
		if len(c.Shape) != 1 {
			return nil, false
		}
		out := make([]pickle.Value, c.Len())
		for i := range out {
			out[i] = c.At(i)
		}
		return out, true
	}
	return nil, false
}

// Text returns a text. Bytes that are not UTF-8 are Latin-1, as Python 2 wrote them.
func Text(v pickle.Value) (string, bool) {
	var raw string
	switch s := v.(type) {
	case string:
		raw = s
	case []byte:
		raw = string(s)
	default:
		return "", false
	}
	if utf8.ValidString(raw) {
		return raw, true
	}
	var out strings.Builder
	for i := range len(raw) {
		out.WriteRune(rune(raw[i]))
	}
	return out.String(), true
}

// Texts returns the members of a list of texts.
func Texts(v pickle.Value) ([]string, bool) {
	items, ok := Items(v)
	out := make([]string, len(items))
	for i, item := range items {
		text, isText := Text(item)
		if !isText {
			return nil, false
		}
		out[i] = text
	}
	return out, ok
}

// Number returns a number: of Python, or an array of numpy with one element.
func Number(v pickle.Value) (float64, bool) {
	switch n := v.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	case bool:
		if n {
			return 1, true
		}
		return 0, true
	case *pickle.Array:
		if n.Len() == 1 {
			return n.Float(0)
		}
	}
	return 0, false
}

// Numbers returns the members of a list of numbers, or of an array whose further
// axes are 1 long.
func Numbers(v pickle.Value) ([]float64, bool) {
	if a, ok := v.(*pickle.Array); ok && a.Kind != pickle.Object {
		if len(a.Shape) == 0 || a.Len() != a.Shape[0] {
			return nil, false
		}
		out := make([]float64, a.Len())
		for i := range out {
			x, isNumber := a.Float(i)
			if !isNumber {
				return nil, false
			}
			out[i] = x
		}
		return out, true
	}
	items, ok := Items(v)
	out := make([]float64, len(items))
	for i, item := range items {
		x, isNumber := Number(item)
		if !isNumber {
			return nil, false
		}
		out[i] = x
	}
	return out, ok
}
