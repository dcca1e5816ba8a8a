package croissant_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/dataset"
	_ "gsdnet/dataset/all"
	"gsdnet/dataset/croissant"
)

// The description has what the specification requires of a dataset, its files and its
// fields: every field has a source in a file that is there, and no two things have one ID.
func TestDescription(t *testing.T) {
	dir := t.TempDir()
	for _, extension := range []string{".csv", ".tsv", ".jsonl", ".parquet", ".npz"} {
		for _, task := range []string{"scores", "classes"} {
			table, err := dataset.Read("../table/testdata/small.csv", dataset.Fields{Task: task})
			if err != nil {
				t.Fatal(err)
			}
			corpus, err := table.Corpus(task)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "some"+extension)
			if err := table.Export(path); err != nil {
				t.Fatal(err)
			}
			if err := croissant.Write(path, table, corpus); err != nil {
				t.Fatal(err)
			}
			check(t, path, task)
		}
	}
}

type described struct {
	Context      map[string]any `json:"@context"`
	Type         string         `json:"@type"`
	Name         string
	ConformsTo   []string
	Distribution []struct {
		ID     string `json:"@id"`
		SHA256 string
		URL    string `json:"contentUrl"`
		Format string `json:"encodingFormat"`
	}
	RecordSet []struct {
		ID    string `json:"@id"`
		Field []struct {
			ID       string `json:"@id"`
			DataType string
			Source   struct {
				FileObject map[string]string
				Extract    map[string]string
			}
		}
	}
	Biases []string `json:"rai:dataBiases"`
}

func check(t *testing.T, path, task string) {
	t.Helper()
	text, err := os.ReadFile(croissant.File(path))
	if err != nil {
		t.Fatal(err)
	}
	var d described
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	if d.Type != "sc:Dataset" || len(d.ConformsTo) != 2 || d.Context["cr"] != "http://mlcommons.org/croissant/" || len(d.Distribution) != 1 || d.Name != "small" {
		t.Errorf("%s: %s", path, text)
		return
	}
	file := d.Distribution[0]
	if file.SHA256 != hex.EncodeToString(sum[:]) || file.URL != filepath.Base(path) || file.Format == "" {
		t.Errorf("%s: %+v", path, file)
	}
	ids := map[string]bool{file.ID: true, d.RecordSet[0].ID: true}
	for _, f := range d.RecordSet[0].Field {
		if ids[f.ID] || f.Source.FileObject["@id"] != file.ID || len(f.Source.Extract) != 1 || !strings.HasPrefix(f.DataType, "sc:") {
			t.Errorf("%s: %+v", path, f)
		}
		ids[f.ID] = true
	}
	for _, id := range []string{"dialogue", "turn", "speaker", "split"} {
		if !ids["utterances/"+id] {
			t.Errorf("%s: no field %s", path, id)
		}
	}
	want := map[string]string{"scores": "Scores of 4 utterances: mean 1.000, standard deviation 1.369.", "classes": "Classes of utterances: anger 1, fear 1, joy 2."}[task]
	if len(d.Biases) != 2 || d.Biases[1] != want {
		t.Errorf("%s: got %q, want %q", path, d.Biases, want)
	}
}
