package metric

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
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

// fields lists the keys of the JSON of an evaluation, the number of rows first.
func (k kind) fields() []string {
	out := []string{"n"}
	for _, m := range k.metrics() {
		out = append(out, m.field())
	}
	return out
}

// marshal writes the number of rows and the metrics of a kind, in order.
func (k kind) marshal(n int, values Values) ([]byte, error) {
	out := fmt.Appendf(nil, `{"n":%d`, n)
	for _, m := range k.metrics() {
		text := []byte("null")
		if x := values[m.Key]; !math.IsNaN(x) && !math.IsInf(x, 0) {
			var err error
			if text, err = json.Marshal(x); err != nil {
				return nil, err
			}
		}
		out = fmt.Appendf(out, `,%q:%s`, m.field(), text)
	}
	return append(out, '}'), nil
}

// unmarshal reads the metrics of a kind; what is null or not there becomes NaN.
func (k kind) unmarshal(text []byte) (n int, values Values, err error) {
	var rows struct{ N int }
	if err := json.Unmarshal(text, &rows); err != nil {
		return 0, nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return 0, nil, err
	}
	values = Values{}
	for _, m := range k.metrics() {
		x := math.NaN()
		if number, there := fields[m.field()]; there && string(number) != "null" {
			if err := json.Unmarshal(number, &x); err != nil {
				if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
					wrong.Field = m.field()
				}
				return 0, nil, err
			}
		}
		values[m.Key] = x
	}
	return rows.N, values, nil
}
