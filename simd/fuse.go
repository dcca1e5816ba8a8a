package simd

import (
	"slices"

	"github.com/gomlx/compute"
)

// A cluster is what one step computes: one value, or for fused loops several
// that are computed together, tile by tile.
type cluster struct {
	members []*value
	deps    map[*cluster]bool
	visited int  // stamp of the last search
	level   int  // of the wave it runs in
	span    int  // in how many waves it runs
	place   int  // among the wave's steps
	chained bool // to a loop, of a product

	fused bool
	size  int   // elements of the space that the loop runs over
	cols  int   // length of the rows that a member reduces; 0 if none does
	cuts  []int // where axes of operands end: products of the axes after
	rows  map[*value]bool
	tail  *reduceAttr // the form of the reductions that need the whole loop

	clones map[*value]*value // values of other clusters that are repeated here
}

const (
	maxCols    = 4096 // the longest row that is reduced within a tile
	maxMembers = 48
)

// A fuser forms clusters greedily, in the order of the values.
type fuser struct {
	of       []*cluster // by value
	clusters []*cluster
	stamp    int
	pinned   map[*value]bool // in memory anyway
}

func isElementwise(v *value) bool {
	switch v.op {
	case compute.OpTypeParameter, compute.OpTypeConstant, compute.OpTypeDotGeneral, compute.OpTypeGather,
		compute.OpTypeScatterSum, compute.OpTypeScatterMax, compute.OpTypeScatterMin, compute.OpTypeConcatenate,
		compute.OpTypePad, compute.OpTypeIota, compute.OpTypeRNGBitGenerator, compute.OpTypeConvGeneral, compute.OpTypeReduceWindow,
		compute.OpTypeSelectAndScatterMax, compute.OpTypeSelectAndScatterMin, compute.OpTypeReverse:
		return false
	}
	return v.node == nil && !v.reduces()
}

// fusible reports whether a value can be part of a fused loop.
func fusible(v *value) bool {
	return (isElementwise(v) || v.reduces()) && spaceOf(v) > 0
}

// spaceOf is the number of elements that computing v runs over.
func spaceOf(v *value) int {
	if v.reduces() {
		return product(v.in[0].view.dims)
	}
	return v.size()
}

func fuse(values []*value) *fuser {
	f := &fuser{of: make([]*cluster, len(values))}
	for _, v := range values {
		switch {
		case v.op == compute.OpTypeParameter || v.op == compute.OpTypeConstant:
		case v.multi == nil && v.node != nil || v.op == compute.OpTypeRNGBitGenerator && v.index > 0:
			f.of[v.id] = f.of[v.in[0].id] // a further result
		case fusible(v):
			f.place(v)
		default:
			f.start(v, &cluster{})
		}
	}
	return f
}

// start opens a cluster with v.
func (f *fuser) start(v *value, c *cluster) {
	c.deps = map[*cluster]bool{}
	f.clusters = append(f.clusters, c)
	f.join(v, c)
}

// join adds v to c.
func (f *fuser) join(v *value, c *cluster) {
	c.members = append(c.members, v)
	f.of[v.id] = c
	for _, o := range v.in {
		if d := f.of[o.id]; d != nil && d != c {
			c.deps[d] = true
		}
	}
}

// place adds v to the cluster of an operand where that is possible.
func (f *fuser) place(v *value) {
	var tried []*cluster
	for i := len(v.in) - 1; i >= 0; i-- {
		c := f.of[v.in[i].id]
		if c == nil || !c.fused || slices.Contains(tried, c) {
			continue
		}
		tried = append(tried, c)
		if f.acyclic(v, c) && f.fit(v, c) {
			f.join(v, c)
			f.absorb(c, v)
			return
		}
	}
	c := &cluster{fused: true, size: spaceOf(v), rows: map[*value]bool{}}
	if !f.fit(v, c) {
		panic("simd: a value does not fit a cluster of its own")
	}
	f.start(v, c)
}

// acyclic reports whether no operand of v outside c depends on c.
func (f *fuser) acyclic(v *value, c *cluster) bool {
	for _, o := range v.in {
		if d := f.of[o.id]; d != nil && d != c && f.depends(d, c) {
			return false
		}
	}
	return true
}

// depends reports whether c needs d, directly or through others.
func (f *fuser) depends(c, d *cluster) bool {
	f.stamp++
	return f.search(c, d)
}

func (f *fuser) search(c, d *cluster) bool {
	if c.visited == f.stamp {
		return false
	}
	c.visited = f.stamp
	if c.deps[d] {
		return true
	}
	for e := range c.deps {
		if f.search(e, d) {
			return true
		}
	}
	return false
}

// fit reports whether v can be computed in the loop of c, and prepares c.
func (f *fuser) fit(v *value, c *cluster) bool {
	if len(c.members) >= maxMembers {
		return false
	}
	n := *c
	n.cuts = slices.Clone(c.cuts)
	row := false
	switch {
	case v.reduces():
		if product(v.in[0].view.dims) != c.size || !n.fitReduction(v.attr.(reduceAttr)) {
			return false
		}
	case v.size() == c.size:
	case c.cols > 0 && v.size()*c.cols == c.size:
		row = true
	default:
		return false
	}
	for _, o := range v.in {
		if f.of[o.id] == c {
			if !n.inStep(o, row) {
				return false
			}
		} else if !n.cutFor(o.view, row) {
			return false
		}
	}
	if !chain(n.cuts, c.size) {
		return false
	}
	c.cols, c.cuts, c.tail = n.cols, n.cuts, n.tail
	if row || v.reduces() && v.attr.(reduceAttr).inner == 1 && c.cols > 0 {
		c.rows[v] = true
	}
	return true
}

