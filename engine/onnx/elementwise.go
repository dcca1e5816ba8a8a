package onnx

import "github.com/gomlx/compute"

// unary records an operation on one value.
func (f *function) unary(v compute.Value, err error, op string, x compute.Value) (compute.Value, error) {
	return f.named(v, err, func() string { return f.graph.add(op, []string{f.graph.name(x)}) })
}

// binary records an operation on two values.
func (f *function) binary(v compute.Value, err error, op string, a, b compute.Value) (compute.Value, error) {
	return f.named(v, err, func() string { return f.graph.add(op, []string{f.graph.name(a), f.graph.name(b)}) })
}

// The operations below are one operation of ONNX each.

func (f *function) Abs(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Abs(x)
	return f.unary(v, err, "Abs", x)
}

func (f *function) Ceil(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Ceil(x)
	return f.unary(v, err, "Ceil", x)
}

func (f *function) Cos(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Cos(x)
	return f.unary(v, err, "Cos", x)
}

func (f *function) Erf(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Erf(x)
	return f.unary(v, err, "Erf", x)
}

func (f *function) Exp(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Exp(x)
	return f.unary(v, err, "Exp", x)
}

func (f *function) Floor(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Floor(x)
	return f.unary(v, err, "Floor", x)
}

func (f *function) Log(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Log(x)
	return f.unary(v, err, "Log", x)
}

func (f *function) LogicalNot(x compute.Value) (compute.Value, error) {
	v, err := f.Function.LogicalNot(x)
	return f.unary(v, err, "Not", x)
}

func (f *function) Logistic(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Logistic(x)
	return f.unary(v, err, "Sigmoid", x)
}

func (f *function) Neg(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Neg(x)
	return f.unary(v, err, "Neg", x)
}

func (f *function) Round(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Round(x)
	return f.unary(v, err, "Round", x)
}

func (f *function) Sign(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Sign(x)
	return f.unary(v, err, "Sign", x)
}

func (f *function) Sin(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Sin(x)
	return f.unary(v, err, "Sin", x)
}

func (f *function) Sqrt(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Sqrt(x)
	return f.unary(v, err, "Sqrt", x)
}

func (f *function) Tanh(x compute.Value) (compute.Value, error) {
	v, err := f.Function.Tanh(x)
	return f.unary(v, err, "Tanh", x)
}

func (f *function) IsNaN(x compute.Value) (compute.Value, error) {
	v, err := f.Function.IsNaN(x)
	return f.unary(v, err, "IsNaN", x)
}

func (f *function) Add(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.Add(a, b)
	return f.binary(v, err, "Add", a, b)
}

func (f *function) Sub(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.Sub(a, b)
	return f.binary(v, err, "Sub", a, b)
}

func (f *function) Mul(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.Mul(a, b)
	return f.binary(v, err, "Mul", a, b)
}

func (f *function) Div(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.Div(a, b)
	return f.binary(v, err, "Div", a, b)
}

func (f *function) Max(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.Max(a, b)
	return f.binary(v, err, "Max", a, b)
}

func (f *function) Min(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.Min(a, b)
	return f.binary(v, err, "Min", a, b)
}

func (f *function) Pow(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.Pow(a, b)
	return f.binary(v, err, "Pow", a, b)
}

func (f *function) Equal(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.Equal(a, b)
	return f.binary(v, err, "Equal", a, b)
}

func (f *function) GreaterThan(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.GreaterThan(a, b)
	return f.binary(v, err, "Greater", a, b)
}

func (f *function) GreaterOrEqual(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.GreaterOrEqual(a, b)
	return f.binary(v, err, "GreaterOrEqual", a, b)
}

func (f *function) LessThan(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.LessThan(a, b)
	return f.binary(v, err, "Less", a, b)
}

func (f *function) LessOrEqual(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.LessOrEqual(a, b)
	return f.binary(v, err, "LessOrEqual", a, b)
}

func (f *function) LogicalAnd(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.LogicalAnd(a, b)
	return f.binary(v, err, "And", a, b)
}

func (f *function) LogicalOr(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.LogicalOr(a, b)
	return f.binary(v, err, "Or", a, b)
}

func (f *function) LogicalXor(a, b compute.Value) (compute.Value, error) {
	v, err := f.Function.LogicalXor(a, b)
	return f.binary(v, err, "Xor", a, b)
}
