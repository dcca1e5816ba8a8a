package hint_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"gsdnet/internal/hint"
)

func TestHintsTravel(t *testing.T) {
	err := fmt.Errorf("reading: %w", hint.Input("look again", "row %d: %w", 3, fs.ErrNotExist))
	if got, want := err.Error(), "reading: row 3: file does not exist"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if hint.Of(err) != "look again" || !hint.IsInput(err) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v: hint %q, input %v", err, hint.Of(err), hint.IsInput(err))
	}
	if got, want := hint.Cause(err).Error(), "row 3: file does not exist"; got != want {
		t.Errorf("cause: got %q, want %q", got, want)
	}
	if err := hint.Failure("free some space", "disk full"); hint.IsInput(err) {
		t.Errorf("%v counts as a fault of the input", err)
	}
	if plain := errors.New("plain"); hint.Of(plain) != "" || hint.IsInput(plain) || !errors.Is(hint.Cause(plain), plain) || hint.Cause(nil) != nil {
		t.Error("a plain error has a hint")
	}
}

func TestOneOf(t *testing.T) {
	if err := hint.OneOf("--colour", "red", "red", "blue"); err != nil {
		t.Error(err)
	}
	err := hint.OneOf("--colour", "rad", "red", "blue")
	if err == nil || err.Error() != `--colour = "rad" is not known` || hint.Of(err) != "choose one of red, blue" {
		t.Errorf("got %v, hint %q", err, hint.Of(err))
	}
}
