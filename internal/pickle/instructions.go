package pickle

import (
	"fmt"
	"maps"
	"strconv"
)

const opStop = '.'

// refused lists the instructions that only code or other objects need.
var refused = map[byte]string{
	'P': "a persistent object", 'Q': "a persistent object", 'i': "an instance of a class", 'o': "an instance of a class",
	0x82: "a registered extension", 0x83: "a registered extension", 0x84: "a registered extension",
	0x92: "an instance of a class with named arguments", 0x97: "a buffer outside the file", 0x98: "a buffer outside the file",
}

// instruction is what one byte of a program does.
type instruction = func(*machine) error

// instructions are those of all groups, which are as in pickletools. init fills it,
// since instructions refer to the machine that looks them up.
var instructions = map[byte]instruction{}

func init() {
	for _, group := range []map[byte]instruction{
		numberInstructions(), textInstructions(), containerInstructions(), stackInstructions(), nameInstructions(),
	} {
		maps.Copy(instructions, group)
	}
}

// stackInstructions move values between the stack and the memo.
func stackInstructions() map[byte]instruction {
	return map[byte]instruction{
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
	}
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

func (m *machine) protocol() error {
	version, err := m.byte()
	if err == nil && version > 5 {
		err = fmt.Errorf("protocol %d, the newest that is read is 5", version)
	}
	return err
}
