package main

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"

	"gsdnet/internal/limit"
)

// writer collects the page.
type writer struct {
	bytes.Buffer
	source source
	keys   int   // settings so far
	err    error // the first
}

// begin writes the heading of a table.
func (w *writer) begin(heading, text string) {
	fmt.Fprintf(w, "## %s\n\n", heading)
	if text != "" {
		fmt.Fprintf(w, "%s\n\n", text)
	}
	w.WriteString("| key | default | range | meaning |\n|:--|:--|:--|:--|\n")
}

// row writes one setting.
func (w *writer) row(key, value, span, meaning string) {
	w.keys++
	fmt.Fprintf(w, "| `%s` | %s | %s | %s |\n", key, value, span, strings.ReplaceAll(meaning, "|", `\|`))
}

// table writes the settings of a struct, then the tables in it.
func (w *writer) table(name, text string, settings any) {
	w.WriteString("\n")
	w.begin("["+name+"]", text)
	v := reflect.Indirect(reflect.ValueOf(settings))
	w.rows(v)
	for _, f := range reflect.VisibleFields(v.Type()) {
		if isTable(f) {
			w.table(name+"."+keyOf(f), sentence(w.comment(owner(v.Type(), f), f)), v.FieldByIndex(f.Index).Interface())
		}
	}
}

// owner returns the struct in which a field that may come from an embedded one is declared.
func owner(t reflect.Type, f reflect.StructField) reflect.Type {
	for _, i := range f.Index[:len(f.Index)-1] {
		t = t.Field(i).Type
	}
	return t
}

// rows writes the settings of a struct that are no tables.
func (w *writer) rows(v reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch {
		case f.Anonymous:
			w.rows(v.Field(i))
		case isTable(f):
		default:
			w.row(keyOf(f), value(v.Field(i)), span(f), w.comment(v.Type(), f))
		}
	}
}

// comment returns the comment of a field of a struct; that of an embedded struct is
// found where its own fields are written.
func (w *writer) comment(t reflect.Type, f reflect.StructField) string {
	text, err := w.source.comment(t, f.Name)
	if err != nil && w.err == nil {
		w.err = err
	}
	return text
}

// keys counts the settings of a struct type and of its tables.
func keys(t reflect.Type) int {
	n := 0
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous || isTable(f) {
			n += keys(f.Type)
		} else {
			n++
		}
	}
	return n
}

// isTable reports whether a field is a table in the file.
func isTable(f reflect.StructField) bool { return f.Type.Kind() == reflect.Struct && !f.Anonymous }

// keyOf returns the key of a field.
func keyOf(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
	return key
}

// value writes a default as TOML.
func value(v reflect.Value) string {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.Kind() == reflect.String {
		return fmt.Sprintf("`%q`", v.String())
	}
	return fmt.Sprintf("`%v`", v.Interface())
}

// span says which values a field takes.
func span(f reflect.StructField) string {
	if limits := f.Tag.Get("limit"); limits != "" {
		return limit.Text(limits)
	}
	switch f.Type.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Uint64:
		return "0 or more"
	}
	return "text"
}

// sentence makes a comment a sentence.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + strings.TrimSuffix(text[1:], ".") + "."
}
