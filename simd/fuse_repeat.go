package simd

import (
	"slices"

	"github.com/gomlx/compute"
)

// Computing a value again where it is needed is often cheaper than storing it
// in one loop and loading it in another: an element-wise operation on what is
// in the first-level cache costs a fraction of a trip to memory.

// maxRepeated bounds what a loop repeats to save a load: the sum of the costs
// of the operations.
const maxRepeated = 8

// costs of repeating an operation, where it is not 1. What is missing from
// both lists is not repeated.
var costs = map[compute.OpType]int{
	compute.OpTypeDiv: 2, compute.OpTypeSqrt: 2, compute.OpTypeRsqrt: 2,
	compute.OpTypeExp: 4, compute.OpTypeLogistic: 4, compute.OpTypeTanh: 5, opSiLU: 5,
}

var cheap = []compute.OpType{
	compute.OpTypeAdd, compute.OpTypeSub, compute.OpTypeMul, compute.OpTypeMax, compute.OpTypeMin, compute.OpTypeNeg,
	compute.OpTypeAbs, compute.OpTypeSign, compute.OpTypeWhere, compute.OpTypeIdentity, compute.OpTypeConvertDType,
	compute.OpTypeEqual, compute.OpTypeNotEqual, compute.OpTypeLessThan, compute.OpTypeLessOrEqual,
	compute.OpTypeGreaterThan, compute.OpTypeGreaterOrEqual, compute.OpTypeLogicalAnd, compute.OpTypeLogicalNot, compute.OpTypeLogicalOr,
}

func costOf(op compute.OpType) int {
	if c, ok := costs[op]; ok {
		return c
	}
	if slices.Contains(cheap, op) {
		return 1
	}
	return maxRepeated + 1
}

// repeat lets loops compute operands again where that needs no more loads. It
// returns the values, with clones and without what is not needed any more.
func (f *fuser) repeat(values, outputs []*value) []*value {
	f.pin(values, outputs)
	for _, c := range f.ordered() {
		if !c.fused {
			continue
		}
		for _, v := range f.candidates(c) {
			values = f.repeatIn(c, v, values)
		}
		f.sortMembers(c)
	}
	return f.dropUnused(values, outputs)
}

// pin finds the values of loops that are in memory anyway, for clients or
// other kinds of steps.
func (f *fuser) pin(values, outputs []*value) {
	f.pinned = map[*value]bool{}
	for _, v := range outputs {
		f.pinned[v] = true
	}
	for _, v := range values {
		if c := f.of[v.id]; c != nil && c.fused {
			continue
		}
		for _, o := range v.in {
			f.pinned[o.value] = true
		}
	}
}

// candidates are the values of other loops that c reads in its own order.
func (f *fuser) candidates(c *cluster) []*value {
	var found, wrong []*value
	for _, m := range c.members {
		for _, o := range m.in {
			switch {
			case !f.repeatable(o.value, c):
			case c.rows[m] && !m.reduces() || !inOrder(o):
				wrong = append(wrong, o.value)
			case !slices.Contains(found, o.value):
				found = append(found, o.value)
			}
		}
	}
	return slices.DeleteFunc(found, func(v *value) bool { return slices.Contains(wrong, v) })
}

// inOrder reports whether an operand is all of its value, from first to last.
func inOrder(o operand) bool {
	return o.view.isContiguous() && product(o.view.dims) == o.size()
}

// repeatable reports whether v is element-wise work of another loop over as
// many elements as that of c.
func (f *fuser) repeatable(v *value, c *cluster) bool {
	d := f.of[v.id]
	return d != nil && d != c && d.fused && isElementwise(v) && v.size() == c.size && !d.rows[v] && costOf(v.op) <= maxRepeated
}

