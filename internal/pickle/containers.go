package pickle

import "fmt"

// containerInstructions make containers and fill them.
func containerInstructions() map[byte]instruction {
	return map[byte]instruction{
		']':  func(m *machine) error { return m.push(&List{}) },
		'}':  func(m *machine) error { return m.push(&Dict{}) },
		')':  func(m *machine) error { return m.push(Tuple(nil)) },
		0x8f: func(m *machine) error { return m.push(&Set{}) },
		'l':  func(m *machine) error { return m.gather(func(x []Value) (Value, error) { return &List{x}, nil }) },
		't':  func(m *machine) error { return m.gather(func(x []Value) (Value, error) { return Tuple(x), nil }) },
		0x91: func(m *machine) error { return m.gather(func(x []Value) (Value, error) { return &Set{x}, nil }) },
		'd':  func(m *machine) error { return m.gather(dictOf) },
		0x85: tuple(1),
		0x86: tuple(2),
		0x87: tuple(3),
		'a':  (*machine).append,
		'e':  (*machine).appends,
		0x90: (*machine).appends,
		's':  (*machine).setItem,
		'u':  (*machine).setItems,
	}
}

// gather replaces what lies above the last mark by one value.
func (m *machine) gather(build func([]Value) (Value, error)) error {
	items, err := m.popMark()
	if err != nil {
		return err
	}
	v, err := build(items)
	if err != nil {
		return err
	}
	return m.push(v)
}

func dictOf(items []Value) (Value, error) {
	d := &Dict{}
	return d, d.setAll(items)
}

// setAll takes in keys and values in turn.
func (d *Dict) setAll(items []Value) error {
	if len(items)%2 == 1 {
		return errStack
	}
	for i := 0; i < len(items); i += 2 {
		d.set(items[i], items[i+1])
	}
	return nil
}

func tuple(n int) func(*machine) error {
	return func(m *machine) error {
		items, err := m.popN(n)
		if err != nil {
			return err
		}
		return m.push(Tuple(items))
	}
}

func (m *machine) append() error {
	item, err := m.pop()
	if err != nil {
		return err
	}
	return m.extend([]Value{item})
}

func (m *machine) appends() error {
	items, err := m.popMark()
	if err != nil {
		return err
	}
	return m.extend(items)
}

// extend adds items to the list or set on top.
func (m *machine) extend(items []Value) error {
	top, err := m.top()
	if err != nil {
		return err
	}
	switch c := top.(type) {
	case *List:
		c.Items = append(c.Items, items...)
	case *Set:
		c.Items = append(c.Items, items...)
	default:
		return fmt.Errorf("items are added to what is neither a list nor a set")
	}
	return nil
}

func (m *machine) setItem() error {
	items, err := m.popN(2)
	if err != nil {
		return err
	}
	return m.fill(items)
}

func (m *machine) setItems() error {
	items, err := m.popMark()
	if err != nil {
		return err
	}
	return m.fill(items)
}

// fill sets keys of the dictionary on top.
func (m *machine) fill(items []Value) error {
	top, err := m.top()
	if err != nil {
		return err
	}
	d, ok := top.(*Dict)
	if !ok {
		return fmt.Errorf("a key is set in what is not a dictionary")
	}
	return d.setAll(items)
}
