package simd

import (
	"slices"

	"github.com/gomlx/compute"
)

// foldLimit is the largest value that is computed once instead of at every
// execution, in bytes.
const foldLimit = 16 << 20

// foldConstants computes what depends on constants alone, and replaces it by
// constants. What cannot be computed, such as 1/0, stays as it is: it fails
// when an execution needs it, which may be never.
func foldConstants(g *graph, values []*value) {
	fixed := make([]bool, len(values))
	for _, v := range values {
		// An output has memory of its own.
		fixed[v.id] = isFixed(v, fixed) && !slices.Contains(g.outputs, v)
	}
	var wanted []*value // fixed values that others need
	want := func(v *value) {
		if fixed[v.id] && v.op != compute.OpTypeConstant && !slices.Contains(wanted, v) {
			wanted = append(wanted, v)
		}
	}
	for _, v := range values {
		if fixed[v.id] {
			continue
		}
		for _, o := range v.in {
			want(o.value)
		}
	}
	if len(wanted) == 0 || g.evaluate(wanted, fixed) == nil || len(wanted) == 1 {
		return
	}
	for _, v := range wanted {
		_ = g.evaluate([]*value{v}, fixed) // an error leaves v as it is
	}
}

func isFixed(v *value, fixed []bool) bool {
	if v.op == compute.OpTypeConstant {
		return true
	}
	if v.op == compute.OpTypeParameter || v.op == compute.OpTypeRNGBitGenerator || v.node != nil || v.bytes() > foldLimit {
		return false
	}
	for _, o := range v.in {
		if !fixed[o.id] {
			return false
		}
	}
	return true
}

// evaluate runs a program for the wanted values and makes constants of them.
func (g *graph) evaluate(wanted []*value, fixed []bool) error {
	sub := &graph{backend: g.backend}
	copies := map[*value]*value{}
	for _, v := range g.values {
		if !fixed[v.id] {
			continue
		}
		c := *v
		c.in = slices.Clone(v.in)
		for i, o := range c.in {
			c.in[i].value = copies[o.value]
		}
		copies[v] = sub.add(&c)
	}
	for _, v := range wanted {
		sub.outputs = append(sub.outputs, copies[v])
	}
	// The program must not fold its own constants again.
	values := needed(sub)
	p, err := planValues(sub, values)
	if err != nil {
		return err
	}
	defer p.close()
	blocks, err := p.execute(nil, nil)
	if err != nil {
		return err
	}
	for i, v := range wanted {
		data := slices.Clone(blocks[i].bytes()[:v.bytes()])
		*v = value{id: v.id, op: compute.OpTypeConstant, dtype: v.dtype, dims: v.dims, data: data}
		g.backend.memory.put(blocks[i])
	}
	return nil
}
