package simd

// Arithmetic returns the floating-point operations of an execution's matrix
// products, 2mnk each; element-wise work is not counted, and a loop's or a
// choice's body counts once.
func (e *executable) Arithmetic() float64 { return e.program.arithmetic() }

func (p *program) arithmetic() float64 {
	total := 0.0
	for _, w := range p.waves {
		for _, s := range w.steps {
			total += arithmetic(s)
		}
	}
	return total
}

func arithmetic(s step) float64 {
	switch s := s.(type) {
	case *dotStep:
		return 2 * float64(s.count) * float64(s.m) * float64(s.n) * float64(s.k)
	case *chainStep:
		return arithmetic(s.dot)
	case *controlStep:
		total := 0.0
		for _, p := range s.programs {
			total += p.arithmetic()
		}
		return total
	}
	return 0
}
