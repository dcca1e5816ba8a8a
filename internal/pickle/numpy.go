package pickle

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/x448/float16"
)

// Array is an array of numpy. Its elements are read one at a time, so that a large
// file is held once.
type Array struct {
	Shape   []int
	Kind    Kind
	Size    int // bytes of an element, 0 for objects
	data    []byte
	objects []Value
	big     bool // big-endian
	fortran bool // the first axis varies fastest
}

// Kind is what the elements of an array are.
type Kind byte

// The kinds, with numpy's letters.
const (
	Bool     Kind = 'b'
	Int      Kind = 'i'
	Unsigned Kind = 'u'
	Float    Kind = 'f'
	Unicode  Kind = 'U'
	Bytes    Kind = 'S'
	Object   Kind = 'O'
)

var errArguments = errors.New("unexpected arguments: the file is damaged")

// dtype is the type of an array's elements.
type dtype struct {
	kind Kind
	size int
	big  bool
}

// newType reads a name such as f4, i8, U12 or O8. State gives the byte order.
func newType(args Tuple) (Value, error) {
	if len(args) == 0 {
		return nil, errArguments
	}
	code, isText := args[0].(string)
	if !isText || code == "" {
		return nil, errArguments
	}
	d := &dtype{kind: Kind(code[0])}
	size, err := strconv.Atoi(code[1:])
	if err != nil || size < 0 || size > 1<<20 {
		return nil, fmt.Errorf("type %.40q is not read", code)
	}
	d.size = size
	known := map[Kind]string{Bool: " 1 ", Int: " 1 2 4 8 ", Unsigned: " 1 2 4 8 ", Float: " 2 4 8 "}
	switch sizes, fixed := known[d.kind]; {
	case d.kind == Object:
		d.size = 0
	case d.kind == Unicode: // four bytes a character
		d.size *= 4
	case d.kind == Bytes:
	case !fixed || !strings.Contains(sizes, " "+strconv.Itoa(size)+" "):
		return nil, fmt.Errorf("type %.40q is not read", code)
	}
	return d, nil
}

// setState takes the byte order, the second element of the state.
func (d *dtype) setState(state Value) error {
	t, ok := state.(Tuple)
	if !ok || len(t) < 2 {
		return errArguments
	}
	order, _ := t[1].(string)
	if !strings.Contains("<>|=", order) || len(order) != 1 {
		return fmt.Errorf("byte order %.10q is not read", order)
	}
	if len(t) > 4 && (t[3] != nil || t[4] != nil) {
		return fmt.Errorf("a structured type is not read")
	}
	d.big = order == ">"
	return nil
}

// reconstruct makes an array that a state will fill.
func reconstruct(args Tuple) (Value, error) { return &Array{}, nil }

// setState takes (version, shape, type, is Fortran, data).
func (a *Array) setState(state Value) error {
	t, ok := state.(Tuple)
	if !ok || len(t) != 5 {
		return errArguments
	}
	fortran, ok := t[3].(bool)
	if !ok {
		return errArguments
	}
	return a.fill(t[1], t[2], fortran, t[4])
}

// fromBuffer is (data, type, shape, order), of protocol 5.
func fromBuffer(args Tuple) (Value, error) {
	if len(args) != 4 {
		return nil, errArguments
	}
	a := &Array{}
	return a, a.fill(args[2], args[1], args[3] == "F", args[0])
}

// fill checks that shape, type and data agree.
func (a *Array) fill(shape, kind Value, fortran bool, data Value) error {
	d, ok := kind.(*dtype)
	if !ok {
		return errArguments
	}
	dims, count, err := shapeOf(shape)
	if err != nil {
		return err
	}
	a.Shape, a.Kind, a.Size, a.big, a.fortran = dims, d.kind, d.size, d.big, fortran && len(dims) > 1
	if d.kind == Object {
		list, ok := data.(*List)
		if !ok || len(list.Items) != count {
			return fmt.Errorf("an array of %d objects does not have as many", count)
		}
		a.objects = list.Items
		return nil
	}
	switch raw := data.(type) {
	case []byte:
		a.data = raw
	case string: // of Python 2
		a.data = []byte(raw)
	default:
		return errArguments
	}
	if high, want := bits.Mul64(uint64(count), uint64(d.size)); high != 0 || want != uint64(len(a.data)) {
		return fmt.Errorf("an array of shape %v and %d bytes an element has %d bytes of data", dims, d.size, len(a.data))
	}
	return nil
}

