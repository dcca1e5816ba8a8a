package simd

import (
	"github.com/gomlx/compute"
)

// The other fused operations are refused, so that GoMLX hands over their parts,
// which are fused here with what surrounds them.

func (f *function) QuantizedEmbeddingLookup(data, indices compute.Value, q *compute.Quantization) (compute.Value, error) {
	values, bind := quantizationValues(q)
	return f.rare(compute.OpTypeQuantizedEmbeddingLookup, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		return emit1(g.QuantizedEmbeddingLookup(in[0], in[1], bind(in[2:])))
	}, append([]compute.Value{data, indices}, values...)...)
}

func (f *function) FusedQuantizedDense(x, weights, bias compute.Value, q *compute.Quantization, activation compute.ActivationType) (compute.Value, error) {
	values, bind := quantizationValues(q)
	operands := []compute.Value{x, weights}
	if bias != nil {
		operands = append(operands, bias)
	}
	return f.rare(compute.OpTypeFusedQuantizedDense, func(g compute.Function, in []compute.Value) ([]compute.Value, error) {
		rest := in[2:]
		var b compute.Value
		if bias != nil {
			b, rest = rest[0], rest[1:]
		}
		return emit1(g.FusedQuantizedDense(in[0], in[1], b, bind(rest), activation))
	}, append(operands, values...)...)
}

// quantizationValues returns the values in q, and a function that puts others
// in their place.
func quantizationValues(q *compute.Quantization) (values []compute.Value, bind func([]compute.Value) *compute.Quantization) {
	if q == nil {
		return nil, func([]compute.Value) *compute.Quantization { return nil }
	}
	for _, v := range []compute.Value{q.Scale, q.ZeroPoint} {
		if v != nil {
			values = append(values, v)
		}
	}
	return values, func(in []compute.Value) *compute.Quantization {
		bound := *q
		for _, v := range []*compute.Value{&bound.Scale, &bound.ZeroPoint} {
			if *v != nil {
				*v, in = in[0], in[1:]
			}
		}
		return &bound
	}
}
