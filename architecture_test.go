package gsdnet_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// levels is the house from the ground up: a package imports only packages of
// lower levels and of its own folder (model/** among themselves).
var levels = []struct {
	level    int
	prefixes []string
}{
	{0, []string{"erc"}},
	{1, []string{"dataset", "missing", "spectral", "metric", "diffusion", "simd", "internal"}},
	{2, []string{"engine"}},
	{3, []string{"model", "media"}},
	{4, []string{"rundir"}},
	{5, []string{"infer"}},
	{6, []string{"train", "explain"}},
	{7, []string{"experiment"}},
	{8, []string{"", "report"}},
	{9, []string{"serve", "bulk"}},
	{10, []string{"cmd", "bench", "docs"}},
}

// alone lists packages that import nothing of ours outside their folder.
var alone = []string{"diffusion", "simd", "erc"}

// pure lists packages that read no files, clock, environment or global
// randomness; missing reads and writes its mask files and nothing else.
var pure = []string{"erc", "spectral", "diffusion", "metric"}

// impure lists what they must not import.
var impure = []string{"os", "time", "net", "net/http", "math/rand", "log", "log/slog", "syscall"}

// engines lists where GoMLX may be imported.
var engines = []string{"diffusion", "simd", "engine", "model", "rundir", "infer", "train", "explain"}

// fronted lists packages that reach the house through the root package alone, and what
// they may import besides.
var fronted = map[string][]string{
	"serve": {"", "erc", "internal"},
	"bulk":  {"", "erc", "internal", "dataset", "metric"},
}

const module = "gsdnet"

type pkg struct {
	ImportPath string
	Imports    []string
}

func TestArrowsPointDown(t *testing.T) {
	for _, p := range packages(t) {
		for _, to := range p.Imports {
			from := local(p.ImportPath)
			if strings.HasPrefix(to, "github.com/gomlx/") && !slices.Contains(engines, top(from)) {
				t.Errorf("%s imports %s: GoMLX belongs under %v", p.ImportPath, to, engines)
			}
			if slices.Contains(pure, top(from)) && slices.Contains(impure, to) {
				t.Errorf("%s imports %s: it is mathematics", p.ImportPath, to)
			}
			if to != module && !strings.HasPrefix(to, module+"/") {
				continue
			}
			if besides := fronted[top(from)]; besides != nil && !slices.Contains(besides, top(local(to))) {
				t.Errorf("%s imports %s: it uses the root package", p.ImportPath, to)
			}
			if fault := arrow(t, from, local(to)); fault != "" {
				t.Errorf("%s → %s: %s", p.ImportPath, to, fault)
			}
		}
	}
}

// arrow says what is wrong with an import, or "".
func arrow(t *testing.T, from, to string) string {
	switch up, down := level(t, from), level(t, to); {
	case slices.Contains(alone, top(from)):
		if top(to) == top(from) {
			return "" // its own insides
		}
		return "it imports nothing of ours"
	case down < up, top(from) == top(to) && top(from) != "internal":
		return ""
	case top(to) == "internal" && up >= 1:
		return ""
	default:
		return "the arrow does not point down"
	}
}

func TestTheRulesCatchWhatTheyShould(t *testing.T) {
	for _, c := range []struct {
		from, to string
		ok       bool
	}{
		{"dataset", "erc", true},
		{"erc", "dataset", false},
		{"model/gsdnet", "model", true},
		{"model", "train", false},
		{"diffusion", "erc", false},
		{"simd", "simd/internal/kernel", true},
		{"simd", "internal/fault", false},
		{"dataset", "internal/fault", true},
		{"dataset", "missing", false},
		{"train", "model/gsdnet", true},
		{"infer", "rundir", true},
		{"rundir", "infer", false},
		{"engine", "model", false},
		{"cmd/gsdnet", "", true},
		{"train", "", false},
	} {
		if got := arrow(t, c.from, c.to) == ""; got != c.ok {
			t.Errorf("%q → %q: allowed %v, want %v", c.from, c.to, got, c.ok)
		}
	}
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func local(path string) string { return strings.TrimPrefix(strings.TrimPrefix(path, module), "/") }

func top(path string) string {
	first, _, _ := strings.Cut(path, "/")
	return first
}

func level(t *testing.T, path string) int {
	t.Helper()
	for _, l := range levels {
		if slices.Contains(l.prefixes, top(path)) {
			return l.level
		}
	}
	t.Errorf("package %q has no level: put it into the house's list", path)
	return -1
}
