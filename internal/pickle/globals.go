package pickle

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// global is a name that a pickle may use. call builds a value from arguments; a
// name without call is only passed as an argument.
type global struct {
	name string
	call func(args Tuple) (Value, error)
}

// globals lists every name that is not refused. numpy 2 writes numpy._core where
// numpy 1 writes numpy.core.
var globals = map[string]*global{}

func init() {
	for name, call := range map[string]func(Tuple) (Value, error){
		"numpy.core.multiarray._reconstruct": reconstruct,
		"numpy.core.multiarray.scalar":       scalar,
		"numpy.core.numeric._frombuffer":     fromBuffer,
		"numpy.ndarray":                      nil,
		"numpy.dtype":                        newType,
		"_codecs.encode":                     encode,
		"__builtin__.bytes":                  emptyBytes,
		"builtins.set":                       newSet,
		"__builtin__.set":                    newSet,
		"builtins.list":                      newList,
		"__builtin__.list":                   newList,
		"collections.defaultdict":            func(Tuple) (Value, error) { return &Dict{}, nil },
	} {
		globals[name] = &global{name, call}
	}
}

// nameInstructions look up names and build values from them.
func nameInstructions() map[byte]instruction {
	return map[byte]instruction{
		'c':  (*machine).globalLines,
		0x93: (*machine).stackGlobal,
		'R':  (*machine).reduce,
		0x81: (*machine).reduce, // NEWOBJ calls the class with the arguments likewise
		'b':  (*machine).build,
	}
}

// lookup finds a name of the list.
func lookup(module, name string) (*global, error) {
	if rest, ok := strings.CutPrefix(module, "numpy._core"); ok {
		module = "numpy.core" + rest
	}
	if g, ok := globals[module+"."+name]; ok {
		return g, nil
	}
	return nil, fmt.Errorf("the file asks for %.80q, which is refused: only lists, dictionaries, sets and arrays of numpy are read", module+"."+name)
}

func (m *machine) globalLines() error {
	module, err := m.line()
	if err != nil {
		return err
	}
	name, err := m.line()
	if err != nil {
		return err
	}
	g, err := lookup(module, name)
	if err != nil {
		return err
	}
	return m.push(g)
}

func (m *machine) stackGlobal() error {
	items, err := m.popN(2)
	if err != nil {
		return err
	}
	module, isText := items[0].(string)
	name, isText2 := items[1].(string)
	if !isText || !isText2 {
		return fmt.Errorf("a name that is not text")
	}
	g, err := lookup(module, name)
	if err != nil {
		return err
	}
	return m.push(g)
}

// reduce calls the name below the arguments on top.
func (m *machine) reduce() error {
	items, err := m.popN(2)
	if err != nil {
		return err
	}
	g, isGlobal := items[0].(*global)
	args, isTuple := items[1].(Tuple)
	if !isGlobal || !isTuple || g.call == nil {
		return fmt.Errorf("a call of what is no function, or without arguments: the file is damaged")
	}
	v, err := g.call(args)
	if err != nil {
		return fmt.Errorf("%s: %w", g.name, err)
	}
	return m.push(v)
}

// build gives the value below its state on top.
func (m *machine) build() error {
	state, err := m.pop()
	if err != nil {
		return err
	}
	top, err := m.top()
	if err != nil {
		return err
	}
	switch v := top.(type) {
	case *Array:
		return v.setState(state)
	case *dtype:
		return v.setState(state)
	}
	return fmt.Errorf("a state for what has none: the file is damaged")
}

// encode turns Latin-1 text into bytes: protocol 2 writes bytes so.
func encode(args Tuple) (Value, error) {
	if len(args) != 2 {
		return nil, errArguments
	}
	s, isText := args[0].(string)
	if encoding, _ := args[1].(string); !isText || encoding != "latin1" {
		return nil, fmt.Errorf("only text in latin1 is read")
	}
	out := make([]byte, 0, utf8.RuneCountInString(s))
	for _, r := range s {
		if r > 0xff {
			return nil, fmt.Errorf("a character outside latin1")
		}
		out = append(out, byte(r))
	}
	return out, nil
}

func emptyBytes(args Tuple) (Value, error) {
	if len(args) != 0 {
		return nil, errArguments
	}
	return []byte{}, nil
}

// items are those of the one argument of set and list, or none.
func items(args Tuple) ([]Value, error) {
	if len(args) == 0 {
		return nil, nil
	}
	if len(args) > 1 {
		return nil, errArguments
	}
	switch v := args[0].(type) {
	case *List:
		return append([]Value(nil), v.Items...), nil
	case Tuple:
		return append([]Value(nil), v...), nil
	}
	return nil, errArguments
}

func newSet(args Tuple) (Value, error) {
	list, err := items(args)
	return &Set{list}, err
}

func newList(args Tuple) (Value, error) {
	list, err := items(args)
	return &List{list}, err
}
