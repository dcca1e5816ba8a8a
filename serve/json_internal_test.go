package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
)

// byLibrary decodes a body as encoding/json does.
func byLibrary(body []byte) (c conversation, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&c)
	_, end := decoder.Token()
	return c, err == nil && errors.Is(end, io.EOF)
}

// bodies that are odd in the ways in which JSON may be.
var oddBodies = []string{
	`{"utterances":[{"text":[1,2,3]},{"audio":null,"speaker":"a\"b\\","turn":3}],"dialogue":7}`,
	" {\t\"utterances\" :\r\n[ { \"text\" : [ 1 , 2e-3,-0.5 ] , \"speaker\":1 } , {}, null ] } ",
	`{}`, `null`, `[]`, `""`, `3`, `{"utterances":null}`, `{"utterances":{}}`, `{"utterances":[1]}`, `{"utterances":[[]]}`,
	`{"\u0075tterances":[{"t\u0065xt":[1]}]}`, `{"dialogue":{"a":[1,{"b":"]}"}]},"utterances":[]}`,
	`{"utterances":[{"text":[1,[2,"]"]]}]}`, `{"utterances":[{"text":"}]"}]}`, `{"x":1}`, `{"utterances":[{"x":1}]}`, `{"utterances":[{"text":[1]}],"utterances":[{}]}`,
	`{"utterances":[{"text":[1}]}`, `{"utterances":`, `{"a":"`, `{} {}`, ``, ` `, `{"utterances":[{"speaker":"\ud83d"}]}`, `{"utterances":[{"speaker":true},{"turn":false}]}`,
}

// The decoder reads what encoding/json reads, refuses what it refuses, and refuses with a
// problem.
func FuzzDecode(f *testing.F) {
	for _, body := range oddBodies {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var got conversation
		err := decode(body, &got)
		want, ok := byLibrary(body)
		switch {
		case err != nil:
			var p *Problem
			if !errors.As(err, &p) || p.Status != 400 && p.Status != 422 {
				t.Fatalf("%q: got the error %v, want a problem", body, err)
			}
			if ok && !folds(body) {
				t.Errorf("%q: got %v, and encoding/json reads %+v", body, err, want)
			}
		case !ok:
			t.Errorf("%q: got %+v, and encoding/json refuses it", body, got)
		case !twice(body) && !reflect.DeepEqual(got.Dialogue, want.Dialogue):
			t.Errorf("%q: got the dialogue %+v, want %+v", body, got.Dialogue, want.Dialogue)
		case !twice(body) && !same(got.Utterances, want.Utterances):
			t.Errorf("%q: got %+v, want %+v", body, got.Utterances, want.Utterances)
		}
	})
}

// folds reports whether a body has letters that encoding/json would take for those of a
// field in another case, which is refused here.
func folds(body []byte) bool {
	var c conversation
	return decode(bytes.ToLower(body), &c) == nil || strings.ContainsAny(string(body), "ſK\\") || bytes.ContainsFunc(body, func(r rune) bool { return r > 127 })
}

// twice reports whether a field may be given twice, which encoding/json merges.
func twice(body []byte) bool {
	for _, name := range []string{"utterances", "dialogue", "text", "audio", "visual", "turn", "speaker"} {
		if bytes.Count(body, []byte(name)) > 1 {
			return true
		}
	}
	return bytes.ContainsRune(body, '\\')
}

func same(a, b []utterance) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !reflect.DeepEqual(a[i], b[i]) {
			return false
		}
	}
	return true
}
