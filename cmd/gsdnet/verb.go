package main

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// A verb is one file of this package. The file declares a struct of flags and
// arguments with the methods Help and Run, and registers it:
//
//	func init() { register[wordsCmd]("data words", "Count the words of a file.") }
//
// The command line, the help texts, shell completion and the tests that try every
// verb go through the list that register fills. docs/extending.md has a complete
// example.

// runner is what a struct of flags must be able to do. Help returns the text below
// the flags in --help, which begins with an example; Run does the work.
type runner interface {
	Help() string
	Run(ctx context.Context, term *terminal) error
}

// verb is one registered verb, or a group of verbs such as "data".
type verb struct {
	name  string       // its words: "train", "data mask"
	help  string       // one sentence for the list of verbs
	flags reflect.Type // the struct of its flags and arguments; nil for a group
	usual string       // of a group: the last word of the verb that runs if none is named
}

// verbs are the registered verbs and groups by name.
var verbs = map[string]verb{}

// register adds a verb whose flags and arguments are the fields of F. A verb of two
// words, such as "data mask", belongs to the group that its first word names. Register
// panics if the name is taken.
func register[F any, C interface {
	*F
	runner
}](name, help string) {
	add(verb{name: name, help: help, flags: reflect.TypeFor[F]()})
}

// registerGroup adds a group, whose verbs have names that begin with its name.
func registerGroup(name, help string) { add(verb{name: name, help: help}) }

// registerGroupOf adds a group in which the last word of the usual verb may be left out:
// "sweep grid.toml" is "sweep run grid.toml".
func registerGroupOf(name, help, usual string) { add(verb{name: name, help: help, usual: usual}) }

func add(v verb) {
	if _, taken := verbs[v.name]; taken {
		panic(fmt.Sprintf("gsdnet: the verb %q is registered twice", v.name))
	}
	verbs[v.name] = v
}

// below lists the verbs of a group in alphabetical order; the group "" has the verbs
// and groups of one word.
func below(group string) []verb {
	var found []verb
	for _, v := range verbs {
		parent, _ := cutLast(v.name)
		if parent == group {
			found = append(found, v)
		}
	}
	slices.SortFunc(found, func(a, b verb) int { return strings.Compare(a.name, b.name) })
	return found
}

// cutLast splits the last word off a name.
func cutLast(name string) (parent, last string) {
	i := strings.LastIndex(name, " ")
	return name[:max(i, 0)], name[i+1:]
}

// structure returns the type that the parser reads a verb's command line into. That
// of a group has a field for each of its verbs.
func (v verb) structure() reflect.Type {
	if v.flags != nil {
		return v.flags
	}
	var fields []reflect.StructField
	for i, child := range below(v.name) {
		_, last := cutLast(child.name)
		tag := fmt.Sprintf("cmd:\"\" name:%q help:%q", last, child.help)
		if last == v.usual {
			tag += ` default:"withargs"`
		}
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("Verb%d", i), Type: child.structure(), Tag: reflect.StructTag(tag),
		})
	}
	return reflect.StructOf(fields)
}

// root holds the flags that may stand before every verb.
type root struct {
	Version versionFlag `help:"Print the version."`
	Quiet   bool        `help:"Print neither progress nor notes. Results, warnings and errors are still printed." short:"q"`
}

// newParser returns the parser of the command line. It reads the flags of every verb
// into flags.
func newParser(flags *root, term *terminal) (*kong.Kong, error) {
	options := []kong.Option{
		kong.Name("gsdnet"),
		kong.Description("Emotion recognition in conversations when modalities are missing."),
		kong.ValueFormatter(helpText),
		protocolVars(),
		backendVars(),
		spectrumVars(),
		kong.Writers(term.out, term.err),
		kong.Exit(func(code int) { panic(exit(code)) }),
	}
	for _, v := range below("") {
		options = append(options, kong.DynamicCommand(v.name, v.help, "", reflect.New(v.structure()).Interface()))
	}
	parser, err := kong.New(flags, options...)
	if err != nil {
		return nil, err
	}
	nameValues(parser.Model.Node)
	return parser, nil
}
