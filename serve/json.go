package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// The bodies of requests are large arrays of numbers. encoding/json copies a body before it
// decodes it if unknown fields are to be refused, and scans every number four times. Here a
// body is checked once, and its values are found without a copy.

// object is a value that reads the fields of a JSON object. Field returns errUnknown for a
// field that it does not have.
type object interface {
	field(key string, value jsonText, place string) error
}

// errUnknown is the error of a field that is not known.
var errUnknown = errors.New("unknown field")

// jsonText is a part of a valid JSON text, without space around it.
type jsonText struct {
	bytes []byte
	at    int // of its first byte in the body
}

// decode reads a body that is one JSON object of known fields.
func decode(body []byte, into object) error {
	if !json.Valid(body) {
		return malformed(body)
	}
	return decodeObject(jsonText{body, 0}.trimmed(), "body", into)
}

// malformed says where a text stops being JSON.
func malformed(body []byte) error {
	const hint = "GET /openapi.json describes the body"
	var ignored json.RawMessage
	var syntax *json.SyntaxError
	err := json.Unmarshal(body, &ignored)
	if errors.As(err, &syntax) && syntax.Offset < int64(len(body)) {
		return refuse(http.StatusBadRequest, "the body is not one JSON value", hint, "body", "is malformed at byte "+strconv.FormatInt(syntax.Offset, 10))
	}
	return refuse(http.StatusBadRequest, "the body is not one JSON value", hint, "body", "ends too early")
}

// wrongKind refuses a value that is not what its place needs.
func wrongKind(value jsonText, place string) error {
	return refuse(http.StatusUnprocessableEntity, "the body has a value of the wrong kind", "GET /openapi.json describes the body",
		place, "is of the wrong kind at byte "+strconv.Itoa(value.at))
}

// decodeObject reads an object, or null, which leaves everything as it is.
func decodeObject(text jsonText, place string, into object) error {
	if string(text.bytes) == "null" {
		return nil
	}
	if text.bytes[0] != '{' {
		return wrongKind(text, place)
	}
	rest := text.from(1).trimmed()
	for rest.bytes[0] != '}' {
		key, after := rest.value()
		value, next := after.trimmed().from(1).trimmed().value() // behind the colon
		err := into.field(unquoted(key.bytes), value, place)
		if errors.Is(err, errUnknown) {
			return refuse(http.StatusUnprocessableEntity, "the body has a field that is not known", "GET /openapi.json describes the body", place, "has a field that is not known")
		}
		if err != nil {
			return err
		}
		if rest = next.trimmed(); rest.bytes[0] == ',' {
			rest = rest.from(1).trimmed()
		}
	}
	return nil
}

// decodeArray calls visit with every element of an array; null has none.
func decodeArray(text jsonText, place string, visit func(i int, element jsonText) error) error {
	if string(text.bytes) == "null" {
		return nil
	}
	if text.bytes[0] != '[' {
		return wrongKind(text, place)
	}
	rest := text.from(1).trimmed()
	for i := 0; rest.bytes[0] != ']'; i++ {
		element, next := rest.value()
		if err := visit(i, element); err != nil {
			return err
		}
		if rest = next.trimmed(); rest.bytes[0] == ',' {
			rest = rest.from(1).trimmed()
		}
	}
	return nil
}

// from returns the text without its first n bytes.
func (t jsonText) from(n int) jsonText { return jsonText{t.bytes[n:], t.at + n} }

// trimmed returns the text without the space before it.
func (t jsonText) trimmed() jsonText {
	n := 0
	for n < len(t.bytes) && strings.IndexByte(" \t\r\n", t.bytes[n]) >= 0 {
		n++
	}
	return t.from(n)
}

// value splits off the value that the text begins with.
func (t jsonText) value() (value, rest jsonText) {
	n := valueLength(t.bytes)
	return jsonText{t.bytes[:n:n], t.at}, t.from(n)
}

// valueLength returns the length of the JSON value that a valid text begins with.
func valueLength(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i += quotedLength(text[i:]) - 1
			if depth == 0 {
				return i + 1
			}
		case '[', '{':
			depth++
		case ']', '}':
			if depth == 0 {
				return i // of the array or object around a number or a word
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',', ':', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

// quotedLength returns the length of the string that a valid text begins with.
func quotedLength(text []byte) int {
	for i := 1; ; {
		end := bytes.IndexByte(text[i:], '"')
		escape := bytes.IndexByte(text[i:i+end], '\\')
		if escape < 0 {
			return i + end + 1
		}
		i += escape + 2
	}
}

// unquoted returns the content of a string.
func unquoted(text []byte) string {
	if bytes.IndexByte(text, '\\') < 0 {
		return string(text[1 : len(text)-1])
	}
	var out string
	_ = json.Unmarshal(text, &out) // the text is valid
	return out
}