// repeatIn clones v, and what it is computed of, into c, if that pays.
func (f *fuser) repeatIn(c *cluster, v *value, values []*value) []*value {
	if c.clones == nil {
		c.clones = map[*value]*value{}
	}
	plan := repetition{f: f, c: c, cuts: slices.Clone(c.cuts)}
	if len(c.members) >= 2*maxMembers || !plan.need(v) || !chain(plan.cuts, c.size) ||
		len(plan.loads) > 1 || len(plan.loads) == 1 && f.pinned[v] {
		return values
	}
	c.cuts = plan.cuts
	for _, w := range plan.order {
		n := *w
		n.in = slices.Clone(w.in)
		n.id = len(values)
		values = append(values, &n)
		f.of = append(f.of, c)
		c.members = append(c.members, &n)
		c.clones[w] = &n
	}
	for _, m := range c.members {
		for i, o := range m.in {
			if k, ok := c.clones[o.value]; ok && inOrder(o) {
				m.in[i].value = k
			}
		}
	}
	return values
}

// sortMembers puts each member after those that it needs.
func (f *fuser) sortMembers(c *cluster) {
	sorted := make([]*value, 0, len(c.members))
	done := map[*value]bool{}
	var visit func(v *value)
	visit = func(v *value) {
		if done[v] {
			return
		}
		done[v] = true
		for _, o := range v.in {
			if f.of[o.id] == c {
				visit(o.value)
			}
		}
		sorted = append(sorted, v)
	}
	for _, v := range c.members {
		visit(v)
	}
	c.members = sorted
}

// A repetition is what it takes to repeat a value.
type repetition struct {
	f     *fuser
	c     *cluster
	order []*value // to clone, operands first
	cost  int
	loads []*value // arrays as large as the loop that it would newly read
	cuts  []int
}

// need plans to have v at hand.
func (r *repetition) need(v *value) bool {
	if slices.Contains(r.order, v) || r.c.clones[v] != nil {
		return true
	}
	if r.cost += costOf(v.op); r.cost > maxRepeated {
		return false
	}
	for _, o := range v.in {
		if r.f.repeatable(o.value, r.c) && inOrder(o) && !r.f.pinned[o.value] && !r.reads(o.value) {
			before := *r
			if r.need(o.value) {
				continue
			}
			*r = before
		}
		if !r.load(o) {
			return false
		}
	}
	r.order = append(r.order, v)
	return true
}

// load plans to read an operand from memory.
func (r *repetition) load(o operand) bool {
	if r.f.of[o.id] == r.c {
		return false
	}
	t := cluster{size: r.c.size, cuts: slices.Clone(r.cuts)}
	t.cutFor(o.view, false)
	r.cuts = t.cuts
	if o.size() == r.c.size && !slices.Contains(r.loads, o.value) && !r.reads(o.value) {
		r.loads = append(slices.Clone(r.loads), o.value)
	}
	return true
}

// reads reports whether the loop reads v already.
func (r *repetition) reads(v *value) bool {
	for _, m := range r.c.members {
		for _, o := range m.in {
			if o.value == v {
				return true
			}
		}
	}
	return false
}

// dropUnused removes members that nothing needs any more, and renews what each
// cluster depends on.
func (f *fuser) dropUnused(values, outputs []*value) []*value {
	uses := make([]int, len(values))
	for _, v := range outputs {
		uses[v.id]++
	}
	order := f.ordered()
	for _, c := range order {
		for _, v := range c.members {
			for _, o := range v.in {
				uses[o.id]++
			}
		}
	}
	dropped := map[*value]bool{}
	for i := len(order) - 1; i >= 0; i-- {
		c := order[i]
		for k := len(c.members) - 1; c.fused && k >= 0; k-- {
			v := c.members[k]
			if uses[v.id] > 0 {
				continue
			}
			for _, o := range v.in {
				uses[o.id]--
			}
			delete(c.rows, v)
			c.members = slices.Delete(c.members, k, k+1)
			dropped[v] = true
		}
	}
	f.clusters = slices.DeleteFunc(f.clusters, func(c *cluster) bool { return len(c.members) == 0 })
	for _, c := range f.clusters {
		c.deps = map[*cluster]bool{}
		for _, v := range c.members {
			for _, o := range v.in {
				if d := f.of[o.id]; d != nil && d != c {
					c.deps[d] = true
				}
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(values), func(v *value) bool { return dropped[v] })
}
