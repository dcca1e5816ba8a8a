// Package numbers has what the packages of metrics share: checks of slices, statistics of
// sorted values, and JSON of numbers that may not be finite.
package numbers

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
)

// MeanGap returns the mean of |xᵢ−xⱼ| over the pairs i ≠ j of sorted values, 0 for fewer
// than two: Σ_{i<j} (xⱼ−xᵢ) = Σᵢ (2i−K+1)·xᵢ with i from 0.
func MeanGap(sorted []float64) float64 {
	k := len(sorted)
	if k < 2 {
		return 0
	}
	sum := 0.0
	for i, x := range sorted {
		sum += float64(2*i-k+1) * x
	}
	return 2 * sum / (float64(k) * float64(k-1))
}

// Quantile returns the quantile p in [0,1] of sorted values, interpolated (type 7 of
// Hyndman and Fan, 1996). It is NaN of no values.
func Quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	at := p * float64(len(sorted)-1)
	i := min(max(int(at), 0), len(sorted)-1)
	next := sorted[min(i+1, len(sorted)-1)]
	return sorted[i] + (at-float64(i))*(next-sorted[i])
}

// OrNaN returns x, or NaN if it is not ok.
func OrNaN(x float64, ok bool) float64 {
	if !ok {
		return math.NaN()
	}
	return x
}

// Marshal writes the fields of a struct in order, as JSON. JSON has no NaN and no infinity:
// it writes null for them. The fields are numbers with a json tag.
func Marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	rv := reflect.ValueOf(v)
	for i := range rv.NumField() {
		name, _, _ := strings.Cut(rv.Type().Field(i).Tag.Get("json"), ",")
		text := []byte("null")
		if f := rv.Field(i); !f.CanFloat() || !math.IsNaN(f.Float()) && !math.IsInf(f.Float(), 0) {
			var err error
			if text, err = json.Marshal(f.Interface()); err != nil {
				return nil, err
			}
		}
		out.WriteString(map[bool]string{true: "{", false: ","}[i == 0])
		out.WriteString(`"` + name + `":`)
		out.Write(text)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// Unmarshal reads a struct whose type has no UnmarshalJSON of its own; what is
// null or not there becomes NaN.
func Unmarshal(text []byte, to any) error {
	rv := reflect.ValueOf(to).Elem()
	for i := range rv.NumField() {
		if f := rv.Field(i); f.CanFloat() {
			f.SetFloat(math.NaN())
		}
	}
	return json.Unmarshal(text, to)
}
