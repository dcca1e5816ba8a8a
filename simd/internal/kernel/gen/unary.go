package main

import "math"

type unaryBody = func(v *vector, x value) value

// unaries lists the element-wise functions of one variable.
var unaries = []struct {
	name   string
	unroll int // registers per step
	narrow int // the same for AVX2's sixteen registers
	body   unaryBody
}{
	{"abs", 4, 4, func(v *vector, x value) value { return v.abs(x) }},
	{"neg", 4, 4, func(v *vector, x value) value { return v.xor(x, v.bits(0x80000000)) }},
	{"sign", 4, 4, signum},
	{"relu", 4, 4, relu},
	{"square", 4, 4, func(v *vector, x value) value { return v.mul(x, x) }},
	{"reciprocal", 4, 4, func(v *vector, x value) value { return v.div(v.constant(1), x) }},
	{"sqrt", 4, 4, func(v *vector, x value) value { return v.sqrt(x) }},
	{"rsqrt", 4, 4, func(v *vector, x value) value { return v.div(v.constant(1), v.sqrt(x)) }},
	{"floor", 4, 4, func(v *vector, x value) value { return v.round(down, x) }},
	{"ceil", 4, 4, func(v *vector, x value) value { return v.round(up, x) }},
	{"round", 4, 4, func(v *vector, x value) value { return v.round(nearest, x) }},
	{"exp", 4, 1, exp},
	{"expm1", 2, 1, expm1},
	{"log", 2, 1, logarithm},
	{"log1p", 2, 1, log1p},
	{"tanh", 2, 1, tanh},
	{"logistic", 4, 1, logistic},
	{"silu", 4, 1, silu},
	{"erf", 2, 1, erf},
	{"sin", 2, 1, sin},
	{"cos", 2, 1, cos},
}

// unaryLoops writes all of them.
func unaryLoops(v *vector) {
	for _, u := range unaries {
		unroll := u.unroll
		if v.set == "AVX2" {
			unroll = u.narrow
		}
		e := elementwise{name: u.name, doc: "sets dst[i] = " + u.name + "(src[i]).",
			out: []string{"dst"}, in: []string{"src"}, unroll: unroll,
			body: func(v *vector, in, _ []value) []value { return []value{u.body(v, in[0])} }}
		e.write(v)
	}
}

// signum subtracts "below zero" from "above zero"; both fail for NaN.
func signum(v *vector, x value) value {
	one, zero := v.constant(1), v.constant(0)
	above := v.choose(v.compare(greater, x, zero), one, zero)
	return v.sub(above, v.choose(v.compare(less, x, zero), one, zero))
}

// relu keeps NaN; adding zero makes -0 positive.
func relu(v *vector, x value) value {
	zero := v.constant(0)
	return v.add(v.max(zero, x), zero)
}

// ln2 in two parts, the first rounded down, so that n·ln2 can be subtracted
// with little error and both parts have the sign of ln2.
var (
	ln2Hi = float64(math.Nextafter32(float32(math.Ln2), 0))
	ln2Lo = math.Ln2 - ln2Hi
)

// reduceExp writes x = n·ln2 + r with |r| ≤ ln2/2.
func reduceExp(v *vector, x value) (n, r value) {
	n = v.round(nearest, v.mul(x, v.constant(math.Log2E)))
	r = v.fnma(n, v.constant(ln2Hi), x)
	return n, v.fnma(n, v.constant(ln2Lo), r)
}

// expTail is (exp(r)-1-r)/r² on the reduced range.
var expTail = interpolate(func(r float64) float64 { return (math.Expm1(r) - r) / (r * r) }, -0.3467, 0.3467, 4)

// smallExpm1 returns exp(r)-1 for a reduced r.
func smallExpm1(v *vector, r value) value {
	return v.fma(v.mul(r, r), v.polynomial(r, expTail), r)
}

// exp saturates its argument where the result is 0 or +Inf anyway.
func exp(v *vector, x value) value {
	return boundedExp(v, v.max(v.constant(-110), v.min(v.constant(100), x)))
}

// expDown is exp for arguments that cannot make it overflow.
func expDown(v *vector, x value) value { return boundedExp(v, v.max(v.constant(-110), x)) }

// boundedExp is exp on [-110, 100].
func boundedExp(v *vector, x value) value {
	if v.wide() {
		return expTable(v, x)
	}
	n, r := reduceExp(v, x)
	return v.scale(v.add(smallExpm1(v, r), v.constant(1)), n)
}

// expTable writes x = (n+j/32)·ln2 + r with |r| ≤ h = ln2/64, where two terms of
// exp(r)-1 suffice, drawn to the polynomial of least error; 2^(j/32) comes from a
// table in two registers.
func expTable(v *vector, x value) value {
	parts := v.constant(1.5 * (1 << 18)) // whose last place is 1/32
	t := v.fma(x, v.constant(math.Log2E), parts)
	power := v.pick(v.powers(), t)
	m := v.sub(t, parts)
	r := v.fnma(m, v.constant(ln2Hi), x)
	r = v.fnma(m, v.constant(ln2Lo), r)
	const h = math.Ln2 / 64
	series := v.mul(r, v.fma(r, v.constant(0.5+h*h/24), v.constant(1+h*h/8)))
	return v.two(v.VSCALEFPS, v.fma(power, series, power), m) // which rounds m down
}

// expm1 rebuilds 2ⁿ·p + (2ⁿ-1) at half its size, where 2ⁿ cannot overflow. The
// sign of x makes the result for -0.
func expm1(v *vector, x value) value {
	s := v.max(v.constant(-40), v.min(v.constant(88.9), x))
	return v.or(wholeExpm1(v, s), v.sign(x))
}

func wholeExpm1(v *vector, x value) value {
	n, r := reduceExp(v, x)
	p := smallExpm1(v, r)
	half := v.scalePower(v.sub(n, v.constant(1)))
	y := v.fma(half, p, v.sub(half, v.constant(0.5)))
	return v.add(y, y)
}

// tanh is expm1(2|x|)/(expm1(2|x|)+2) with the sign of x; beyond 10 it is 1.
func tanh(v *vector, x value) value {
	a := v.min(v.constant(10), v.abs(x))
	t := wholeExpm1(v, v.add(a, a))
	return v.or(v.div(t, v.add(t, v.constant(2))), v.sign(x))
}

// logistic is 1/(1+e), times e below zero, with e = exp(-|x|) ≤ 1.
func logistic(v *vector, x value) value { return timesLogistic(v, v.constant(1), x) }

func silu(v *vector, x value) value { return timesLogistic(v, x, x) }

func timesLogistic(v *vector, a, x value) value {
	e := expDown(v, v.or(x, v.bits(0x80000000)))
	y := v.div(a, v.add(e, v.constant(1)))
	return v.choose(v.negative(x), v.mul(y, e), y)
}
