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
	switch {
	case string(text) == "null":
		*v = vector{}
	case text[0] != '[':
		*v = vector{problem: "is not an array of numbers"}
	default:
		v.values, v.problem = parseNumbers(bytes.TrimSpace(text[1 : len(text)-1])) // the decoder has checked the brackets
	}
	return nil
}

// parseNumbers reads numbers between commas, or says which of them is none.
func parseNumbers(text []byte) (values []float32, problem string) {
	values = make([]float32, 0, bytes.Count(text, []byte{','})+1)
	for len(text) > 0 {
		number, rest, _ := bytes.Cut(text, []byte{','})
		text = rest
		x, err := strconv.ParseFloat(string(bytes.TrimSpace(number)), 32)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, "element " + strconv.Itoa(len(values)) + " is not a number that a feature can be"
		}
		values = append(values, float32(x))
	}
	return values, ""
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
	if string(text) != "null" {
		x, err := strconv.ParseInt(string(text), 10, 32)
		if w.given, w.value = err == nil, int32(x); !w.given {
			w.problem = "is not a whole number of at most 2147483647"
		}
	}
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
