package npz

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"strconv"
	"unicode/utf8"
)

// ElementError is an element that cannot be read as what was asked for.
type ElementError struct {
	Index int    // in C order
	Text  string // what is wrong with it
}

// Error names the element.
func (e *ElementError) Error() string { return fmt.Sprintf("element %d: %s", e.Index, e.Text) }

// Float64s returns the elements as float64, whichever kind of number they are.
// A whole number beyond ±2⁵³ is rounded.
func (a *Array) Float64s() ([]float64, error) {
	t := parseDType(a.DType)
	if !t.kind.Number() {
		return nil, fmt.Errorf("holds %s, want numbers", a.Type())
	}
	out := make([]float64, a.Len())
	for i := range out {
		out[i] = t.float(a.Data[a.stored(i)*t.size:])
	}
	return out, nil
}

// Numbers ranges over the elements in C order without taking memory for them. An
// array of anything but numbers has none.
func (a *Array) Numbers() iter.Seq[float64] {
	return func(yield func(float64) bool) {
		t := parseDType(a.DType)
		if !t.kind.Number() {
			return
		}
		for i := range a.Len() {
			if !yield(t.float(a.Data[a.stored(i)*t.size:])) {
				return
			}
		}
	}
}

// Floats returns the elements as float32, whichever kind of number they are. A
// float64 out of range becomes Inf.
func (a *Array) Floats() ([]float32, error) {
	t := parseDType(a.DType)
	if !t.kind.Number() {
		return nil, fmt.Errorf("holds %s, want numbers", a.Type())
	}
	out := make([]float32, a.Len())
	if a.DType == "<f4" && !a.Fortran { // the common case
		for i := range out {
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(a.Data[4*i:]))
		}
		return out, nil
	}
	for i := range out {
		out[i] = float32(t.float(a.Data[a.stored(i)*t.size:]))
	}
	return out, nil
}

// Ints returns the elements of an array of whole numbers, of booleans, or of
// floats that are whole. Any other element, and one beyond int64, is an
// *ElementError.
func (a *Array) Ints() ([]int64, error) {
	t := parseDType(a.DType)
	if !t.kind.Number() {
		return nil, fmt.Errorf("holds %s, want whole numbers", a.Type())
	}
	out := make([]int64, a.Len())
	for i := range out {
		bits := t.bits(a.Data[a.stored(i)*t.size:])
		if t.kind == Floats {
			x := t.floatOf(bits)
			if x != math.Trunc(x) || math.Abs(x) >= 1<<63 { // NaN too
				return nil, &ElementError{i, fmt.Sprintf("%g is not a whole number", x)}
			}
			out[i] = int64(x)
			continue
		}
		out[i] = t.whole(bits)
		if t.letter == 'u' && out[i] < 0 {
			return nil, &ElementError{i, strconv.FormatUint(bits, 10) + " is too large"}
		}
	}
	return out, nil
}

// Strings returns the elements of an array of text, without the zeros that pad
// them. Bytes must be UTF-8 and characters must exist, else *ElementError.
func (a *Array) Strings() ([]string, error) {
	t := parseDType(a.DType)
	if t.kind != Text {
		return nil, fmt.Errorf("holds %s, want text", a.Type())
	}
	out := make([]string, a.Len())
	for i := range out {
		item := a.Data[a.stored(i)*t.size:][:t.size]
		text := string(bytes.TrimRight(item, "\x00"))
		if t.letter == 'U' {
			text = t.characters(item)
		}
		if !utf8.ValidString(text) {
			return nil, &ElementError{i, "the bytes are not UTF-8"}
		}
		out[i] = text
	}
	return out, nil
}

// characters decodes UTF-32; a code point that does not exist becomes a byte
// that is not UTF-8.
func (t dtype) characters(item []byte) string {
	var text []byte
	for ; len(item) > 0; item = item[4:] {
		switch r := t.order.Uint32(item); {
		case r > utf8.MaxRune || !utf8.ValidRune(rune(r)):
			text = append(text, 0xff)
		default:
			text = utf8.AppendRune(text, rune(r))
		}
	}
	return string(bytes.TrimRight(text, "\x00"))
}

// SetFloat stores x in element i of the C order and reports whether the array's
// type can hold it: a float may be rounded, but not to infinity; any other type
// holds whole numbers in its range alone.
func (a *Array) SetFloat(i int, x float64) bool {
	t := parseDType(a.DType)
	bits, ok := t.encode(x)
	if !ok {
		return false
	}
	at := a.Data[a.stored(i)*t.size:]
	switch t.size {
	case 1:
		at[0] = byte(bits)
	case 2:
		t.order.PutUint16(at, uint16(bits))
	case 4:
		t.order.PutUint32(at, uint32(bits))
	case 8:
		t.order.PutUint64(at, bits)
	}
	return true
}

// encode returns the bits of a number as the type has it.
func (t dtype) encode(x float64) (bits uint64, ok bool) {
	switch {
	case t.kind == Floats && t.size == 8:
		return math.Float64bits(x), true
	case t.kind == Floats && t.size == 4:
		return uint64(math.Float32bits(float32(x))), math.IsInf(x, 0) || !math.IsInf(float64(float32(x)), 0)
	case t.kind == Floats:
		half := halfBits(x)
		return uint64(half), math.IsInf(x, 0) || !math.IsInf(halfFloat(half), 0)
	case t.kind == Bool:
		return uint64(x), x == 0 || x == 1
	case t.kind != Whole || x != math.Trunc(x) || math.Abs(x) > 1<<53:
		return 0, false
	}
	bits = uint64(int64(x))
	// What the type cuts off must come back.
	return bits, (x >= 0 || t.letter == 'i') && float64(t.whole(bits)) == x
}

// bits returns the element at the start of data as an unsigned number.
func (t dtype) bits(data []byte) uint64 {
	switch t.size {
	case 2:
		return uint64(t.order.Uint16(data))
	case 4:
		return uint64(t.order.Uint32(data))
	case 8:
		return t.order.Uint64(data)
	}
	return uint64(data[0])
}

// float reads the element at the start of data.
func (t dtype) float(data []byte) float64 {
	bits := t.bits(data)
	switch {
	case t.kind == Floats:
		return t.floatOf(bits)
	case t.letter == 'u':
		return float64(bits)
	}
	return float64(t.whole(bits))
}

// floatOf returns the value of the bits of a float.
func (t dtype) floatOf(bits uint64) float64 {
	switch t.size {
	case 2:
		return halfFloat(uint16(bits))
	case 4:
		return float64(math.Float32frombits(uint32(bits)))
	}
	return math.Float64frombits(bits)
}

// whole returns the value of the bits of a whole number or a boolean.
func (t dtype) whole(bits uint64) int64 {
	shift := 64 - 8*t.size
	if t.letter == 'i' {
		return int64(bits<<shift) >> shift
	}
	return int64(bits << shift >> shift)
}
