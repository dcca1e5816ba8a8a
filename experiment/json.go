package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// decodeJSON reads a value whose fields must all be there, but for those that may
// be left out (omitempty). Its errors name the field and say nothing of the types
// of this program.
func decodeJSON(text []byte, into any) error {
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return errors.New("it is not JSON, or was cut off")
	}
	if err := checkFields(tree, reflect.TypeOf(into).Elem(), ""); err != nil {
		return err
	}
	err := json.Unmarshal(text, into)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field != "":
		return fmt.Errorf("the field %s holds what does not belong there: %s", wrong.Field, wrong.Value)
	case err != nil:
		return errors.New("some field holds what does not belong there")
	}
	return nil
}

// whole returns an error that names the first field that a value of JSON lacks.
func checkFields(tree any, t reflect.Type, at string) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		list, isList := tree.([]any)
		if !isList {
			return wrongKind(at, "a list")
		}
		if t.Kind() == reflect.Array && len(list) != t.Len() {
			return wrongKind(at, fmt.Sprintf("a list of %d", t.Len()))
		}
		for i, item := range list {
			if err := checkFields(item, t.Elem(), fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		object, isObject := tree.(map[string]any)
		if !isObject {
			return wrongKind(at, "an object")
		}
		if list, is := reflect.Zero(t).Interface().(interface{ Fields() []string }); is {
			return checkNumbers(object, list.Fields(), at)
		}
		for i := range t.NumField() {
			name, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			if name == "-" || name == "" {
				continue
			}
			field, there := object[name]
			if !there && strings.Contains(options, "omitempty") {
				continue
			}
			name = strings.TrimPrefix(at+"."+name, ".")
			if !there {
				return fmt.Errorf("the field %s is missing", name)
			}
			if field == nil && nullable(t) {
				continue
			}
			if err := checkFields(field, t.Field(i).Type, name); err != nil {
				return err
			}
		}
	default:
		if tree == nil {
			return wrongKind(at, "there: it is null")
		}
	}
	return nil
}

// listed returns an error that names the first field that an object of numbers lacks.
// The numbers may be null.
func checkNumbers(object map[string]any, fields []string, at string) error {
	for _, name := range fields {
		if _, there := object[name]; !there {
			return fmt.Errorf("the field %s is missing", strings.TrimPrefix(at+"."+name, "."))
		}
	}
	return nil
}

// nullable reports whether the numbers of a struct may be null: those of package
// metric, which stand for NaN.
func nullable(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]())
}

func wrongKind(at, want string) error {
	if at == "" {
		return fmt.Errorf("it is not %s", want)
	}
	return fmt.Errorf("the field %s is not %s", at, want)
}
