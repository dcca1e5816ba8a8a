package dataset_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/dataset"
	"gsdnet/internal/fault"
)

func TestFormats(t *testing.T) {
	for _, path := range []string{"corpus.zip", "corpus", "", ".npz:x", "syntheti:seed=3", t.TempDir()} {
		_, err := dataset.Open(path, dataset.Fields{})
		if err == nil || !strings.Contains(err.Error(), "format") || !fault.IsInput(err) || fault.Of(err) == "" {
			t.Errorf("%q: got %v, want an unknown format", path, err)
		}
	}
	defer func() {
		if got := recover(); got != `dataset: format ".npz" registered twice` {
			t.Errorf("got panic %v, want the format named", got)
		}
	}()
	dataset.Register(dataset.Format{Name: ".npz"})
}

// Every folder of dataset is a format of the list, or no format.
func TestEveryFormatIsInTheList(t *testing.T) {
	list, err := os.ReadFile("all/all.go")
	if err != nil {
		t.Fatal(err)
	}
	folders, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range folders {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "dataset.Register(") && !strings.Contains(string(list), `"gsdnet/dataset/`+filepath.Dir(file)+`"`) {
			t.Errorf("%s registers a format, but its folder is not in all/all.go", file)
		}
	}
}
