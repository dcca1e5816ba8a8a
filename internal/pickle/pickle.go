// Package pickle reads Python pickles as data and never executes them.
//
// A pickle is a program for a stack machine that may call any function of any
// module. This package runs that machine with a closed list of names (see
// globals.go): the containers of Python and the arrays, types and scalars of
// numpy, in protocols 0 to 5. Every other name is refused with an error that
// states it, before anything is built from it.
//
// Declared lengths are checked against the bytes that are left before memory is
// taken, and the number of values, the depth of marks and the size of the memo
// have limits, so that a hostile file costs no more memory than a few times its size.
//
// Start reading at Decode, then machine.step.
package pickle

import (
	"bufio"
	"fmt"
	"io"
)

// Limits bounds what a pickle may make the reader build. The zero value of a
// field stands for its default.
type Limits struct {
	Values int // values pushed in all, default 1<<22
	Depth  int // marks that are open at a time, default 1<<10
	Bytes  int // length of one string or array, default 1<<31
}

func (l Limits) withDefaults() Limits {
	for _, field := range []struct {
		value     *int
		byDefault int
	}{{&l.Values, 1 << 22}, {&l.Depth, 1 << 10}, {&l.Bytes, 1 << 31}} {
		if *field.value == 0 {
			*field.value = field.byDefault
		}
	}
	return l
}

// A Value is what a pickle holds: nil, bool, int64, float64, string, []byte,
// *List, Tuple, *Dict, *Set or *Array.
type Value = any

// List is a Python list. It is a pointer type, since a pickle may add to it later.
type List struct{ Items []Value }

// Tuple is a Python tuple.
type Tuple []Value

// Set is a Python set or frozen set, in the order of the file.
type Set struct{ Items []Value }

// Dict is a Python dictionary in the order of the file.
type Dict struct {
	Keys, Values []Value
	at           map[string]int // of the keys that are strings
}

// Get returns the value of a string key.
func (d *Dict) Get(key string) (Value, bool) {
	i, ok := d.at[key]
	if !ok {
		return nil, false
	}
	return d.Values[i], true
}

// Len returns the number of keys.
func (d *Dict) Len() int { return len(d.Keys) }

func (d *Dict) set(key, value Value) {
	name, isString := key.(string)
	if isString {
		if i, ok := d.at[name]; ok {
			d.Values[i] = value
			return
		}
		if d.at == nil {
			d.at = map[string]int{}
		}
		d.at[name] = len(d.Keys)
	}
	d.Keys, d.Values = append(d.Keys, key), append(d.Values, value)
}

// Decode reads one pickle of size bytes from r. Errors say at which byte of the
// file they were found, and why.
func Decode(r io.Reader, size int64, limits Limits) (Value, error) {
	m := &machine{
		in: bufio.NewReaderSize(r, 1<<16), size: size,
		limits: limits.withDefaults(), memo: map[uint64]Value{},
	}
	value, err := m.run()
	if err != nil {
		return nil, fmt.Errorf("byte %d: %w", m.start, err)
	}
	return value, nil
}
