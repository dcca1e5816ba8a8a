package main

import (
	"slices"

	"github.com/mmcloughlin/avo/reg"
)

// An interval is the lines between which a register holds a value.
type interval struct{ first, last int }

// allocate numbers the vector registers by a linear scan; false if 32 are not
// enough.
func (a *assembly) allocate() (map[reg.VecVirtual]uint32, bool) {
	live, order := a.intervals()
	free := make([]bool, 32)
	for i := range free {
		free[i] = true
	}
	numbers := map[reg.VecVirtual]uint32{}
	var active []reg.VecVirtual
	for _, r := range order {
		at := live[r].first
		active = slices.DeleteFunc(active, func(o reg.VecVirtual) bool {
			if live[o].last <= at {
				free[numbers[o]] = true
				return true
			}
			return false
		})
		i := slices.Index(free, true)
		if i < 0 {
			return nil, false
		}
		if l := a.lines[at]; l.isMove && free[numbers[l.vectors[1]]] {
			i = int(numbers[l.vectors[1]])
		}
		free[i] = false
		numbers[r] = uint32(i)
		active = append(active, r)
	}
	return numbers, true
}

// intervals returns where each register is live, and the registers in the
// order of their first lines. What a loop uses from outside lives until its
// last line.
func (a *assembly) intervals() (map[reg.VecVirtual]interval, []reg.VecVirtual) {
	live, order := map[reg.VecVirtual]interval{}, []reg.VecVirtual{}
	labels := map[string]int{}
	for i, l := range a.lines {
		if l.label != "" {
			labels[l.label] = i
		}
		for _, r := range l.vectors {
			at, ok := live[r]
			if !ok {
				order, at.first = append(order, r), i
			}
			at.last = i
			live[r] = at
		}
	}
	for changed := true; changed; {
		changed = false
		for i, l := range a.lines {
			start, ok := labels[l.target]
			if !ok || start > i {
				continue
			}
			for r, at := range live {
				if at.first < start && at.last >= start && at.last < i {
					live[r], changed = interval{at.first, i}, true
				}
			}
		}
	}
	return live, order
}
