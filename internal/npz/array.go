package npz

import (
	"encoding/binary"
	"fmt"
)

// Array is an n-dimensional array as the file has it. Data holds the elements
// as they are stored, in the byte order that DType names; Floats, Ints and the
// other methods return them in C order, whatever the layout.
type Array struct {
	DType   string // as NumPy writes it: "<f4", ">i8", "|u1", "<U7"; of records the whole list
	Shape   []int  // empty for a single value
	Fortran bool   // stored with the first index running fastest
	Data    []byte // exactly the product of Shape elements, where the type is one that is read

	// header is the .npy header that was read, or nil. It is written again as long
	// as it says the same as the fields above.
	header []byte
}

// Len returns the number of elements.
func (a *Array) Len() int {
	n := 1
	for _, d := range a.Shape {
		n *= d
	}
	return n
}

// Clone returns a copy whose elements can be changed.
func (a *Array) Clone() *Array {
	out := *a
	out.Data = append([]byte(nil), a.Data...)
	return &out
}

// GoNumber is an element type that From turns into an array.
type GoNumber interface {
	int8 | uint8 | int16 | uint16 | int32 | uint32 | int64 | uint64 | float32 | float64
}

// From returns the values as an array; without a shape it has one dimension.
// A shape that the values do not fill is an error when the file is written.
func From[T GoNumber](values []T, shape ...int) *Array {
	if len(shape) == 0 {
		shape = []int{len(values)}
	}
	data, err := binary.Append(nil, binary.LittleEndian, values)
	if err != nil {
		panic("npz: " + err.Error()) // not for a fixed-size element
	}
	return &Array{DType: dtypeOf[T](), Shape: shape, Data: data}
}

// FromStrings returns the texts as an array of one dimension, as wide as the
// longest of them.
func FromStrings(values []string) *Array {
	width := 1
	for _, v := range values {
		width = max(width, len([]rune(v)))
	}
	data := make([]byte, 4*width*len(values))
	for i, v := range values {
		for j, r := range []rune(v) {
			binary.LittleEndian.PutUint32(data[4*(i*width+j):], uint32(r))
		}
	}
	return &Array{DType: fmt.Sprintf("<U%d", width), Shape: []int{len(values)}, Data: data}
}

func dtypeOf[T GoNumber]() string {
	switch any(*new(T)).(type) {
	case int8:
		return "|i1"
	case uint8:
		return "|u1"
	case int16:
		return "<i2"
	case uint16:
		return "<u2"
	case int32:
		return "<i4"
	case uint32:
		return "<u4"
	case int64:
		return "<i8"
	case uint64:
		return "<u8"
	case float32:
		return "<f4"
	}
	return "<f8"
}

// stored returns the place in Data of element i of the C order.
func (a *Array) stored(i int) int {
	if !a.Fortran || len(a.Shape) < 2 {
		return i
	}
	if len(a.Shape) == 2 {
		return i%a.Shape[1]*a.Shape[0] + i/a.Shape[1]
	}
	place, stride := 0, a.Len()
	for axis := len(a.Shape) - 1; axis >= 0; axis-- {
		stride /= a.Shape[axis]
		place += i % a.Shape[axis] * stride
		i /= a.Shape[axis]
	}
	return place
}

// bytesOf returns the bytes that a shape of elements takes, or false where that
// is negative or more than limit.
func bytesOf(shape []int, size int, limit int64) (int64, bool) {
	total := int64(size)
	for _, d := range shape {
		if d < 0 {
			return 0, false
		}
		if d > 0 && total > limit/int64(d) {
			return 0, false
		}
		total *= int64(d)
	}
	return total, total <= limit
}
