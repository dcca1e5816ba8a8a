package tomlfault_test

import (
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"gsdnet/internal/tomlfault"
)

type inner struct {
	Epochs int     `toml:"epochs"`
	Seed   uint64  `toml:"seed"`
	Rate   float64 `toml:"rate"`
	Select string  `toml:"select"`
	On     bool    `toml:"on"`
	List   []int   `toml:"list"`
}

func TestMessage(t *testing.T) {
	for document, want := range map[string]string{
		"train = 1":              "train must be a table of settings, not a whole number",
		"train = []":             "train must be a table of settings, not a list",
		"train.epochs = 1.5":     "train.epochs must be a whole number, not a decimal number",
		"train.epochs = 'many'":  "train.epochs must be a whole number, not text",
		"train.rate = true":      "train.rate must be a number, not true or false",
		"train.select = 1":       "train.select must be text in quotes, not a whole number",
		"train.on = 'x'":         "train.on must be true or false, not text",
		"train.list = 1":         "train.list must be a list, not a whole number",
		"train.epochs = {a = 1}": "train.epochs must be a whole number, not a table",
		"[train]\nseed = -1":     "train.seed: -1 is out of range",
		"[train":                 "expecting",
	} {
		into := struct {
			Train inner `toml:"train"`
		}{}
		err := toml.Unmarshal([]byte(document), &into)
		if err == nil {
			t.Fatalf("%q is accepted", document)
		}
		if got := tomlfault.Message(err); got != want && !(want == "expecting" && got != "" && !strings.Contains(got, "toml")) {
			t.Errorf("%q: got %q, want %q (%v)", document, got, want, err)
		}
	}
}