// shapeOf returns the axes, at most 32, and the number of elements.
func shapeOf(v Value) ([]int, int, error) {
	t, ok := v.(Tuple)
	if !ok || len(t) > 32 {
		return nil, 0, errArguments
	}
	count := uint64(1)
	dims := make([]int, len(t))
	for i, axis := range t {
		n, ok := axis.(int64)
		if !ok || n < 0 {
			return nil, 0, errArguments
		}
		high, low := bits.Mul64(count, uint64(n))
		if high != 0 || low > math.MaxInt32<<8 {
			return nil, 0, fmt.Errorf("an array of too many elements")
		}
		dims[i], count = int(n), low
	}
	return dims, int(count), nil
}

// scalar is (type, data): a number or a text of numpy.
func scalar(args Tuple) (Value, error) {
	if len(args) != 2 {
		return nil, errArguments
	}
	a := &Array{}
	if err := a.fill(Tuple(nil), args[0], false, args[1]); err != nil {
		return nil, err
	}
	return a.At(0), nil
}

// Len returns the number of elements.
func (a *Array) Len() int {
	n := 1
	for _, d := range a.Shape {
		n *= d
	}
	return n
}

// offset returns where element i of the row-major order stands in the data.
func (a *Array) offset(i int) int {
	if !a.fortran {
		return i
	}
	at, stride := 0, a.Len()
	for k := len(a.Shape) - 1; k >= 0; k-- { // the last axis has the largest stride
		stride /= a.Shape[k]
		at += i % a.Shape[k] * stride
		i /= a.Shape[k]
	}
	return at
}

// At returns element i in row-major order: bool, int64, float64, string, []byte,
// or an object's value. An unsigned number over the range of int64 is a float64.
func (a *Array) At(i int) Value {
	i = a.offset(i)
	if a.Kind == Object {
		return a.objects[i]
	}
	raw := a.data[i*a.Size:][:a.Size]
	switch a.Kind {
	case Bool:
		return raw[0] != 0
	case Int:
		shift := 64 - 8*a.Size
		return int64(a.word(raw)) << shift >> shift
	case Unsigned:
		if n := a.word(raw); n > math.MaxInt64 {
			return float64(n)
		} else {
			return int64(n)
		}
	case Unicode:
		return a.text(raw)
	case Bytes:
		return strings.TrimRight(string(raw), "\x00")
	}
	return a.float(raw)
}

// Float returns element i in row-major order as a number; false where it is none.
func (a *Array) Float(i int) (float64, bool) {
	if a.Kind == Float {
		at := a.offset(i)
		return a.float(a.data[at*a.Size:][:a.Size]), true
	}
	switch v := a.At(i).(type) {
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

func (a *Array) float(raw []byte) float64 {
	switch word := a.word(raw); a.Size {
	case 2:
		return float64(float16.Frombits(uint16(word)).Float32())
	case 4:
		return float64(math.Float32frombits(uint32(word)))
	default:
		return math.Float64frombits(word)
	}
}

// word reads 1, 2, 4 or 8 bytes in the array's byte order.
func (a *Array) word(raw []byte) uint64 {
	var order binary.ByteOrder = binary.LittleEndian
	if a.big {
		order = binary.BigEndian
	}
	switch len(raw) {
	case 1:
		return uint64(raw[0])
	case 2:
		return uint64(order.Uint16(raw))
	case 4:
		return uint64(order.Uint32(raw))
	}
	return order.Uint64(raw)
}

// text reads UCS-4 with zeros at its end.
func (a *Array) text(raw []byte) string {
	var out strings.Builder
	for ; len(raw) >= 4; raw = raw[4:] {
		r := rune(a.word(raw[:4]))
		if r == 0 && strings.Trim(string(raw), "\x00") == "" {
			break
		}
		if r < 0 || r > 0x10ffff || utf16.IsSurrogate(r) {
			r = '\uFFFD'
		}
		out.WriteRune(r)
	}
	return out.String()
}
