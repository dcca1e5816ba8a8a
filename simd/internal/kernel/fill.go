package kernel

// Fill sets dst[i] = s.
func Fill(dst []float32, s float32) {
	if f := tables[active].fill; f != nil && len(dst) > 0 {
		f(&dst[0], s, len(dst))
		return
	}
	for i := range dst {
		dst[i] = s
	}
}
