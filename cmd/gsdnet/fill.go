package main

import (
	"fmt"
	"math"

	"gsdnet"
	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/internal/npz"
)

const (
	observedArray   = "observed" // [n,3], 1 where a modality was observed
	deviationSuffix = "_sd"      // after the name of a feature array
)

// checkFill returns an error if the file already has an array that imputation adds, or
// if one array stands for two modalities.
func checkFill(path string, file *npz.File, fields dataset.Fields) error {
	added := []string{observedArray}
	role := map[string]erc.Modality{}
	for _, m := range erc.Modalities {
		name := fields.Features(m)
		if other, twice := role[name]; twice {
			return fault.Input("give each modality an array of its own", "%s: array %q is both %s and %s", path, name, other, m)
		}
		role[name] = m
		added = append(added, name+deviationSuffix)
	}
	for _, name := range added {
		if file.Get(name) != nil {
			return fault.Input("impute the original file, or rename that array", "%s: array %q already exists, and impute would overwrite it", path, name)
		}
	}
	return nil
}

// fill puts the imputed rows into the file's arrays, with their deviations if those are
// asked for. It returns how many cells were holes, and notes about arrays that another
// type had to hold.
func fill(file *npz.File, fields dataset.Fields, imputed []gsdnet.Imputed, withDeviations bool) (filled int, notes []string, err error) {
	n := len(imputed)
	observed := make([]uint8, erc.NumModalities*n)
	var complete erc.Present // modalities that every row has now
	for _, u := range imputed {
		for _, m := range erc.Modalities {
			if u.Present.Has(m) {
				observed[u.Row*erc.NumModalities+int(m)] = 1
			}
		}
	}
	for _, m := range erc.Modalities {
		name, width := fields.Features(m), len(imputed[0].Features[m])
		if width == 0 {
			continue // neither the file nor the run has it
		}
		before := file.Get(name)
		after, holes, err := fillArray(before, m, imputed, width)
		if err != nil {
			return 0, nil, fmt.Errorf("array %q: %w", name, err)
		}
		if before != nil && after.DType != before.DType {
			note := fmt.Sprintf("array %q becomes %s: %s cannot hold the recovered values", name, after.Type(), before.Type())
			if rounded(before) {
				note += "; whole numbers beyond 2^53 are rounded"
			}
			notes = append(notes, note)
		}
		filled += holes
		complete = complete.With(m)
		file.Set(name, after)
		if withDeviations {
			file.Set(name+deviationSuffix, deviations(m, imputed, width))
		}
	}
	if name := fields.Resolved().Present; file.Get(name) != nil {
		present := file.Get(name).Clone()
		for i := range present.Len() {
			if complete.Has(erc.Modality(i%erc.NumModalities)) && !present.SetFloat(i, 1) {
				return 0, nil, fmt.Errorf("array %q cannot hold a 1", name)
			}
		}
		file.Set(name, present)
	}
	file.Set(observedArray, npz.From(observed, n, erc.NumModalities))
	return filled, notes, nil
}

// fillArray returns the array of a modality with its holes filled, and the number of
// holes. The array keeps its type and layout if that type can hold the recovered
// values. Otherwise float16 becomes float32, and whole numbers become float64. Observed
// features never change. The argument before is nil if the file has no such array.
func fillArray(before *npz.Array, m erc.Modality, imputed []gsdnet.Imputed, width int) (*npz.Array, int, error) {
	if before == nil {
		before = npz.From(make([]float32, len(imputed)*width), len(imputed), width)
	}
	holes := 0
	for _, u := range imputed {
		if !u.Present.Has(m) {
			holes++
		}
	}
	if holes == 0 {
		return before, 0, nil
	}
	var types []string
	switch before.Kind() {
	case npz.Floats:
		types = []string{before.DType, "<f4", "<f8"}
	default:
		types = []string{"<f8"}
	}
	for _, dtype := range types {
		after := before.Clone()
		if dtype != before.DType {
			values, err := before.Float64s()
			if err != nil {
				return nil, 0, err
			}
			after = npz.From(values, before.Shape...)
			if dtype == "<f4" {
				after = npz.From(narrow(values), before.Shape...)
			}
		}
		if setHoles(after, m, imputed, width) {
			return after, holes, nil
		}
	}
	return nil, 0, fmt.Errorf("the recovered values are too large for float64")
}

// rounded reports whether whole numbers lost digits on their way to floats.
func rounded(before *npz.Array) bool {
	if before.Kind() != npz.Whole {
		return false
	}
	for x := range before.Numbers() {
		if math.Abs(x) > 1<<53 {
			return true
		}
	}
	return false
}

// setHoles writes the recovered values and reports whether the type can hold them.
func setHoles(a *npz.Array, m erc.Modality, imputed []gsdnet.Imputed, width int) bool {
	for _, u := range imputed {
		if u.Present.Has(m) {
			continue
		}
		for j, x := range u.Features[m] {
			if !a.SetFloat(u.Row*width+j, float64(x)) {
				return false
			}
		}
	}
	return true
}

// deviations returns the standard deviations of the recovered values, and 0 for observed
// features.
func deviations(m erc.Modality, imputed []gsdnet.Imputed, width int) *npz.Array {
	out := make([]float32, len(imputed)*width)
	for _, u := range imputed {
		copy(out[u.Row*width:], u.Deviation[m])
	}
	return npz.From(out, len(imputed), width)
}

// narrow converts values to float32; values that were float16 do not change.
func narrow(values []float64) []float32 {
	out := make([]float32, len(values))
	for i, x := range values {
		out[i] = float32(x)
	}
	return out
}
