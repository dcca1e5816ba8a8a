package kernel

// Select sets dst[i] to a[i] where cond[i], else to b[i].
func Select(dst []float32, cond []bool, a, b []float32) {
	cond, a, b = cond[:len(dst)], a[:len(dst)], b[:len(dst)]
	done := wholeGrains(len(dst))
	if done > 0 {
		tables[active].logic.vv(&dst[0], &cond[0], &a[0], &b[0], done)
	}
	for i := done; i < len(dst); i++ {
		if cond[i] {
			dst[i] = a[i]
		} else {
			dst[i] = b[i]
		}
	}
}

// SelectVS sets dst[i] to a[i] where cond[i], else to s.
func SelectVS(dst []float32, cond []bool, a []float32, s float32) {
	cond, a = cond[:len(dst)], a[:len(dst)]
	done := wholeGrains(len(dst))
	if done > 0 {
		tables[active].logic.vs(&dst[0], &cond[0], &a[0], s, done)
	}
	for i := done; i < len(dst); i++ {
		if cond[i] {
			dst[i] = a[i]
		} else {
			dst[i] = s
		}
	}
}

// SelectSV sets dst[i] to s where cond[i], else to b[i].
func SelectSV(dst []float32, cond []bool, s float32, b []float32) {
	cond, b = cond[:len(dst)], b[:len(dst)]
	done := wholeGrains(len(dst))
	if done > 0 {
		tables[active].logic.sv(&dst[0], &cond[0], s, &b[0], done)
	}
	for i := done; i < len(dst); i++ {
		if cond[i] {
			dst[i] = s
		} else {
			dst[i] = b[i]
		}
	}
}
