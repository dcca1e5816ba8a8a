// Package limit declares in one place what a setting may be. The limits of a number
// are a tag of its field,
//
//	Width int     `toml:"width" limit:"2..4096 even"`
//	Rate  float64 `toml:"rate" limit:">0..1"`   // above 0, at most 1
//	Keep  float64 `toml:"keep" limit:"0..<1"`   // at least 0, below 1
//	Folds int     `toml:"folds" limit:"0|2..20"` // 0, or 2 to 20
//
// and Check compares values with them, Text says them in words for errors and
// documentation, and Each lists the numbers of a type. Start reading at Check.
package limit

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"gsdnet/internal/fault"
)

// Check returns an Input error for the first number among settings, a struct or a
// pointer to one, that is outside the limits of its field. The table, such as
// "train", names the settings in the error: "train.epochs = 0 is under the limit of
// 1". Nested structs are checked too. A number without limits is a mistake in the
// program, on which Check panics.
func Check(table string, settings any) error {
	v := reflect.ValueOf(settings)
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return walk(v.Type(), table+".", func(name string, index []int, f reflect.StructField) error {
		return Value(name, v.FieldByIndex(index).Interface(), f.Tag.Get("limit"))
	})
}

// Each calls visit with the key, as "sde_x.beta_min", and the limits of every number
// in a struct type.
func Each(t reflect.Type, visit func(key, limits string)) {
	_ = walk(t, "", func(name string, _ []int, f reflect.StructField) error {
		visit(name, f.Tag.Get("limit"))
		return nil
	})
}

// Of returns the limits of one number of a struct by its key.
func Of(settings any, key string) string {
	found := ""
	Each(reflect.TypeOf(settings), func(name, limits string) {
		if name == key {
			found = limits
		}
	})
	if found == "" {
		panic(fmt.Sprintf("limit: %T has no %s", settings, key))
	}
	return found
}

// Flags is Check for the flags of a command, of which those with limits are checked:
// "--samples = 0 is under the limit of 1".
func Flags(command any) error {
	v := reflect.Indirect(reflect.ValueOf(command))
	for _, f := range reflect.VisibleFields(v.Type()) {
		if limits := f.Tag.Get("limit"); limits != "" && f.IsExported() {
			name := strings.ToLower(f.Name)
			if given := f.Tag.Get("name"); given != "" {
				name = given
			}
			if err := Value("--"+name, v.FieldByIndex(f.Index).Interface(), limits); err != nil {
				return err
			}
		}
	}
	return nil
}

// walk visits the signed integers and floats of a struct type; seeds, which are
// unsigned, may be any.
func walk(t reflect.Type, prefix string, visit func(name string, index []int, f reflect.StructField) error) error {
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		name := prefix + keyOf(f)
		below := func(name string, index []int, f reflect.StructField) error {
			return visit(name, append([]int{i}, index...), f)
		}
		var err error
		switch f.Type.Kind() {
		case reflect.Struct:
			if f.Anonymous {
				err = walk(f.Type, prefix, below)
			} else {
				err = walk(f.Type, name+".", below)
			}
		case reflect.Int, reflect.Int32, reflect.Int64, reflect.Float32, reflect.Float64:
			if f.Tag.Get("limit") == "" {
				panic(fmt.Sprintf("limit: %s of %s has no limits", f.Name, t))
			}
			err = visit(name, []int{i}, f)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keyOf is the name of a field in a settings file.
func keyOf(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
	if key == "" {
		return strings.ToLower(f.Name)
	}
	return key
}

// Value checks one number, an integer or a float, against limits as in a tag; name
// is what the error calls it.
func Value(name string, value any, limits string) error {
	x, whole := number(value)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return fault.Input("use "+Text(limits), "%s = %v is not a finite number", name, value)
	}
	r := parse(limits)
	switch {
	case r.zero && x == 0:
		return nil
	case r.openHigh && x >= r.high:
		return fault.Input("use "+Text(limits), "%s = %v is not below %s", name, value, text(r.high))
	case r.openLow && x <= r.low:
		return fault.Input("use "+Text(limits), "%s = %v is not above %s", name, value, text(r.low))
	case x > r.high:
		return fault.Input("use "+Text(limits), "%s = %v is over the limit of %s", name, value, text(r.high))
	case x < r.low:
		return fault.Input("use "+Text(limits), "%s = %v is under the limit of %s", name, value, text(r.low))
	case r.parity == "even" && whole%2 != 0, r.parity == "odd" && whole%2 == 0:
		return fault.Input("use "+Text(limits), "%s = %v is not %s", name, value, r.parity)
	}
	return nil
}

// Text says limits in words: "2 to 4096, even", "above 0, at most 1".
func Text(limits string) string {
	r := parse(limits)
	out := text(r.low) + " to " + text(r.high)
	switch {
	case r.openLow && r.openHigh:
		out = "above " + text(r.low) + ", below " + text(r.high)
	case r.openLow:
		out = "above " + text(r.low) + ", at most " + text(r.high)
	case r.openHigh:
		out = text(r.low) + " or more, below " + text(r.high)
	}
	if r.zero {
		out = "0, or " + out
	}
	if r.parity != "" {
		out += ", " + r.parity
	}
	return out
}

// bounds are parsed limits.
type bounds struct {
	low, high         float64
	openLow, openHigh bool // the bound itself is outside
	zero              bool // 0 is inside all the same
	parity            string
}

// parse reads limits as in a tag; it panics on what is none.
func parse(limits string) bounds {
	var r bounds
	var span string
	span, r.parity, _ = strings.Cut(limits, " ")
	span, r.zero = strings.CutPrefix(span, "0|")
	low, high, found := strings.Cut(span, "..")
	low, r.openLow = strings.CutPrefix(low, ">")
	high, r.openHigh = strings.CutPrefix(high, "<")
	var errLow, errHigh error
	r.low, errLow = strconv.ParseFloat(low, 64)
	r.high, errHigh = strconv.ParseFloat(high, 64)
	if !found || errLow != nil || errHigh != nil || r.low > r.high || r.parity != "" && r.parity != "even" && r.parity != "odd" {
		panic(fmt.Sprintf("limit: %q are no limits", limits))
	}
	return r
}

// number widens an integer or a float.
func number(value any) (x float64, whole int64) {
	v := reflect.ValueOf(value)
	if v.CanInt() {
		return float64(v.Int()), v.Int()
	}
	return v.Float(), 0
}

// text writes a bound without an exponent.
func text(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
