package main

// binaries lists the element-wise functions of two variables; sv is set where
// the order of the operands matters, and vs where that form exists.
var binaries = []struct {
	name string
	sv   bool
	body func(v *vector, a, b value) value
}{
	{"add", false, (*vector).add},
	{"sub", true, (*vector).sub},
	{"mul", false, (*vector).mul},
	{"div", true, (*vector).div},
	{"max", false, maximum},
	{"min", false, minimum},
}

// maximum has the rules of Go's max: NaN wins, +0 is above -0.
func maximum(v *vector, a, b value) value {
	if v.neon != nil {
		return v.max(a, b)
	}
	m := v.choose(v.compare(equal, a, b), v.and(a, b), v.max(a, b))
	return v.choose(v.compare(unordered, a, a), a, m)
}

// minimum has the rules of Go's min: NaN wins, -0 is below +0.
func minimum(v *vector, a, b value) value {
	if v.neon != nil {
		return v.min(a, b)
	}
	m := v.choose(v.compare(equal, a, b), v.or(a, b), v.min(a, b))
	return v.choose(v.compare(unordered, a, a), a, m)
}

// binaryLoops writes them with two vectors, and with a scalar on either side.
func binaryLoops(v *vector) {
	unroll := 4
	if v.set == "AVX2" {
		unroll = 2
	}
	fill := elementwise{name: "fill", doc: "sets dst[i] = s.", out: []string{"dst"}, scalar: []string{"s"}, unroll: unroll,
		body: func(v *vector, _, s []value) []value { return []value{s[0][:v.group]} }}
	fill.write(v)
	dst, a, b, ab, s := []string{"dst"}, []string{"a"}, []string{"b"}, []string{"a", "b"}, []string{"s"}
	for _, op := range binaries {
		loops := []elementwise{
			{name: op.name + "VV", doc: "sets dst[i] = " + op.name + "(a[i], b[i]).", in: ab,
				body: func(v *vector, in, _ []value) []value { return []value{op.body(v, in[0], in[1])} }},
			{name: op.name + "VS", doc: "sets dst[i] = " + op.name + "(a[i], s).", in: a, scalar: s,
				body: func(v *vector, in, s []value) []value { return []value{op.body(v, in[0], s[0][:v.group])} }},
		}
		if op.sv {
			loops = append(loops, elementwise{name: op.name + "SV", doc: "sets dst[i] = " + op.name + "(s, b[i]).", in: b, scalar: s,
				body: func(v *vector, in, s []value) []value { return []value{op.body(v, s[0][:v.group], in[0])} }})
		}
		for _, e := range loops {
			e.out, e.unroll = dst, unroll
			e.write(v)
		}
	}
}
