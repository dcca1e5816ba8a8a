package simd

// Convolution and pooling read an operand through windows that move over it.
// This file finds the elements of a window: every element is at a position
// along each spatial axis, which is the sum of where the window stands and of
// the place within the window, and it may lie outside of the operand or, where
// the operand is dilated, between its elements.

// maxSpatial is how many spatial axes a window may have here.
const maxSpatial = 8

// A spatialAxis is one along which windows move. Positions count from the
// first element of the operand, in elements of the dilated operand.
type spatialAxis struct {
	size, step int // elements, and their distance in memory
	dilation   int // positions from one element to the next
	start      int // position of the first place of the first window
}

// A walkAxis is an axis of windows, of places within a window, or one that has
// nothing to do with windows, such as that of channels.
type walkAxis struct {
	dim     int
	spatial int // the spatial axis it moves along, or -1
	step    int // positions along that; without one, elements in memory
}

// patches has a row for each index of the outer axes and a column for each
// index of the inner ones.
type patches struct {
	spatial      []spatialAxis
	outer, inner []walkAxis
}

// A span is a run of columns along the last of the inner axes.
type span struct {
	at, n     int // first column, counted from the first one wanted, and length
	offset    int // in memory
	positions [maxSpatial]int
}

// A reach says which elements of a span exist: count of them, from number
// first on, every so many; in memory they begin at from and lie step apart.
type reach struct{ first, every, count, from, step int }

// significant drops axes of size one, and merges those beside windows that
// are evenly spaced in memory.
func significant(axes []walkAxis) []walkAxis {
	var out []walkAxis
	for _, a := range axes {
		if a.dim == 1 {
			continue
		}
		if last := len(out) - 1; last >= 0 && a.spatial < 0 && out[last].spatial < 0 && out[last].step == a.dim*a.step {
			out[last] = walkAxis{out[last].dim * a.dim, -1, a.step}
			continue
		}
		out = append(out, a)
	}
	return out
}

func sizeOf(axes []walkAxis) int {
	n := 1
	for _, a := range axes {
		n *= a.dim
	}
	return n
}

// locate adds up what index i of some axes contributes.
func locate(axes []walkAxis, i int, offset *int, positions *[maxSpatial]int) {
	for a := len(axes) - 1; a >= 0; a-- {
		x := &axes[a]
		at := i % x.dim * x.step
		i /= x.dim
		if x.spatial < 0 {
			*offset += at
		} else {
			positions[x.spatial] += at
		}
	}
}

// spans appends the runs of the columns [from, to).
func (p *patches) spans(s []span, from, to int) []span {
	length := 1
	if n := len(p.inner); n > 0 {
		length = p.inner[n-1].dim
	}
	for i := from; i < to; {
		run := span{at: i - from, n: min(length-i%length, to-i)}
		locate(p.inner, i, &run.offset, &run.positions)
		s = append(s, run)
		i += run.n
	}
	return s
}

// row returns where row i begins.
func (p *patches) row(i int) (offset int, positions [maxSpatial]int) {
	for a := range p.spatial {
		positions[a] = p.spatial[a].start
	}
	locate(p.outer, i, &offset, &positions)
	return offset, positions
}

// reach returns the elements of a span of the row that begins at offset and
// positions.
func (p *patches) reach(s *span, offset int, positions *[maxSpatial]int) reach {
	r := reach{every: 1, count: s.n, from: offset + s.offset, step: 1}
	along := -1
	if n := len(p.inner); n > 0 {
		if along = p.inner[n-1].spatial; along < 0 {
			r.step = p.inner[n-1].step
		}
	}
	for i := range p.spatial {
		a, x := &p.spatial[i], positions[i]+s.positions[i]
		if i == along {
			r.along(a, x, p.inner[len(p.inner)-1].step, s.n)
			continue
		}
		if x < 0 || x > (a.size-1)*a.dilation || x%a.dilation != 0 {
			return reach{}
		}
		r.from += x / a.dilation * a.step
	}
	if r.count <= 0 {
		return reach{}
	}
	return r
}

// along restricts the reach to the elements of an axis: those of the positions
// x, x+move, …, n of them, that exist.
func (r *reach) along(a *spatialAxis, x, move, n int) {
	last := (a.size - 1) * a.dilation
	low, high := 0, 0
	if x < 0 {
		low = (-x + move - 1) / move
	}
	if x <= last {
		high = min(n, (last-x)/move+1)
	}
	if a.dilation > 1 {
		r.every = a.dilation / gcd(a.dilation, move)
		end := low + r.every
		for ; low < end && (x+low*move)%a.dilation != 0; low++ {
		}
		if low == end {
			high = low
		}
	}
	r.first, r.count = low, (high-low+r.every-1)/r.every
	r.from += (x + low*move) / a.dilation * a.step
	r.step = r.every * move / a.dilation * a.step
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// dense reports whether no axis is dilated and the columns end with a spatial
// axis: the usual case, which has a quicker loop.
func (p *patches) dense() bool {
	for i := range p.spatial {
		if p.spatial[i].dilation != 1 {
			return false
		}
	}
	return len(p.inner) > 0 && p.inner[len(p.inner)-1].spatial >= 0
}

// copyDense is copyRow for dense patches.
func (p *patches) copyDense(dst, src []float32, spans []span, i int) {
	offset, positions := p.row(i)
	last := &p.inner[len(p.inner)-1]
	along, move := last.spatial, last.step
	size, step := p.spatial[along].size, p.spatial[along].step
next:
	for k := range spans {
		s := &spans[k]
		out := dst[s.at : s.at+s.n]
		from := offset + s.offset
		for i := range p.spatial {
			if i == along {
				continue
			}
			x := positions[i] + s.positions[i]
			if uint(x) >= uint(p.spatial[i].size) {
				clear(out)
				continue next
			}
			from += x * p.spatial[i].step
		}
		x := positions[along] + s.positions[along]
		low, high := 0, s.n
		if x < 0 {
			low = (-x + move - 1) / move
		}
		if over := x + (high-1)*move - (size - 1); over > 0 {
			high -= (over + move - 1) / move
		}
		if low >= high {
			clear(out)
			continue
		}
		clear(out[:low])
		clear(out[high:])
		copyEvery(out[low:high], src, from+(x+low*move)*step, move*step)
	}
}

// copyRow writes the elements of a row to dst, and zero for those that do not
// exist.
func (p *patches) copyRow(dst, src []float32, spans []span, i int) {
	offset, positions := p.row(i)
	for k := range spans {
		s := &spans[k]
		out := dst[s.at : s.at+s.n]
		r := p.reach(s, offset, &positions)
		switch {
		case r.count == 0:
			clear(out)
		case r.every > 1:
			clear(out)
			for j, from := r.first, r.from; r.count > 0; r.count-- {
				out[j] = src[from]
				j, from = j+r.every, from+r.step
			}
		default:
			clear(out[:r.first])
			clear(out[r.first+r.count:])
			copyEvery(out[r.first:r.first+r.count], src, r.from, r.step)
		}
	}
}

// copyEvery copies elements that lie step apart.
func copyEvery(dst, src []float32, from, step int) {
	if step == 1 {
		copy(dst, src[from:])
		return
	}
	for j := range dst {
		dst[j] = src[from]
		from += step
	}
}
