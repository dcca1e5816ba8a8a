package kernel

// Select sets dst[i] to a[i] where cond[i], else to b[i].
func Select(dst []float32, cond []bool, a, b []float32) {
	cond, a, b = cond[:len(dst)], a[:len(dst)], b[:len(dst)]
	for i, c := range cond {
		if c {
			dst[i] = a[i]
		} else {
			dst[i] = b[i]
		}
	}
}

// SelectVS sets dst[i] to a[i] where cond[i], else to s.
func SelectVS(dst []float32, cond []bool, a []float32, s float32) {
	cond, a = cond[:len(dst)], a[:len(dst)]
	for i, c := range cond {
		if c {
			dst[i] = a[i]
		} else {
			dst[i] = s
		}
	}
}

// SelectSV sets dst[i] to s where cond[i], else to b[i].
func SelectSV(dst []float32, cond []bool, s float32, b []float32) {
	cond, b = cond[:len(dst)], b[:len(dst)]
	for i, c := range cond {
		if c {
			dst[i] = s
		} else {
			dst[i] = b[i]
		}
	}
}
