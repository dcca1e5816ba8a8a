package pickle

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"
)

// textInstructions push text and bytes. A string of Python 2 keeps its bytes.
func textInstructions() map[byte]instruction {
	return map[byte]instruction{
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
