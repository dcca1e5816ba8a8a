package serve

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
)

// vector is the features of one modality of one utterance, or nothing. It is decoded in
// one pass without reflection. What is wrong with it is kept, so that the message can name
// the place in the body.
type vector struct {
	values  []float32
	problem string
}

// UnmarshalJSON reads an array of numbers, or null.
func (v *vector) UnmarshalJSON(text []byte) error {
	*v = vector{}
	if string(text) == "null" {
		return nil
	}
	if text[0] != '[' {
		v.problem = "is not an array of numbers"
		return nil
	}
	text = bytes.TrimSpace(text[1 : len(text)-1]) // the decoder has checked the brackets
	v.values = make([]float32, 0, len(text)/8+1)
	for len(text) > 0 {
		end := bytes.IndexByte(text, ',')
		number := text
		if end >= 0 {
			number, text = text[:end], text[end+1:]
		} else {
			text = nil
		}
		x, err := strconv.ParseFloat(string(bytes.TrimSpace(number)), 32)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			v.problem = "element " + strconv.Itoa(len(v.values)) + " is not a number that a feature can be"
			return nil
		}
		v.values = append(v.values, float32(x))
	}
	return nil
}

// Schema is an array of numbers or null.
func (vector) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeNumber, Format: "float"}, Nullable: true}
}

// whole is a whole number that may be left out.
type whole struct {
	given   bool
	value   int32
	problem string
}

// UnmarshalJSON reads a whole number, or null.
func (w *whole) UnmarshalJSON(text []byte) error {
	*w = whole{}
	if string(text) == "null" {
		return nil
	}
	x, err := strconv.ParseInt(string(text), 10, 32)
	if err != nil {
		w.problem = "is not a whole number of at most 2147483647"
		return nil
	}
	w.given, w.value = true, int32(x)
	return nil
}

// Schema is an integer.
func (whole) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeInteger, Format: "int32"}
}

// speaker is a number or a name.
type speaker struct {
	number  int32
	name    string
	named   bool
	problem string
}

// longestName bounds the name of a speaker, in bytes.
const longestName = 200

// UnmarshalJSON reads a number from 0, or a name.
func (s *speaker) UnmarshalJSON(text []byte) error {
	*s = speaker{}
	switch {
	case string(text) == "null":
	case text[0] == '"':
		s.named = true
		if err := json.Unmarshal(text, &s.name); err != nil || s.name == "" || len(s.name) > longestName {
			s.problem = "is empty or longer than " + strconv.Itoa(longestName) + " bytes"
		}
	default:
		x, err := strconv.ParseInt(string(text), 10, 32)
		if err != nil || x < 0 {
			s.problem = "is neither a whole number from 0 nor a name"
		}
		s.number = int32(x)
	}
	return nil
}

// MarshalJSON writes the number or the name.
func (s speaker) MarshalJSON() ([]byte, error) {
	if s.named {
		return json.Marshal(s.name)
	}
	return json.Marshal(s.number)
}

// Schema is an integer or a string.
func (speaker) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{{Type: huma.TypeInteger, Format: "int32"}, {Type: huma.TypeString}},
		Description: "Who spoke: a number from 0, or a name."}
}
