package simd

// A view says where the elements of an array lie within another value's
// memory: element (i₀, i₁, …) is at offset + Σ iₐ·strides[a], counted in
// elements. Transposes, broadcasts, slices and most reshapes are views.
type view struct {
	dims, strides []int
	offset        int
}

// contiguous returns the view of an array of its own.
func contiguous(dims []int) view {
	strides := make([]int, len(dims))
	step := 1
	for a := len(dims) - 1; a >= 0; a-- {
		strides[a] = step
		step *= dims[a]
	}
	return view{dims: dims, strides: strides}
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// isContiguous reports whether the elements lie in order without gaps from
// the start.
func (v view) isContiguous() bool { return v.offset == 0 && v.isDense() }

// isDense is isContiguous from any start.
func (v view) isDense() bool {
	step := 1
	for a := len(v.dims) - 1; a >= 0; a-- {
		if v.dims[a] != 1 && v.strides[a] != step {
			return false
		}
		step *= v.dims[a]
	}
	return true
}

func (v view) transpose(permutation []int) view {
	t := view{make([]int, len(v.dims)), make([]int, len(v.dims)), v.offset}
	for a, p := range permutation {
		t.dims[a], t.strides[a] = v.dims[p], v.strides[p]
	}
	return t
}

// broadcast maps axis a of v to axis axes[a] of dims.
func (v view) broadcast(dims, axes []int) view {
	b := view{dims, make([]int, len(dims)), v.offset}
	for a, out := range axes {
		if v.dims[a] == dims[out] {
			b.strides[out] = v.strides[a]
		}
	}
	return b
}

// spread broadcasts v to the same rank, or a scalar to any.
func (v view) spread(dims []int) view {
	s := view{dims, make([]int, len(dims)), v.offset}
	if len(v.dims) != len(dims) {
		return s
	}
	for a, d := range v.dims {
		if d == dims[a] {
			s.strides[a] = v.strides[a]
		}
	}
	return s
}

func (v view) slice(starts, steps, dims []int) view {
	s := view{dims, make([]int, len(dims)), v.offset}
	for a := range dims {
		step := 1
		if len(steps) > 0 {
			step = steps[a]
		}
		s.offset += starts[a] * v.strides[a]
		s.strides[a] = step * v.strides[a]
	}
	return s
}

// reshape returns the view with other dimensions, or false if it needs a copy.
func (v view) reshape(dims []int) (view, bool) {
	if product(dims) == 0 {
		return contiguous(dims), true
	}
	r := view{dims, make([]int, len(dims)), v.offset}
	from := v.squeeze()
	// Match runs of axes with equal products; a run must be evenly spaced.
	i, j := 0, 0
	for j < len(dims) || i < len(from.dims) {
		i0, j0, p, q := i, j, 1, 1
		for {
			if p == q && p > 1 {
				break
			}
			if p <= q && i < len(from.dims) {
				p *= from.dims[i]
				i++
			} else if j < len(dims) {
				q *= dims[j]
				j++
			} else {
				break
			}
		}
		for a := i0; a+1 < i; a++ {
			if from.strides[a] != from.strides[a+1]*from.dims[a+1] {
				return r, false
			}
		}
		step := 0
		if i > i0 {
			step = from.strides[i-1]
		}
		for a := j - 1; a >= j0; a-- {
			r.strides[a] = step
			step *= dims[a]
		}
	}
	return r, true
}

// squeeze drops axes of size one.
func (v view) squeeze() view {
	s := view{offset: v.offset}
	for a, d := range v.dims {
		if d != 1 {
			s.dims, s.strides = append(s.dims, d), append(s.strides, v.strides[a])
		}
	}
	return s
}

// split divides the axes of v into the finer axes dims, which have the same
// product; false if an axis boundary of v is not one of dims.
func (v view) split(dims []int) (view, bool) {
	r := view{dims, make([]int, len(dims)), v.offset}
	s := v.squeeze()
	a := len(s.dims) - 1
	rest, step := 1, 0
	for i := len(dims) - 1; i >= 0; i-- {
		if dims[i] == 1 {
			continue
		}
		if rest == 1 {
			if a < 0 {
				return r, false
			}
			rest, step = s.dims[a], s.strides[a]
			a--
		}
		if rest%dims[i] != 0 {
			return r, false
		}
		r.strides[i] = step
		step *= dims[i]
		rest /= dims[i]
	}
	return r, rest == 1 && a < 0
}
