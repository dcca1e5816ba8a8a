package simd

import "slices"

// placeInArena gives every intermediate value a place in the arena that
// nothing else uses at the same time, and finds outputs that may take over the
// memory of a donated parameter.
func (p *planner) placeInArena() {
	live := p.lifetimes()
	p.shareDonated()
	slices.SortFunc(live, func(a, b *interval) int {
		if a.from != b.from {
			return a.from - b.from
		}
		return b.bytes - a.bytes
	})
	var placed []*interval
	for _, v := range live {
		if v.bytes == 0 {
			v.bytes = 1
		}
		v.bytes = roundUp(v.bytes)
		placed = slices.DeleteFunc(placed, func(u *interval) bool { return u.to < v.from })
		v.at = gap(placed, v.bytes)
		i, _ := slices.BinarySearchFunc(placed, v.at, func(u *interval, at int) int { return u.at - at })
		placed = slices.Insert(placed, i, v)
		p.arena = max(p.arena, v.at+v.bytes)
		p.offsets = append(p.offsets, offset{v.slot, v.at})
	}
}

// gap returns the lowest place for some bytes between intervals sorted by
// place.
func gap(placed []*interval, bytes int) int {
	at := 0
	for _, u := range placed {
		if u.at-at >= bytes {
			return at
		}
		at = max(at, u.at+u.bytes)
	}
	return at
}

// lifetimes returns from which wave to which each intermediate value is needed.
func (p *planner) lifetimes() []*interval {
	bytes := make([]int, p.slots)
	kept := make([]bool, p.slots) // in the arena
	for _, v := range p.graph.values {
		if s := p.slotOf[v.id]; s >= 0 {
			bytes[s] = v.bytes()
			kept[s] = p.fuser.of[v.id] != nil && !p.output[v.id]
		}
	}
	bySlot := make([]*interval, p.slots)
	for level, steps := range p.levels {
		for _, s := range steps {
			for _, w := range s.writes {
				if kept[w] && bySlot[w] == nil {
					bySlot[w] = &interval{slot: w, bytes: bytes[w], from: level, to: level}
				} else if bySlot[w] != nil {
					bySlot[w].to = level
				}
			}
			for _, r := range s.reads {
				if bySlot[r] != nil {
					bySlot[r].to = level
				}
			}
		}
	}
	var live []*interval
	for _, v := range bySlot {
		if v != nil {
			live = append(live, v)
		}
	}
	for i := range p.scratch {
		live = append(live, &p.scratch[i])
	}
	return live
}

// shareDonated lets outputs of fused loops take over donated parameters.
func (p *planner) shareDonated() {
	last := make([]int, p.slots)
	for level, steps := range p.levels {
		for _, s := range steps {
			for _, r := range s.reads {
				last[r] = level
			}
		}
	}
	taken := map[int]bool{}
	for level, steps := range p.levels {
		for _, s := range steps {
			if s.loop == nil {
				continue
			}
			for i := range p.outputs {
				o := &p.outputs[i]
				if !slices.Contains(s.writes, o.slot) {
					continue
				}
				for index, param := range p.parameters {
					if taken[index] || last[param] != level || p.parameterBytes(index) != o.bytes ||
						p.readInWave(steps, param) != 1 || slices.Contains(s.others, param) || !s.loop.mayOverwrite(o.slot, param) {
						continue
					}
					o.from, taken[index] = index, true
					break
				}
			}
		}
	}
}

func (p *planner) parameterBytes(i int) int { return p.graph.parameters[i].bytes() }

// readInWave counts the steps of a wave that read a slot.
func (p *planner) readInWave(steps []planned, slot int) int {
	n := 0
	for _, s := range steps {
		if slices.Contains(s.reads, slot) {
			n++
		}
	}
	return n
}

// mayOverwrite reports whether the result in slot out can be written where the
// loop reads slot in: element for element, and not before it is read.
func (l *loopCompiler) mayOverwrite(out, in int) bool {
	var dst *store
	for i := range l.stores {
		if l.stores[i].slot == out {
			dst = &l.stores[i]
		}
	}
	if dst == nil || dst.perRow {
		return false
	}
	written, read := -1, -1
	for i, ins := range l.code {
		if written < 0 && ins.dst.pointer == dst.pointer {
			written = i
		}
	}
	for i := range l.loads {
		ld := &l.loads[i]
		if ld.slot != in {
			continue
		}
		if ld.kind != direct || ld.size != dst.size || ld.offset != 0 || l.loadSpace(ld) != fullSpace || !l.inOrder(ld) {
			return false
		}
		for k, ins := range l.code {
			if ins.a.pointer == ld.pointer || ins.b.pointer == ld.pointer || ins.c.pointer == ld.pointer {
				read = max(read, k)
			}
		}
	}
	return read >= 0 && written >= read
}

func (l *loopCompiler) loadSpace(ld *load) space {
	for _, t := range l.loadOf {
		if t.pointer == ld.pointer {
			return t.space
		}
	}
	return scalarSpace
}

// inOrder reports whether a load is the whole array from first to last.
func (l *loopCompiler) inOrder(ld *load) bool {
	v := view{
		dims:    slices.Concat(ld.rowDims, ld.colDims),
		strides: slices.Concat(ld.rowSteps, ld.colSteps),
	}
	return v.isContiguous()
}
