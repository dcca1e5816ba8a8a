// Package tomlfault says what is wrong with a TOML document in the words of its
// author, who knows keys and values and not the types that they are read into.
package tomlfault

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// mismatch finds the kind of value that was given and the type that was wanted.
var mismatch = regexp.MustCompile(`cannot decode TOML (.+?) into (?:struct field .* of type |a Go value of type |a )?(\S+(?: \{.*)?)$`)

// outOfRange finds a number that its setting cannot hold.
var outOfRange = regexp.MustCompile(`(?:integer|float) value (\S+) cannot be stored in`)

// Message returns the fault on one line, with its key if it has one.
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

// wanted names what a type is written as.
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

// given names a kind of value.
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
