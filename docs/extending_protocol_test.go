package docs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The worked example of a protocol, in a copy of the project to which that one file is
// added, passes the tests that every protocol passes, and the command draws its masks,
// trains for it, evaluates under it, sweeps it and reports it by name.
func TestWorkedProtocol(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: builds the project a second time")
	}
	code := blocks(t, "extending.md#A new protocol", "go")
	lines, grid := blocks(t, "extending.md#A new protocol", "sh"), blocks(t, "extending.md#A new protocol", "toml")
	if len(code) != 1 || len(lines) != 1 || len(grid) != 1 {
		t.Fatalf("%d blocks of Go, %d of commands and %d of TOML, want one each", len(code), len(lines), len(grid))
	}
	tree := t.TempDir()
	copyTree(t, "..", tree)
	if err := os.WriteFile(filepath.Join(tree, "missing", "tail.go"), []byte(code[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	if gofmt := run(t, tree, "gofmt", "-l", "missing"); gofmt != "" {
		t.Errorf("gofmt would change %s", gofmt)
	}
	run(t, tree, "go", "vet", "-trimpath", "./missing")
	run(t, tree, "go", "test", "-trimpath", "./missing")
	run(t, tree, "go", "test", "-trimpath", "-run", "Protocols", ".")
	run(t, tree, "go", "test", "-trimpath", "-run", "Pages", "./docs", "-update")
	run(t, tree, "go", "build", "-trimpath", "-o", "gsdnet", "./cmd/gsdnet")
	gsdnet := filepath.Join(tree, "gsdnet")

	const corpus = "synthetic:conversations=12,turns=3-5" // in the place of corpus.npz
	small := []string{"--model", "zero", "--set", "zero.width=8", "--set", "zero.hidden=8", "--set", "train.epochs=1"}
	said := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(lines[0]), "\n") {
		args := strings.Fields(strings.ReplaceAll(line, "corpus.npz", corpus))[1:]
		if args[0] == "train" {
			args = append(args, small...)
		}
		said[args[0]] = run(t, tree, gsdnet, args...)
	}
	settings := "models = [\"zero\"]\n[[dataset]]\nname = \"tiny\"\npath = \"" + corpus + "\"\n[train]\nepochs = 1\n[zero]\nwidth = 8\nhidden = 8\n"
	if err := os.WriteFile(filepath.Join(tree, "grid.toml"), []byte(grid[0]+settings), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, tree, gsdnet, "sweep", "grid.toml", "--out", "sweep")
	run(t, tree, gsdnet, "report", "sweep")
	report, err := os.ReadFile(filepath.Join(tree, "sweep", "report", "report.md"))
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct{ text, want string }{
		"the masks":      {said["data"], "tail-test-0.5-seed0.npy"},
		"the training":   {said["train"], "parameters, 1 epoch"},
		"the evaluation": {said["eval"], "tail 0.75"},
		"the report":     {string(report), "tiny, tail missing"},
		"the help":       {run(t, tree, gsdnet, "data", "mask", "--help"), "tail (one modality is"},
	} {
		if !strings.Contains(c.text, c.want) {
			t.Errorf("%s: no %q in\n%s", what, c.want, c.text)
		}
	}
}
