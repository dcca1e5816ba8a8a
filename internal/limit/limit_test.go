package limit_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/internal/fault"
	"gsdnet/internal/limit"
)

func TestValue(t *testing.T) {
	for _, c := range []struct {
		value  any
		limits string
		want   string // of the error; "" for none
	}{
		{4096, "2..4096", ""},
		{100000, "2..4096", "x = 100000 is over the limit of 4096"},
		{1, "2..4096", "x = 1 is under the limit of 2"},
		{7, "2..4096 even", "x = 7 is not even"},
		{8, "1..99 odd", "x = 8 is not odd"},
		{-1, "1..99 odd", "x = -1 is under the limit of 1"},
		{0, "0|2..20", ""},
		{1, "0|2..20", "x = 1 is under the limit of 2"},
		{0.0, ">0..1", "x = 0 is not above 0"},
		{1.0, ">0..1", ""},
		{1.0, "0..<1", "x = 1 is not below 1"},
		{0.0, "0..<1", ""},
		{math.NaN(), "0..<1", "x = NaN is not a finite number"},
		{math.Inf(1), "0..<1", "x = +Inf is not a finite number"},
		{math.Inf(-1), "0..<1", "x = -Inf is not a finite number"},
	} {
		err := limit.Value("x", c.value, c.limits)
		got := ""
		if err != nil {
			got = err.Error()
			if !fault.IsInput(err) || fault.Of(err) != "use "+limit.Text(c.limits) {
				t.Errorf("%v in %q: the error has hint %q", c.value, c.limits, fault.Of(err))
			}
		}
		if got != c.want {
			t.Errorf("%v in %q: got %q, want %q", c.value, c.limits, got, c.want)
		}
	}
}

func TestText(t *testing.T) {
	for limits, want := range map[string]string{
		"2..4096 even": "2 to 4096, even",
		"0|2..20":      "0, or 2 to 20",
		">0..1":        "above 0, at most 1",
		"0..<1":        "0 or more, below 1",
		">1..<2.5":     "above 1, below 2.5",
	} {
		if got := limit.Text(limits); got != want {
			t.Errorf("%q: got %q, want %q", limits, got, want)
		}
	}
}

type inner struct {
	Low float64 `toml:"low,omitempty" limit:"0..1"`
}

// Body is exported so that its fields are.
type Body struct {
	Size int `toml:"size" limit:"1..9"`
}

type settings struct {
	Body
	Inner inner  `toml:"inner"`
	Seed  uint64 `toml:"seed"`
	Name  string
}

func TestCheckFindsNestedSettings(t *testing.T) {
	for want, c := range map[string]settings{
		"":                                       {Body: Body{Size: 9}, Inner: inner{Low: 1}, Seed: math.MaxUint64},
		"t.inner.low = 2 is over the limit of 1": {Body: Body{Size: 9}, Inner: inner{Low: 2}},
	} {
		got := ""
		if err := limit.Check("t", &c); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestCheckPanicsWithoutLimits(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a number without limits was accepted")
		}
	}()
	_ = limit.Check("t", struct{ Size int }{})
}

func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "long.toml")
	if err := os.WriteFile(path, []byte(strings.Repeat("#", limit.MaxSettings)), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := limit.ReadFile(path); err != nil || len(text) != limit.MaxSettings {
		t.Errorf("got %d bytes and %v, want %d", len(text), err, limit.MaxSettings)
	}
	if err := os.WriteFile(path, []byte(strings.Repeat("#", limit.MaxSettings+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := limit.ReadFile(path); err == nil || !strings.Contains(err.Error(), "long.toml: longer than 1 MiB") {
		t.Errorf("got %v, want an error that says 1 MiB", err)
	}
}
