package metric

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
)

// JSON has no NaN and no infinity. The structs of this package write null for
// them and read null as NaN. Their fields are numbers with a json tag.

// marshal writes the fields of a struct in order.
func marshal(v any) ([]byte, error) {
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

// unmarshal reads a struct whose type has no UnmarshalJSON of its own; what is
// null or not there becomes NaN.
func unmarshal(text []byte, to any) error {
	rv := reflect.ValueOf(to).Elem()
	for i := range rv.NumField() {
		if f := rv.Field(i); f.CanFloat() {
			f.SetFloat(math.NaN())
		}
	}
	return json.Unmarshal(text, to)
}
