package train_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/internal/hint"
	"gsdnet/train"
)

func TestCheckpointRefusals(t *testing.T) {
	dir := fit(t, settings(t, "zero", "train.epochs=1"), small())
	path := filepath.Join(dir, train.CheckpointFile)
	whole := checkpoint(t, dir)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty":         {nil, "header too small"},
		"half":          {whole[:len(whole)/2], ""},
		"one byte less": {whole[:len(whole)-1], ""},
		"no weights":    {bytes.Replace(whole, []byte(`"/encode/text/w"`), []byte(`"/encode/text/q"`), 1), "parameter /encode/text/w is missing"},
		"format":        {bytes.Replace(whole, []byte(`gsdnet/2`), []byte(`gsdnet/9`), 1), `format "gsdnet/9"`},
		"config":        {bytes.Replace(whole, []byte(`epochs = 1`), []byte(`epocks = 1`), 1), `unknown key "train.epocks"`},
	} {
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		err := use(t, dir)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want one line with %q", name, err, c.want)
			continue
		}
		if !hint.IsInput(err) || hint.Of(err) == "" {
			t.Errorf("%s: %v: no hint", name, err)
		}
	}
}

// use opens a run and predicts with it.
func use(t *testing.T, dir string) error {
	t.Helper()
	backend, err := train.Backend("")
	if err != nil {
		t.Fatal(err)
	}
	trained, err := train.Open(dir, backend)
	if err != nil {
		return err
	}
	defer trained.Close()
	corpus := small()
	samples, err := trained.Samples(corpus, corpus.Conversations)
	if err != nil {
		return err
	}
	_, err = trained.Predict(t.Context(), samples, train.Request{Samples: 1})
	return err
}
