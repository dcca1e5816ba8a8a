//go:build unix

package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

// gsdnet demo --serve ends in the page with the models and the test conversations of the
// demo, and leaves nothing behind.
func TestDemoServes(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: trains three models, some 15 s")
	}
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	server := startProgram(t, "demo", "--serve")
	get := func(path string, into any) string {
		response, err := http.Get(server.url + path)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != 200 {
			t.Fatalf("GET %s: got status %d, error %v: %s", path, response.StatusCode, err, text)
		}
		if into != nil {
			if err := json.Unmarshal(text, into); err != nil {
				t.Fatal(err)
			}
		}
		return string(text)
	}
	if page := get("/", nil); !strings.Contains(page, `src="/app.js"`) {
		t.Errorf("got %s, want the page", page)
	}
	var models struct{ Models []struct{ Run string } }
	get("/v1/models", &models)
	if len(models.Models) != 3 || models.Models[0].Run != "gsdnet" {
		t.Errorf("got %+v, want three runs, gsdnet first", models)
	}
	var list struct {
		Examples []struct{ Utterances int }
	}
	get("/v1/examples", &list)
	if len(list.Examples) == 0 || list.Examples[0].Utterances == 0 {
		t.Errorf("got %+v, want the test conversations", list)
	}
	var view struct {
		Kind     string
		Sections []struct {
			Charts []struct{ Series []struct{ Name string } }
		}
	}
	get("/v1/results/0", &view)
	if view.Kind != "sweep" || len(view.Sections) != 1 || len(view.Sections[0].Charts) == 0 || len(view.Sections[0].Charts[0].Series) != 3 {
		t.Errorf("got %+v, want curves of three models", view)
	}
	if code := server.stop(t, os.Interrupt); code != 0 {
		t.Errorf("got exit code %d, want 0: %s", code, server.stderr.String())
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("got %v, error %v in the folder for temporary files, want nothing", left, err)
	}
}
