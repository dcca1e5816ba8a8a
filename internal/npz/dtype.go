package npz

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// Kind says what the elements of an array can be read as.
type Kind int

// The kinds. Floats, Whole and Bool are numbers; Other is carried along and
// never interpreted.
const (
	Other Kind = iota
	Bool
	Whole
	Floats
	Text
)

// dtype is a parsed NumPy type string, such as "<f4" or "|S7".
type dtype struct {
	kind   Kind
	letter byte // as NumPy has it: b i u f U S
	size   int  // bytes of an element
	order  binary.ByteOrder
}

// maxTextWidth bounds the characters of a text dtype.
const maxTextWidth = 1 << 20

// numberSizes lists the widths of numbers, in bytes, by the letter of the type.
var numberSizes = map[byte]string{'b': "1", 'i': "1248", 'u': "1248", 'f': "248"}

// parseDType returns the kind Other for a type that is not read.
func parseDType(text string) dtype {
	if len(text) < 3 || !strings.Contains("<>|", text[:1]) {
		return dtype{}
	}
	t := dtype{letter: text[1], order: binary.LittleEndian}
	if text[0] == '>' {
		t.order = binary.BigEndian
	}
	digits := text[2:]
	width, err := strconv.ParseUint(digits, 10, 32)
	if err != nil || width == 0 || width > maxTextWidth || digits != strconv.FormatUint(width, 10) {
		return dtype{}
	}
	t.size = int(width)
	switch {
	case t.letter == 'U' && text[0] != '|':
		t.kind, t.size = Text, 4*t.size
	case t.letter == 'S':
		t.kind = Text
	case len(digits) != 1 || !strings.Contains(numberSizes[t.letter], digits), text[0] == '|' && t.size > 1:
		return dtype{}
	case t.letter == 'b':
		t.kind = Bool
	case t.letter == 'f':
		t.kind = Floats
	default:
		t.kind = Whole
	}
	return t
}

// typeNames are the words for types that are not read, by the letter of the type.
var typeNames = map[byte]string{
	'O': "Python objects", 'V': "raw bytes", 'M': "dates", 'm': "time spans", 'c': "complex numbers",
}

// Type returns the name of the element type in words: float32, bool, text, and
// for a type that is not read what is known of it.
func (a *Array) Type() string {
	t := parseDType(a.DType)
	bits := strconv.Itoa(8 * t.size)
	switch t.letter {
	case 'b':
		return "bool"
	case 'i':
		return "int" + bits
	case 'u':
		return "uint" + bits
	case 'f':
		return "float" + bits
	case 'U':
		return "text"
	case 'S':
		return "bytes"
	}
	switch {
	case strings.HasPrefix(a.DType, "["):
		return "records of several fields"
	case len(a.DType) > 1 && strings.Contains("<>|=", a.DType[:1]) && typeNames[a.DType[1]] != "":
		return typeNames[a.DType[1]]
	}
	return "type " + strconv.Quote(shorten(a.DType))
}

// Kind returns what the elements can be read as.
func (a *Array) Kind() Kind { return parseDType(a.DType).kind }

// Number reports whether Float64s reads the array.
func (k Kind) Number() bool { return k == Bool || k == Whole || k == Floats }

// shorten keeps a message to one line of bearable length.
func shorten(text string) string {
	const most = 40
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}
