package pickle

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// machine is the stack machine of the pickle format
// (https://docs.python.org/3/library/pickletools.html).
type machine struct {
	in     *bufio.Reader
	size   int64 // of the file
	at     int64 // bytes read so far
	start  int64 // where the instruction under way begins
	limits Limits
	values int // pushed so far

	stack []Value
	marks []int // where each open mark stands in the stack
	memo  map[uint64]Value
}

var (
	errShort  = errors.New("the file ends in the middle of an instruction: it is truncated")
	errStack  = errors.New("an instruction finds too few values on the stack: the file is damaged")
	errLength = errors.New("a declared length is larger than the rest of the file")
)

// run executes instructions until STOP and returns the value on top.
func (m *machine) run() (Value, error) {
	for {
		m.start = m.at
		op, err := m.byte()
		if err != nil {
			return nil, err
		}
		if op == opStop {
			if len(m.stack) != 1 || len(m.marks) != 0 {
				return nil, errStack
			}
			return m.pop()
		}
		if err := m.step(op); err != nil {
			return nil, err
		}
	}
}

// step executes one instruction.
func (m *machine) step(op byte) error {
	if do, ok := instructions[op]; ok {
		return do(m)
	}
	if why, ok := refused[op]; ok {
		return fmt.Errorf("the file asks for %s, which is refused", why)
	}
	return fmt.Errorf("0x%02x is not an instruction of a pickle", op)
}

// push adds a value to the stack.
func (m *machine) push(v Value) error {
	if m.values++; m.values > m.limits.Values {
		return fmt.Errorf("more than %d values, which is the limit", m.limits.Values)
	}
	m.stack = append(m.stack, v)
	return nil
}

// pop removes the value on top, which must lie above the last mark.
func (m *machine) pop() (Value, error) {
	if len(m.stack) <= m.floor() {
		return nil, errStack
	}
	top := m.stack[len(m.stack)-1]
	m.stack[len(m.stack)-1] = nil
	m.stack = m.stack[:len(m.stack)-1]
	return top, nil
}

func (m *machine) top() (Value, error) {
	if len(m.stack) <= m.floor() {
		return nil, errStack
	}
	return m.stack[len(m.stack)-1], nil
}

// floor is the height of the stack at the last mark.
func (m *machine) floor() int {
	if len(m.marks) == 0 {
		return 0
	}
	return m.marks[len(m.marks)-1]
}

func (m *machine) mark() error {
	if len(m.marks) >= m.limits.Depth {
		return fmt.Errorf("more than %d open marks, which is the limit", m.limits.Depth)
	}
	m.marks = append(m.marks, len(m.stack))
	return nil
}

// popMark removes the values above the last mark, and the mark.
func (m *machine) popMark() ([]Value, error) {
	if len(m.marks) == 0 {
		return nil, errStack
	}
	from := m.floor()
	items := append([]Value(nil), m.stack[from:]...)
	clear(m.stack[from:])
	m.stack, m.marks = m.stack[:from], m.marks[:len(m.marks)-1]
	return items, nil
}

// popN removes the n values on top and returns them in order.
func (m *machine) popN(n int) ([]Value, error) {
	if len(m.stack)-m.floor() < n {
		return nil, errStack
	}
	from := len(m.stack) - n
	items := append([]Value(nil), m.stack[from:]...)
	clear(m.stack[from:])
	m.stack = m.stack[:from]
	return items, nil
}

// remember stores the value on top in the memo.
func (m *machine) remember(at uint64) error {
	top, err := m.top()
	if err != nil {
		return err
	}
	if len(m.memo) >= m.limits.Values {
		return fmt.Errorf("more than %d memorised values, which is the limit", m.limits.Values)
	}
	m.memo[at] = top
	return nil
}

// recall pushes a value of the memo.
func (m *machine) recall(at uint64) error {
	v, ok := m.memo[at]
	if !ok {
		return fmt.Errorf("value %d of the memo is used before it is stored: the file is damaged", at)
	}
	return m.push(v)
}

func (m *machine) byte() (byte, error) {
	b, err := m.in.ReadByte()
	if err != nil {
		return 0, errShort
	}
	m.at++
	return b, nil
}

// uint reads an unsigned little-endian number of n ≤ 8 bytes.
func (m *machine) uint(n int) (uint64, error) {
	var buffer [8]byte
	if _, err := io.ReadFull(m.in, buffer[:n]); err != nil {
		return 0, errShort
	}
	m.at += int64(n)
	return binary.LittleEndian.Uint64(buffer[:]), nil
}

// bytes reads n bytes, after it has seen that the file can hold them.
func (m *machine) bytes(n uint64) ([]byte, error) {
	if n > uint64(max(0, m.size-m.at)) {
		return nil, errLength
	}
	if n > uint64(m.limits.Bytes) {
		return nil, fmt.Errorf("a string of %d bytes, the limit is %d", n, m.limits.Bytes)
	}
	out := make([]byte, n)
	if _, err := io.ReadFull(m.in, out); err != nil {
		return nil, errShort
	}
	m.at += int64(n)
	return out, nil
}

// sized reads a length of n bytes, and so many bytes.
func (m *machine) sized(n int) ([]byte, error) {
	length, err := m.uint(n)
	if err != nil {
		return nil, err
	}
	return m.bytes(length)
}

// lineLimit bounds the lines of protocol 0.
const lineLimit = 1 << 28

// line reads to the end of a line, without it.
func (m *machine) line() (string, error) {
	var out strings.Builder
	for {
		part, err := m.in.ReadSlice('\n')
		m.at += int64(len(part))
		out.Write(part)
		switch {
		case err == nil:
			return strings.TrimSuffix(out.String(), "\n"), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return "", errShort
		case out.Len() > lineLimit:
			return "", fmt.Errorf("a line of over %d bytes, which is the limit", lineLimit)
		}
	}
}
