package pickle

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"
)

const opStop = '.'

// refused lists the instructions that only code or other objects need.
var refused = map[byte]string{
	'P': "a persistent object", 'Q': "a persistent object", 'i': "an instance of a class", 'o': "an instance of a class",
	0x82: "a registered extension", 0x83: "a registered extension", 0x84: "a registered extension",
	0x92: "an instance of a class with named arguments", 0x97: "a buffer outside the file", 0x98: "a buffer outside the file",
}

// instructions is what each byte of a program does, by group as in pickletools.
// It is filled by init, since instructions refer to the machine that looks them up.
var instructions map[byte]func(*machine) error

func init() {
	instructions = map[byte]func(*machine) error{
		// Numbers.
		'N':  constant(nil),
		0x88: constant(true),
		0x89: constant(false),
		'I':  (*machine).intLine,
		'L':  (*machine).longLine,
		'F':  (*machine).floatLine,
		'J':  (*machine).int32,
		'K':  unsigned(1),
		'M':  unsigned(2),
		'G':  (*machine).float,
		0x8a: long(1),
		0x8b: long(4),
		// Text and bytes. A string of Python 2 keeps its bytes.
		'S':  (*machine).stringLine,
		'V':  (*machine).unicodeLine,
		'T':  text(4, false),
		'U':  text(1, false),
		'X':  text(4, true),
		0x8c: text(1, true),
		0x8d: text(8, true),
		'B':  binaryBytes(4),
		'C':  binaryBytes(1),
		0x8e: binaryBytes(8),
		0x96: binaryBytes(8),
		// Containers.
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
		// The stack and the memo.
		'(':  (*machine).mark,
		'0':  (*machine).drop,
		'1':  func(m *machine) error { _, err := m.popMark(); return err },
		'2':  (*machine).duplicate,
		'p':  memoLine((*machine).remember),
		'g':  memoLine((*machine).recall),
		'q':  memo(1, (*machine).remember),
		'r':  memo(4, (*machine).remember),
		'h':  memo(1, (*machine).recall),
		'j':  memo(4, (*machine).recall),
		0x94: func(m *machine) error { return m.remember(uint64(len(m.memo))) },
		0x80: (*machine).protocol,
		0x95: func(m *machine) error { _, err := m.uint(8); return err }, // a frame: its length is not needed
		// Names, and what is built from them.
		'c':  (*machine).globalLines,
		0x93: (*machine).stackGlobal,
		'R':  (*machine).reduce,
		0x81: (*machine).reduce, // NEWOBJ calls the class with the arguments likewise
		'b':  (*machine).build,
	}
}

func constant(v Value) func(*machine) error { return func(m *machine) error { return m.push(v) } }

func (m *machine) protocol() error {
	version, err := m.byte()
	if err == nil && version > 5 {
		err = fmt.Errorf("protocol %d, the newest that is read is 5", version)
	}
	return err
}

func (m *machine) intLine() error {
	line, err := m.line()
	if err != nil {
		return err
	}
	switch line {
	case "00":
		return m.push(false)
	case "01":
		return m.push(true)
	}
	return m.pushInt(line)
}

func (m *machine) longLine() error {
	line, err := m.line()
	if err != nil {
		return err
	}
	return m.pushInt(strings.TrimSuffix(line, "L"))
}

func (m *machine) pushInt(text string) error {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("%.40q is not a whole number of 64 bits", text)
	}
	return m.push(n)
}

func (m *machine) floatLine() error {
	line, err := m.line()
	if err != nil {
		return err
	}
	x, err := strconv.ParseFloat(line, 64)
	if err != nil {
		return fmt.Errorf("%.40q is not a number", line)
	}
	return m.push(x)
}

func (m *machine) int32() error {
	n, err := m.uint(4)
	if err != nil {
		return err
	}
	return m.push(int64(int32(uint32(n))))
}

func unsigned(size int) func(*machine) error {
	return func(m *machine) error {
		n, err := m.uint(size)
		if err != nil {
			return err
		}
		return m.push(int64(n))
	}
}

func (m *machine) float() error {
	n, err := m.uint(8) // big-endian, unlike everything else
	if err != nil {
		return err
	}
	var buffer [8]byte
	binary.LittleEndian.PutUint64(buffer[:], n)
	return m.push(math.Float64frombits(binary.BigEndian.Uint64(buffer[:])))
}

