package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// The page is what the source says.
func TestPageIsCurrent(t *testing.T) {
	want, _, err := page("../..")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("../..", path))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is not what the source says; run make docs", path)
	}
}

type commented struct {
	Width int `toml:"width" limit:"1..9"` // width of a thing
	// Above stands above its field,
	// on two lines.
	Above string `toml:"above"`
	Bare  int    `toml:"bare" limit:"1..9"`
}

// A comment beside a field or above it is its meaning; a field without one is an error.
func TestComments(t *testing.T) {
	s := source{root: "../.."}
	kind := reflect.TypeFor[commented]()
	for field, want := range map[string]string{"Width": "width of a thing", "Above": "Above stands above its field, on two lines."} {
		if got, err := s.comment(kind, field); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", field, got, err, want)
		}
	}
	if _, err := s.comment(kind, "Bare"); err == nil || !strings.Contains(err.Error(), "commented.Bare has no comment") {
		t.Errorf("got %v, want an error that names the field", err)
	}
}
