package metric

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
)

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
