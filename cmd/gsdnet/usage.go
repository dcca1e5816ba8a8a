package main

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/alecthomas/kong"

	"gsdnet/internal/fault"
)

// usageFaults are the parser's messages and what is printed for each: an error, and a
// hint that is followed by where the help is. $1 and $2 are the groups.
var usageFaults = []struct{ parser, message, hint string }{
	{`unknown flag (-[^-]\S*), did you mean .*`, `unknown flag $1`, ``}, // every short flag is near
	{`unknown flag (\S+), did you mean (?:one of )?(.*)\?`, `unknown flag $1`, `did you mean $2? `},
	{`unknown flag (\S+)`, `unknown flag $1`, ``},
	{`unexpected argument (.*), did you mean (?:one of )?(.*)\?`, `unknown verb "$1"`, `did you mean $2? `},
	{`(\S+): expected \w+ value but got "EOL".*`, `$1: no value is given`, ``},
	{`(\S+): expected \w+ value but got "(.*)" \(\w+ flag\).*`, `$1: "$2" looks like another flag`, `write $1=$2 if it is the value; `},
	{`(\S+): expected \w+ value but got "(.*)" \(.*\).*`, `$1: "$2" looks like another flag`, `write $1=VALUE; `},
	{`(\S+): expected a valid \d+ bit int but got "(.*)"`, `$1: "$2" is not a whole number, or it is too large`, ``},
	{`(\S+): expected a valid \d+ bit uint but got "(.*)"`, `$1: "$2" is not a whole number of 0 or more, or it is too large`, ``},
	{`(\S+): expected a float but got "(.*)" .*`, `$1: "$2" is not a number`, ``},
	{`(\S+): bool value must be .* but got "(.*)"`, `$1: it takes no value, but got "$2"`, `write $1 alone; `},
	{`unexpected flag argument "(.*)"`, `unexpected value "$1" of a flag that takes none`, ``},
}

// usage turns an error of the parser into one in plain words, with a hint.
func usage(app *kong.Application, err error) error {
	node := app.Node
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context.Selected() != nil {
		node = parse.Context.Selected()
	}
	help := fmt.Sprintf("see %s --help", node.FullPath())
	message := err.Error()
	switch {
	case strings.HasPrefix(message, "missing flags: "), strings.HasPrefix(message, "expected \"<"),
		strings.HasPrefix(message, "missing positional arguments "):
		return fault.Input(help, "%s", missingArguments(node, message))
	case strings.HasPrefix(message, "expected "):
		return fault.Input("choose one of "+children(node)+"; "+help, "%s: no verb is given", node.FullPath())
	case strings.HasPrefix(message, "unexpected argument ") && len(node.Children) > 0 && !strings.Contains(message, "did you mean"):
		return fault.Input("choose one of "+children(node)+"; "+help, "unknown verb %q", strings.TrimPrefix(message, "unexpected argument "))
	case strings.HasPrefix(message, "unexpected argument ") && len(node.Children) == 0:
		first, _, _ := strings.Cut(strings.TrimPrefix(message, "unexpected argument "), ", did you mean")
		return fault.Input(help, "unexpected argument %q: %s takes %s", first, node.FullPath(), positionals(node))
	}
	for _, known := range usageFaults {
		pattern := regexp.MustCompile("(?s)^" + known.parser + "$")
		if pattern.MatchString(message) {
			return fault.Input(strings.ReplaceAll(pattern.ReplaceAllString(message, known.hint), `"`, "")+help,
				"%s", pattern.ReplaceAllString(message, known.message))
		}
	}
	return fault.Input(help, "%w", err)
}

// missingArguments says what is missing of a verb.
func missingArguments(node *kong.Node, message string) string {
	if list, ok := strings.CutPrefix(message, "missing flags: "); ok {
		var names []string
		for _, flag := range strings.Split(list, ", ") {
			name, _, _ := strings.Cut(flag, "=")
			names = append(names, name)
		}
		if len(names) == 1 {
			return fmt.Sprintf("the flag %s is missing", names[0])
		}
		return fmt.Sprintf("the flags %s are missing", strings.Join(names, " and "))
	}
	return fmt.Sprintf("an argument is missing: %s takes %s", node.FullPath(), positionals(node))
}

// positionals says which arguments a verb takes.
func positionals(node *kong.Node) string {
	var names []string
	for _, argument := range node.Positional {
		names = append(names, strings.ToUpper(argument.Name))
	}
	switch len(names) {
	case 0:
		return "no arguments, only flags"
	case 1:
		return "one argument, " + names[0]
	}
	return fmt.Sprintf("%d arguments, %s", len(names), strings.Join(names, " and "))
}

// children lists the verbs of a group.
func children(node *kong.Node) string {
	var names []string
	for _, child := range node.Children {
		names = append(names, child.Name)
	}
	return strings.Join(names, ", ")
}

// noneEmpty refuses flags and arguments with empty values: a script's variable was
// not set.
func noneEmpty(parsed *kong.Context) error {
	for _, path := range parsed.Path {
		var value *kong.Value
		var name string
		switch {
		case path.Flag != nil:
			value, name = path.Flag.Value, "--"+path.Flag.Name
		case path.Positional != nil:
			value, name = path.Positional, strings.ToUpper(path.Positional.Name)
		default:
			continue
		}
		if empty(value.Target) {
			return fault.Input("give it a value, or leave it out where it has a default", "%s: the value is empty", name)
		}
	}
	return nil
}

// empty reports whether a value is the empty string, or a list with one in it.
func empty(value reflect.Value) bool {
	switch value.Kind() {
	case reflect.String:
		return strings.TrimSpace(value.String()) == ""
	case reflect.Slice:
		for i := range value.Len() {
			if empty(value.Index(i)) {
				return true
			}
		}
		return value.Len() == 0
	}
	return false
}

// helpText is the help of a flag or argument with its default, which the parser
// hides behind a placeholder.
func helpText(value *kong.Value) string {
	text := kong.DefaultHelpValueFormatter(value)
	if value.Flag == nil || !value.HasDefault || value.Flag.PlaceHolder == "" || value.Default == "" || value.Default == "false" {
		return text
	}
	return fmt.Sprintf("%s (default %s).", strings.TrimSuffix(text, "."), value.Default)
}

// nameValues gives the values of flags names that say what they are, where the
// parser would print their type.
func nameValues(node *kong.Node) {
	for _, flag := range node.Flags {
		if flag.PlaceHolder != "" || flag.IsBool() || flag.HasDefault {
			continue
		}
		switch flag.Name {
		case "data", "in", "config":
			flag.PlaceHolder = "FILE"
		case "out", "masks":
			flag.PlaceHolder = "DIR"
		default:
			flag.PlaceHolder = strings.ToUpper(flag.Name)
		}
	}
	for _, child := range node.Children {
		nameValues(child)
	}
}
