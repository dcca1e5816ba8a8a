package docs_test

import (
	"context"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gsdnet/dataset"
	datanpz "gsdnet/dataset/npz"
	"gsdnet/dataset/synthetic"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/rundir"
	"gsdnet/serve"
	"gsdnet/train"
)

// The lines of docs/serve.md work as they stand there, in their order.
func TestServeLines(t *testing.T) {
	for _, program := range []string{"curl", "sh"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("SKIPPED: %s is not installed, so that the lines of docs/serve.md are not tried", program)
		}
	}
	page, err := os.ReadFile("serve.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	run := filepath.Join(dir, "first")
	conversation := fenced(string(page), "json")[0]
	if err := os.WriteFile(filepath.Join(dir, "conversation.json"), []byte(conversation), 0o600); err != nil {
		t.Fatal(err)
	}
	serveRun(t, run)
	server, err := serve.New(serve.Config{Runs: []string{run}})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	listener := httptest.NewServer(server.Handler())
	defer listener.Close()
	blocks := fenced(string(page), "sh")
	if len(blocks) != 4 {
		t.Fatalf("got %d blocks of lines, want 4", len(blocks))
	}
	want := map[int]string{0: `"deviation"`, 1: `"observed":"a"`, 2: `"observed":"v"`, 3: `"influence"`}
	for i, block := range blocks {
		script := strings.ReplaceAll(block, "http://127.0.0.1:8080", listener.URL)
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", script)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), want[i]) {
			t.Errorf("%v: got %s, want %s, of the lines\n%s", err, out, want[i], block)
		}
	}
	events, err := os.ReadFile(filepath.Join(dir, "events.txt"))
	if err != nil || !strings.Contains(string(events), "id: 2\nevent: emotions\n") || !strings.HasSuffix(string(events), "event: end\ndata: {\"reason\":\"it was ended\"}\n\n") {
		t.Errorf("the stream: got %s, error %v", events, err)
	}
}

// Every limit has a flag, and the page names those that it explains as they are.
func TestServePageNamesFlags(t *testing.T) {
	page, err := os.ReadFile("serve.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("../serve/limits.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range regexp.MustCompile("`--([a-z-]+)").FindAllStringSubmatch(string(page), -1) {
		switch flag[1] {
		case "addr", "token-file", "host", "show", "media", "results", "serve":
			continue
		}
		if !strings.Contains(string(source), `name:"`+flag[1]+`"`) {
			t.Errorf("docs/serve.md names --%s, which is not a flag of a limit", flag[1])
		}
	}
}

// fenced returns the blocks of a language on a page.
func fenced(page, language string) []string {
	var out []string
	for _, found := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(page, -1) {
		out = append(out, found[1])
	}
	return out
}

// serveRun trains a small run on features of the widths of the page, and writes a
// conversation beside it.
func serveRun(t *testing.T, run string) {
	t.Helper()
	corpus := synthetic.New(synthetic.Config{Train: 6, Valid: 2, Test: 2, MinTurns: 3, MaxTurns: 6, Dims: [erc.NumModalities]int{4, 3, 2}})
	config := rundir.DefaultConfig()
	for _, setting := range []string{"model=zero", "zero.width=8", "zero.hidden=8", "train.epochs=1"} {
		if err := config.Set(setting); err != nil {
			t.Fatal(err)
		}
	}
	backend, err := engine.Open("")
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Finalize()
	if _, err := train.Fit(context.Background(), train.Options{Config: config, Corpus: corpus, Out: run, Backend: backend}); err != nil {
		t.Fatal(err)
	}
	one := *corpus
	one.Conversations = corpus.Conversations[:1]
	table, err := dataset.Tabulate(&one)
	if err != nil {
		t.Fatal(err)
	}
	if err := datanpz.Arrays(table).WriteFile(filepath.Join(filepath.Dir(run), "conversation.npz")); err != nil {
		t.Fatal(err)
	}
}
