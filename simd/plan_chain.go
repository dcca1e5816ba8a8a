package simd

import (
	"slices"

	"github.com/gomlx/compute"
)

// chain joins the loop of c to a product that it reads, if everything else
// that it reads is there by the time of the product.
func (p *planner) chain(c *cluster, s planned) bool {
	if s.loop == nil {
		return false
	}
	for d := range c.deps {
		v := d.members[0]
		if d.fused || d.chained || v.op != compute.OpTypeDotGeneral || v.node != nil || !p.readyAt(c, d) {
			continue
		}
		dot, ok := p.levels[d.level][d.place].step.(*dotStep)
		if !ok {
			continue
		}
		if step := newChainStep(dot, s.loop, v, p.slot); step != nil {
			p.join(c, d, s, step)
			return true
		}
	}
	return false
}

// readyAt reports whether all that c needs, but for d, is complete when d runs.
func (p *planner) readyAt(c, d *cluster) bool {
	for e := range c.deps {
		if e != d && e.level+e.span > d.level {
			return false
		}
	}
	return true
}

// join puts the chain where the product was.
func (p *planner) join(c, d *cluster, s planned, step *chainStep) {
	at := &p.levels[d.level][d.place]
	slot := p.slot(d.members[0])
	step.local = !p.neededBeside(d.members[0], c)
	if step.local {
		for i := range s.loop.loads {
			if ld := &s.loop.loads[i]; ld.slot == slot {
				ld.panel = true
			}
		}
		at.writes = slices.DeleteFunc(at.writes, func(w int) bool { return w == slot })
	}
	s.reads = slices.DeleteFunc(s.reads, func(r int) bool { return r == slot })
	at.others = at.reads
	at.reads = slices.Concat(at.reads, s.reads)
	at.writes = slices.Concat(at.writes, s.writes)
	at.step, at.loop = step, s.loop
	c.level, c.place, d.chained = d.level, d.place, true
}

// neededBeside reports whether anything but the loop of c reads v.
func (p *planner) neededBeside(v *value, c *cluster) bool {
	if p.output[v.id] {
		return true
	}
	for _, u := range p.graph.values {
		if p.fuser.of[u.id] == c {
			continue
		}
		for _, o := range u.in {
			if o.value == v {
				return true
			}
		}
	}
	return false
}
