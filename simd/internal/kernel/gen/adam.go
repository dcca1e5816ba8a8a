package main

// adamLoop writes one step of Adam; see type Adam of the package for what the
// parameters are. It rounds as the separate operations would.
func adamLoop(v *vector) {
	e := elementwise{name: "adam", doc: "is the loop of Adam.Step.",
		out:    []string{"newParam", "newM", "newV"},
		in:     []string{"param", "m", "v", "grad"},
		scalar: []string{"rate", "beta1", "rest1", "beta2", "rest2", "debias1", "debias2", "epsilon", "decay"},
		unroll: 1, body: adamStep}
	e.write(v)
}

func adamStep(v *vector, in, scalar []value) []value {
	param, m, u, grad := in[0], in[1], in[2], in[3]
	rate, beta1, rest1, beta2, rest2 := scalar[0], scalar[1], scalar[2], scalar[3], scalar[4]
	debias1, debias2, epsilon, decay := scalar[5], scalar[6], scalar[7], scalar[8]
	m = v.add(v.mul(beta1, m), v.mul(rest1, grad))
	u = v.add(v.mul(beta2, u), v.mul(rest2, v.mul(grad, grad)))
	step := v.div(v.mul(rate, v.mul(m, debias1)), v.add(v.sqrt(v.mul(u, debias2)), epsilon))
	step = v.add(step, v.mul(rate, v.mul(param, decay)))
	return []value{v.sub(param, step), m, u}
}
