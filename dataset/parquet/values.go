package parquet

import (
	"encoding/binary"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go/format"
	"github.com/x448/float16"

	"gsdnet/internal/fault"
)

// values are decoded values of one type: numbers of a fixed width, or texts. Those of a
// page with a dictionary are places in the values of the dictionary.
type values struct {
	leaf  *leaf
	bytes []byte   // [n · width]
	texts []string // [n]
	index []uint32 // [n]; nil without a dictionary
}

var errValues = fault.Input(hintDamaged, "damaged: the values of a page are cut")

// plainDictionary is PLAIN_DICTIONARY of the format, the older name of the same encoding.
const plainDictionary format.Encoding = 2

// decodeValues decodes n values of a page, which are those that are not null.
func decodeValues(l *leaf, p *page, n int, dictionary *values) (*values, error) {
	switch p.encoding {
	case plainDictionary, format.RLEDictionary:
		return fromDictionary(p, n, dictionary)
	case format.Plain:
		return plain(l, p.values, n)
	case format.RLE:
		data, _, ok := prefixed(p.values)
		if l.kind != format.Boolean || !ok {
			break
		}
		levels, ok := hybrid(data, 1, n)
		if !ok {
			return nil, errValues
		}
		return &values{leaf: l, bytes: levels}, nil
	case format.ByteStreamSplit:
		if l.kind == format.ByteArray || l.kind == format.Boolean {
			break
		}
		return unsplit(l, p.values, n)
	case format.DeltaBinaryPacked:
		if l.kind != format.Int32 && l.kind != format.Int64 {
			break
		}
		numbers, _, ok := delta(p.values, n)
		if !ok {
			return nil, errValues
		}
		out := &values{leaf: l, bytes: make([]byte, 0, n*l.width)}
		for _, x := range numbers {
			if l.width == 4 {
				out.bytes = binary.LittleEndian.AppendUint32(out.bytes, uint32(x))
			} else {
				out.bytes = binary.LittleEndian.AppendUint64(out.bytes, uint64(x))
			}
		}
		return out, nil
	case format.DeltaLengthByteArray, format.DeltaByteArray:
		if l.kind != format.ByteArray {
			break
		}
		texts, ok := deltaTexts(p.values, n, p.encoding == format.DeltaByteArray)
		if !ok {
			return nil, errValues
		}
		return &values{leaf: l, texts: texts}, nil
	}
	return nil, fault.Input("write it with another encoding", "the values of a page are in encoding %d, which is not supported", int(p.encoding))
}

func fromDictionary(p *page, n int, dictionary *values) (*values, error) {
	if dictionary == nil {
		return nil, fault.Input(hintDamaged, "damaged: a page needs a dictionary, and there is none")
	}
	if n == 0 {
		return &values{leaf: dictionary.leaf}, nil
	}
	if len(p.values) == 0 || p.values[0] > 32 {
		return nil, errValues
	}
	index, ok := hybrid32(p.values[1:], int(p.values[0]), n)
	if !ok {
		return nil, errValues
	}
	length := dictionary.length()
	for _, i := range index {
		if int64(i) >= int64(length) {
			return nil, fault.Input(hintDamaged, "damaged: a page names value %d of a dictionary of %d", i, length)
		}
	}
	return &values{leaf: dictionary.leaf, bytes: dictionary.bytes, texts: dictionary.texts, index: index}, nil
}

// plain reads values that stand one after another.
func plain(l *leaf, data []byte, n int) (*values, error) {
	out := &values{leaf: l}
	switch {
	case l.kind == format.ByteArray:
		for range n {
			text, rest, ok := prefixed(data)
			if !ok {
				return nil, errValues
			}
			out.texts, data = append(out.texts, string(text)), rest
		}
	case l.kind == format.Boolean:
		if len(data) < (n+7)/8 {
			return nil, errValues
		}
		out.bytes = make([]byte, n)
		for i := range out.bytes {
			out.bytes[i] = data[i/8] >> (i % 8) & 1
		}
	case len(data)/l.width < n:
		return nil, errValues
	default:
		out.bytes = data[:n*l.width]
	}
	return out, nil
}

// unsplit reads values whose first bytes stand together, then their second ones, and so on.
func unsplit(l *leaf, data []byte, n int) (*values, error) {
	if len(data)/l.width < n {
		return nil, errValues
	}
	out := &values{leaf: l, bytes: make([]byte, n*l.width)}
	for i := range n {
		for j := range l.width {
			out.bytes[i*l.width+j] = data[j*n+i]
		}
	}
	return out, nil
}

// prefixed cuts off bytes whose number stands before them in four bytes.
func prefixed(data []byte) (part, rest []byte, ok bool) {
	if len(data) < 4 {
		return nil, nil, false
	}
	n := binary.LittleEndian.Uint32(data)
	data = data[4:]
	if uint64(n) > uint64(len(data)) {
		return nil, nil, false
	}
	return data[:n], data[n:], true
}

// length returns the number of values of a dictionary.
func (v *values) length() int {
	if v.leaf.kind == format.ByteArray {
		return len(v.texts)
	}
	return len(v.bytes) / v.leaf.width
}

// at returns the place of value i.
func (v *values) at(i int) int {
	if v.index != nil {
		return int(v.index[i])
	}
	return i
}

// float returns value i as a feature.
func (v *values) float(i int) float32 {
	i = v.at(i)
	switch v.leaf.kind {
	case format.Float:
		return math.Float32frombits(binary.LittleEndian.Uint32(v.bytes[4*i:]))
	case format.Double:
		return float32(math.Float64frombits(binary.LittleEndian.Uint64(v.bytes[8*i:])))
	case format.Int32:
		return float32(int32(binary.LittleEndian.Uint32(v.bytes[4*i:])))
	case format.Int64:
		return float32(int64(binary.LittleEndian.Uint64(v.bytes[8*i:])))
	case format.FixedLenByteArray:
		return float16.Frombits(binary.LittleEndian.Uint16(v.bytes[2*i:])).Float32()
	}
	return float32(v.bytes[i])
}

// cell returns value i as a CSV would have it. NaN is a cell without a value.
func (v *values) cell(i int) (string, error) {
	at := v.at(i)
	switch v.leaf.kind {
	case format.ByteArray:
		if !utf8.ValidString(v.texts[at]) {
			return "", fault.Input("write text as UTF-8", "the bytes are not UTF-8")
		}
		return v.texts[at], nil
	case format.Int32:
		return strconv.Itoa(int(int32(binary.LittleEndian.Uint32(v.bytes[4*at:])))), nil
	case format.Int64:
		return strconv.FormatInt(int64(binary.LittleEndian.Uint64(v.bytes[8*at:])), 10), nil
	case format.Boolean:
		return strconv.Itoa(int(v.bytes[at])), nil
	case format.Double:
		return number(math.Float64frombits(binary.LittleEndian.Uint64(v.bytes[8*at:]))), nil
	}
	return number(float64(v.float(i))), nil
}

// number writes a number. Programs that have no whole numbers with holes store them as
// 3.0 and NaN.
func number(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}