// long reads a two's-complement number of a declared length.
func long(size int) func(*machine) error {
	return func(m *machine) error {
		data, err := m.sized(size)
		if err != nil {
			return err
		}
		if len(data) > 8 {
			return fmt.Errorf("a whole number of %d bytes, the limit is 8", len(data))
		}
		var n uint64
		for i, b := range data {
			n |= uint64(b) << (8 * i)
		}
		if len(data) > 0 && len(data) < 8 && data[len(data)-1]&0x80 != 0 {
			n |= ^uint64(0) << (8 * len(data)) // the sign
		}
		return m.push(int64(n))
	}
}

func text(size int, unicode bool) func(*machine) error {
	return func(m *machine) error {
		data, err := m.sized(size)
		if err != nil {
			return err
		}
		if unicode && !utf8.Valid(data) {
			return fmt.Errorf("text that is not UTF-8")
		}
		return m.push(unsafe.String(unsafe.SliceData(data), len(data))) // nobody else holds the bytes: large text is not copied
	}
}

func binaryBytes(size int) func(*machine) error {
	return func(m *machine) error {
		data, err := m.sized(size)
		if err != nil {
			return err
		}
		return m.push(data)
	}
}

// stringLine reads the quoted string of protocol 0.
func (m *machine) stringLine() error {
	line, err := m.line()
	if err != nil {
		return err
	}
	if len(line) < 2 || line[0] != line[len(line)-1] || line[0] != '\'' && line[0] != '"' {
		return fmt.Errorf("a string without its quotation marks")
	}
	s, err := unescape(line[1 : len(line)-1])
	if err != nil {
		return err
	}
	return m.push(s)
}

// unicodeLine reads text with the escapes \uXXXX and \UXXXXXXXX; the other bytes
// are Latin-1.
func (m *machine) unicodeLine() error {
	line, err := m.line()
	if err != nil {
		return err
	}
	var out strings.Builder
	for i := 0; i < len(line); i++ {
		digits := 0
		if line[i] == '\\' && i+1 < len(line) {
			digits = map[byte]int{'u': 4, 'U': 8}[line[i+1]]
		}
		if digits == 0 {
			out.WriteRune(rune(line[i]))
			continue
		}
		if i+2+digits > len(line) {
			return fmt.Errorf("an unfinished escape in a text")
		}
		code, err := strconv.ParseUint(line[i+2:i+2+digits], 16, 32)
		if err != nil {
			return fmt.Errorf("a wrong escape in a text")
		}
		out.WriteRune(rune(code))
		i += 1 + digits
	}
	return m.push(out.String())
}

// unescape undoes Python's escapes in a quoted string of bytes.
func unescape(s string) (string, error) {
	if !strings.Contains(s, "\\") {
		return s, nil
	}
	plain := map[byte]byte{'\\': '\\', '\'': '\'', '"': '"', 'n': '\n', 'r': '\r', 't': '\t', 'a': 7, 'b': 8, 'f': 12, 'v': 11}
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			return "", fmt.Errorf("an unfinished escape in a string")
		}
		if b, ok := plain[s[i]]; ok {
			out.WriteByte(b)
			continue
		}
		if s[i] != 'x' || i+2 >= len(s) {
			return "", fmt.Errorf("a wrong escape in a string")
		}
		code, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
		if err != nil {
			return "", fmt.Errorf("a wrong escape in a string")
		}
		out.WriteByte(byte(code))
		i += 2
	}
	return out.String(), nil
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

func (m *machine) drop() error {
	if len(m.marks) > 0 && m.floor() == len(m.stack) { // POP also removes a mark
		m.marks = m.marks[:len(m.marks)-1]
		return nil
	}
	_, err := m.pop()
	return err
}

func (m *machine) duplicate() error {
	top, err := m.top()
	if err != nil {
		return err
	}
	return m.push(top)
}

func memoLine(do func(*machine, uint64) error) func(*machine) error {
	return func(m *machine) error {
		line, err := m.line()
		if err != nil {
			return err
		}
		at, err := strconv.ParseUint(line, 10, 32)
		if err != nil {
			return fmt.Errorf("%.40q is not a place of the memo", line)
		}
		return do(m, at)
	}
}

func memo(size int, do func(*machine, uint64) error) func(*machine) error {
	return func(m *machine) error {
		at, err := m.uint(size)
		if err != nil {
			return err
		}
		return do(m, at)
	}
}
