package pickle

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// numberInstructions push numbers and constants.
func numberInstructions() map[byte]instruction {
	return map[byte]instruction{
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
	}
}

func constant(v Value) func(*machine) error { return func(m *machine) error { return m.push(v) } }

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
