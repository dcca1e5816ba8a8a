// Package tomlfault turns an error of the TOML library into a message for the author of
// the document. It names the key and the kind of value that is wanted, and no Go types.
package tomlfault

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// mismatch matches the kind of value in the document and the Go type that was wanted.
var mismatch = regexp.MustCompile(`cannot decode TOML (.+?) into (?:struct field .* of type |a Go value of type |a )?(\S+(?: \{.*)?)$`)

// outOfRange matches a number that does not fit into its setting.
var outOfRange = regexp.MustCompile(`(?:integer|float) value (\S+) cannot be stored in`)

// Message returns one line such as "train.epochs must be a whole number, not text".
func Message(err error) string {
	text := strings.TrimPrefix(err.Error(), "toml: ")
	key := ""
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		key = strings.Join(bad.Key(), ".")
	}
	if key == "" {
		key = "the value"
	}
	if found := outOfRange.FindStringSubmatch(text); found != nil {
		return fmt.Sprintf("%s: %s is out of range", key, found[1])
	}
	if found := mismatch.FindStringSubmatch(text); found != nil {
		return fmt.Sprintf("%s must be %s, not %s", key, wanted(found[2]), given(found[1]))
	}
	text, _, _ = strings.Cut(text, "\n")
	return text
}

// wanted returns how a value of a Go type is called in a settings file.
func wanted(goType string) string {
	switch name := strings.TrimLeft(goType, "*"); {
	case strings.HasPrefix(name, "int"), strings.HasPrefix(name, "uint"):
		return "a whole number"
	case strings.HasPrefix(name, "float"):
		return "a number"
	case name == "string":
		return "text in quotes"
	case name == "bool":
		return "true or false"
	case strings.HasPrefix(name, "["), name == "slice", name == "array":
		return "a list"
	}
	return "a table of settings"
}

// given returns the name of a kind of TOML value.
func given(kind string) string {
	switch kind {
	case "integer":
		return "a whole number"
	case "float":
		return "a decimal number"
	case "string":
		return "text"
	case "boolean", "bool":
		return "true or false"
	case "array":
		return "a list"
	}
	if strings.HasSuffix(kind, "table") {
		return "a table"
	}
	return "a " + kind
}