// fitReduction adapts the loop to a reduction.
func (c *cluster) fitReduction(a reduceAttr) bool {
	if a.inner == 1 && a.middle <= maxCols && (c.cols == 0 || c.cols == a.middle) && (c.tail == nil || c.tail.inner == a.middle) {
		c.cols = a.middle
		c.cut(a.middle)
		return true
	}
	if c.tail != nil && *c.tail != a {
		return false
	}
	if c.cols != 0 && a.inner != c.cols {
		return false
	}
	c.tail = &a
	c.cut(a.inner)
	c.cut(a.inner * a.middle)
	return true
}

// inStep reports whether an operand computed in the loop is at hand when the
// loop needs it: the same element, or the one of its row.
func (c *cluster) inStep(o operand, row bool) bool {
	if c.finishes(o.value) {
		return false
	}
	if c.rows[o.value] && !row {
		return o.view.ofRows(c.cols)
	}
	return c.rows[o.value] == row && o.view.isContiguous() && product(o.view.dims) == o.size()
}

// finishes reports whether v is complete only at the end of the loop.
func (c *cluster) finishes(v *value) bool { return v.reduces() && !c.rows[v] }

// ofRows reports whether the view has one element for each row of cols, in
// order.
func (v view) ofRows(cols int) bool {
	if v.offset != 0 {
		return false
	}
	inner, step := 1, 1
	for a := len(v.dims) - 1; a >= 0; a-- {
		switch d := v.dims[a]; {
		case d == 1:
		case inner < cols:
			if v.strides[a] != 0 {
				return false
			}
			inner *= d
		default:
			if v.strides[a] != step {
				return false
			}
			step *= d
		}
	}
	return inner == cols
}

// cut notes a boundary between axes.
func (c *cluster) cut(at int) {
	if at > 1 && at < c.size && !slices.Contains(c.cuts, at) {
		c.cuts = append(c.cuts, at)
		slices.Sort(c.cuts)
	}
}

// cutFor notes the boundaries of a view.
func (c *cluster) cutFor(v view, row bool) bool {
	scale := 1
	if row {
		scale = c.cols
		c.cut(scale)
	}
	s := v.collapse()
	inner := 1
	for a := len(s.dims) - 1; a > 0; a-- {
		inner *= s.dims[a]
		c.cut(inner * scale)
	}
	return true
}

// collapse merges evenly spaced axes.
func (v view) collapse() view {
	s := v.squeeze()
	c := view{offset: v.offset}
	for a, d := range s.dims {
		if last := len(c.dims) - 1; last >= 0 && c.strides[last] == d*s.strides[a] {
			c.dims[last] *= d
			c.strides[last] = s.strides[a]
			continue
		}
		c.dims, c.strides = append(c.dims, d), append(c.strides, s.strides[a])
	}
	return c
}

// chain reports whether each cut divides the next, and the last the size.
func chain(cuts []int, size int) bool {
	for i, c := range cuts {
		next := size
		if i+1 < len(cuts) {
			next = cuts[i+1]
		}
		if next%c != 0 {
			return false
		}
	}
	return true
}

// absorb merges the other clusters that v's operands come from into c, if the
// loops agree.
func (f *fuser) absorb(c *cluster, v *value) {
	for _, o := range v.in {
		d := f.of[o.id]
		if d == nil || d == c || !d.fused || d.size != c.size || len(c.members)+len(d.members) > maxMembers {
			continue
		}
		if f.mergeable(c, d) {
			f.merge(c, d)
		}
	}
}

// mergeable reports whether c, which needs d, can be computed together with
// it: nothing else between them, and loops of the same form.
func (f *fuser) mergeable(c, d *cluster) bool {
	for e := range c.deps {
		if e != d && f.depends(e, d) {
			return false
		}
	}
	if c.cols != 0 && d.cols != 0 && c.cols != d.cols || c.tail != nil && d.tail != nil && *c.tail != *d.tail {
		return false
	}
	n := cluster{size: c.size, cols: max(c.cols, d.cols), cuts: slices.Clone(c.cuts), tail: c.tail}
	if n.tail == nil {
		n.tail = d.tail
	}
	if n.tail != nil && n.cols != 0 && n.tail.inner != n.cols {
		return false
	}
	for _, at := range d.cuts {
		n.cut(at)
	}
	if !chain(n.cuts, n.size) {
		return false
	}
	// Everything that c takes from d must be at hand in step.
	n.rows = d.rows
	for _, m := range c.members {
		for _, o := range m.in {
			if f.of[o.id] == d && !n.inStep(o, c.rows[m]) {
				return false
			}
		}
	}
	c.cols, c.tail, c.cuts = n.cols, n.tail, n.cuts
	return true
}

// merge moves d's members into c.
func (f *fuser) merge(c, d *cluster) {
	for _, m := range d.members {
		f.of[m.id] = c
	}
	c.members = append(d.members, c.members...)
	slices.SortFunc(c.members, func(a, b *value) int { return a.id - b.id })
	for m := range d.rows {
		c.rows[m] = true
	}
	delete(c.deps, d)
	for e := range d.deps {
		c.deps[e] = true
	}
	for _, e := range f.clusters {
		if e.deps[d] {
			delete(e.deps, d)
			e.deps[c] = true
		}
	}
	f.clusters = slices.DeleteFunc(f.clusters, func(e *cluster) bool { return e == d })
}
