package pickled

import (
	"fmt"

	"gsdnet/internal/pickle"
)

// Sequence is the features of one utterance: Steps rows of Width numbers.
type Sequence struct {
	Steps, Width int
	At           func(step, j int) float64
}

// Sequences returns one sequence an utterance, of an array [n, T, D] or [n, D], or
// of a list of arrays or lists.
func Sequences(v pickle.Value) ([]Sequence, error) {
	if a, ok := v.(*pickle.Array); ok && a.Kind != pickle.Object && len(a.Shape) >= 2 {
		return ofArray(a)
	}
	items, ok := Items(v)
	if !ok {
		return nil, fmt.Errorf("neither an array of numbers nor a list of them")
	}
	out := make([]Sequence, len(items))
	for i, item := range items {
		s, err := Of(item)
		if err != nil {
			return nil, fmt.Errorf("utterance %d: %w", i, err)
		}
		out[i] = s
	}
	return out, nil
}

// ofArray cuts an array along its first axis.
func ofArray(a *pickle.Array) ([]Sequence, error) {
	if !numeric(a) || len(a.Shape) > 3 {
		return nil, fmt.Errorf("an array of shape %v, want numbers [n, D] or [n, T, D]", a.Shape)
	}
	steps, width := 1, a.Shape[len(a.Shape)-1]
	if len(a.Shape) == 3 {
		steps = a.Shape[1]
	}
	out := make([]Sequence, a.Shape[0])
	for i := range out {
		from := i * steps * width
		out[i] = Sequence{steps, width, func(step, j int) float64 {
			x, _ := a.Float(from + step*width + j)
			return x
		}}
	}
	return out, nil
}

// numeric reports whether an array holds numbers.
func numeric(a *pickle.Array) bool {
	switch a.Kind {
	case pickle.Bool, pickle.Int, pickle.Unsigned, pickle.Float:
		return true
	}
	return false
}

// Of returns the features of one utterance: an array [D] or [T, D], or a list of
// numbers.
func Of(v pickle.Value) (Sequence, error) {
	if a, ok := v.(*pickle.Array); ok && a.Kind != pickle.Object {
		if !numeric(a) || len(a.Shape) < 1 || len(a.Shape) > 2 {
			return Sequence{}, fmt.Errorf("an array of shape %v, want numbers [D] or [T, D]", a.Shape)
		}
		width := a.Shape[len(a.Shape)-1]
		steps := 1
		if len(a.Shape) == 2 {
			steps = a.Shape[0]
		}
		return Sequence{steps, width, func(step, j int) float64 {
			x, _ := a.Float(step*width + j)
			return x
		}}, nil
	}
	values, ok := Numbers(v)
	if !ok {
		return Sequence{}, fmt.Errorf("neither an array nor a list of numbers")
	}
	return Sequence{1, len(values), func(_, j int) float64 { return values[j] }}, nil
}
