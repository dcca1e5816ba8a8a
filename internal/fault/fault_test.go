package fault_test

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"gsdnet/internal/fault"
)

func TestHintsTravel(t *testing.T) {
	err := fmt.Errorf("reading: %w", fault.Input("look again", "row %d: %w", 3, fs.ErrNotExist))
	if got, want := err.Error(), "reading: row 3: file does not exist"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if fault.Of(err) != "look again" || !fault.IsInput(err) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v: hint %q, input %v", err, fault.Of(err), fault.IsInput(err))
	}
	if got, want := fault.Cause(err).Error(), "row 3: file does not exist"; got != want {
		t.Errorf("cause: got %q, want %q", got, want)
	}
	if err := fault.Failure("free some space", "disk full"); fault.IsInput(err) {
		t.Errorf("%v counts as a fault of the input", err)
	}
	if plain := errors.New("plain"); fault.Of(plain) != "" || fault.IsInput(plain) || !errors.Is(fault.Cause(plain), plain) || fault.Cause(nil) != nil {
		t.Error("a plain error has a hint")
	}
}

func TestOneOf(t *testing.T) {
	if err := fault.OneOf("--colour", "red", "red", "blue"); err != nil {
		t.Error(err)
	}
	err := fault.OneOf("--colour", "rad", "red", "blue")
	if err == nil || err.Error() != `--colour = "rad" is not known` || fault.Of(err) != "choose one of red, blue" {
		t.Errorf("got %v, hint %q", err, fault.Of(err))
	}
}
