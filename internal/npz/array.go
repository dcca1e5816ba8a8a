package npz

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Array is an n-dimensional array as the file has it.
type Array struct {
	DType string // as NumPy writes it: "<f4", "|u1", …
	Shape []int  // empty for a single value
	Data  []byte // C order, little-endian, exactly the product of Shape elements
}

// itemSizes lists the number formats that are read. Half precision and text
// ("<U7", "|S3") are carried along, but have no numbers to offer.
var itemSizes = map[string]int{
	"|b1": 1, "|i1": 1, "|u1": 1,
	"<i2": 2, "<i4": 4, "<i8": 8,
	"<u2": 2, "<u4": 4, "<u8": 8,
	"<f2": 2, "<f4": 4, "<f8": 8,
}

// maxTextWidth bounds the characters of a text dtype.
const maxTextWidth = 1 << 20

// itemSize returns the bytes of one element, or 0 for a dtype that is refused.
func itemSize(dtype string) int {
	if size := itemSizes[dtype]; size > 0 {
		return size
	}
	for prefix, perChar := range map[string]int{"<U": 4, "|S": 1} {
		digits, found := strings.CutPrefix(dtype, prefix)
		width, err := strconv.ParseUint(digits, 10, 32)
		if found && err == nil && width > 0 && width <= maxTextWidth {
			return int(width) * perChar
		}
	}
	return 0
}

// Number is an element type that From turns into an array.
type Number interface {
	int8 | uint8 | int16 | uint16 | int32 | uint32 | int64 | uint64 | float32 | float64
}

// From returns the values as an array; without a shape it has one dimension.
// A shape that the values do not fill is an error when the file is written.
func From[T Number](values []T, shape ...int) *Array {
	if len(shape) == 0 {
		shape = []int{len(values)}
	}
	data, err := binary.Append(nil, binary.LittleEndian, values)
	if err != nil {
		panic("npz: " + err.Error()) // not for a fixed-size element
	}
	return &Array{DType: dtypeOf[T](), Shape: shape, Data: data}
}

func dtypeOf[T Number]() string {
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

// Floats returns the elements as float32, whichever kind of number they are. A
// float64 out of range becomes Inf. Half precision and text are errors.
func (a *Array) Floats() ([]float32, error) {
	size := itemSizes[a.DType]
	if size == 0 || a.DType == "<f2" {
		return nil, fmt.Errorf("holds %s, want float32", a.DType)
	}
	out := make([]float32, len(a.Data)/size)
	switch a.DType {
	case "<f4":
		for i := range out {
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(a.Data[4*i:]))
		}
	case "<f8":
		for i := range out {
			out[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(a.Data[8*i:])))
		}
	case "<u8":
		for i := range out {
			out[i] = float32(binary.LittleEndian.Uint64(a.Data[8*i:]))
		}
	default:
		for i := range out {
			out[i] = float32(a.integer(i))
		}
	}
	return out, nil
}

// Ints returns the elements of an array of integers or booleans. Any other
// dtype is an error, and so is an unsigned number beyond int64.
func (a *Array) Ints() ([]int64, error) {
	size := itemSizes[a.DType]
	if size == 0 || a.DType[1] == 'f' {
		return nil, fmt.Errorf("holds %s, want integers", a.DType)
	}
	out := make([]int64, len(a.Data)/size)
	for i := range out {
		out[i] = a.integer(i)
		if a.DType == "<u8" && out[i] < 0 {
			return nil, fmt.Errorf("element %d is beyond int64", i)
		}
	}
	return out, nil
}

// integer returns element i of an integer or boolean dtype.
func (a *Array) integer(i int) int64 {
	switch le := binary.LittleEndian; a.DType {
	case "|i1":
		return int64(int8(a.Data[i]))
	case "<i2":
		return int64(int16(le.Uint16(a.Data[2*i:])))
	case "<u2":
		return int64(le.Uint16(a.Data[2*i:]))
	case "<i4":
		return int64(int32(le.Uint32(a.Data[4*i:])))
	case "<u4":
		return int64(le.Uint32(a.Data[4*i:]))
	case "<i8", "<u8":
		return int64(le.Uint64(a.Data[8*i:]))
	}
	return int64(a.Data[i]) // |u1 and |b1
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

// rowMajor turns a matrix stored column by column into C order, in new memory.
func rowMajor(data []byte, rows, cols, size int) []byte {
	out := make([]byte, len(data))
	for r := range rows {
		for c := range cols {
			copy(out[(r*cols+c)*size:][:size], data[(c*rows+r)*size:])
		}
	}
	return out
}
