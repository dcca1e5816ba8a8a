package experiment_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	_ "gsdnet/dataset/all"
	"gsdnet/experiment"
	"gsdnet/internal/fault"
	_ "gsdnet/model/all"
	"gsdnet/model/fill"
	"gsdnet/rundir"
)

const grid = `
models = ["zero", "mean"]
protocols = ["random", "fixed"]
rates = [0, 0.3]
patterns = ["t", "t,v"]
seeds = [1, 2]
samples = 2

[[dataset]]
name = "tiny"
path = "synthetic:conversations=12,turns=3-5"

[train]
epochs = 2
batch = 3

[zero]
width = 8
hidden = 8
[mean]
width = 8
hidden = 8

[[variant]]
name = "zero-wide"
model = "zero"
train.epochs = 3
zero.width = 12
`

func parse(t *testing.T, text string) *experiment.Grid {
	t.Helper()
	g, err := experiment.Parse("grid.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func prepare(t *testing.T, text, out string) *experiment.Sweep {
	t.Helper()
	s, err := parse(t, text).Prepare(t.Context(), "", out)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// settings returns the config of a cell.
func settings(t *testing.T, s *experiment.Spec) *rundir.Config {
	t.Helper()
	config, err := s.Settings()
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func names(s *experiment.Sweep) (out []string) {
	for _, c := range s.Cells {
		out = append(out, c.String())
	}
	return out
}

func TestExpansion(t *testing.T) {
	s := prepare(t, grid, t.TempDir())
	want := []string{
		"tiny--random--zero--mixed--seed1", "tiny--random--zero--mixed--seed2",
		"tiny--random--mean--mixed--seed1", "tiny--random--mean--mixed--seed2",
		"tiny--random--zero-wide--mixed--seed1", "tiny--random--zero-wide--mixed--seed2",
		"tiny--fixed--zero--mixed--seed1", "tiny--fixed--zero--mixed--seed2",
		"tiny--fixed--mean--mixed--seed1", "tiny--fixed--mean--mixed--seed2",
		"tiny--fixed--zero-wide--mixed--seed1", "tiny--fixed--zero-wide--mixed--seed2",
	}
	if diff := cmp.Diff(want, names(s)); diff != "" {
		t.Error(diff)
	}
	plain, wide := settings(t, &s.Cells[1]), settings(t, &s.Cells[5])
	if plain.Train.Epochs != 2 || wide.Train.Epochs != 3 || wide.Train.Batch != 3 {
		t.Errorf("epochs %d and %d, batch %d", plain.Train.Epochs, wide.Train.Epochs, wide.Train.Batch)
	}
	if got, want := plain.Settings["zero"].(*fill.Config), wide.Settings["zero"].(*fill.Config); got.Width != 8 || want.Width != 12 || want.Hidden != 8 {
		t.Errorf("settings %+v and %+v", got, want)
	}
	if plain.Train.Seed != 2 || plain.Missing.Rate != "mixed" || len(s.Cells[1].Rules) != 2 {
		t.Errorf("seed %d, rate %v, rules %v", plain.Train.Seed, plain.Missing.Rate, s.Cells[1].Rules)
	}
}

func TestTrialsAreForEveryModel(t *testing.T) {
	g := parse(t, strings.Replace(grid, "[[variant]]", "[[trial]]\nname = \"narrow\"\nset.width = 6\n[[variant]]", 1))
	if diff := cmp.Diff([]string{"zero", "zero-narrow", "mean", "mean-narrow", "zero-wide"}, g.Variants()); diff != "" {
		t.Error(diff)
	}
	s, err := g.Prepare(t.Context(), "", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.Cells {
		want := map[string]int{"zero": 8, "zero-narrow": 6, "mean": 8, "mean-narrow": 6, "zero-wide": 12}[c.Variant]
		if got := settings(t, &c).Settings[c.Model].(*fill.Config).Width; got != want {
			t.Errorf("%s: width %d", c.Variant, got)
		}
	}
}

func TestOneRunARate(t *testing.T) {
	s := prepare(t, strings.Replace(grid, "seeds = [1, 2]", "seeds = [4]\ntraining = \"each\"\nfamily = \"batch\"", 1), t.TempDir())
	got := names(s)
	for _, want := range []string{"tiny--random-batch--zero--0.0--seed4", "tiny--random-batch--mean--0.3--seed4", "tiny--fixed--zero--t--seed4", "tiny--fixed--zero-wide--tv--seed4"} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s among %v", want, got)
		}
	}
	for _, c := range s.Cells {
		if rate := settings(t, &c).Missing.Rate; len(c.Rules) != 1 || rate == "mixed" {
			t.Errorf("%s: rate %v, rules %v", c, rate, c.Rules)
		}
	}
}

func TestDefaultsAreTheProtocol(t *testing.T) {
	g := parse(t, "models = [\"zero\"]\n[[dataset]]\nname = \"a\"\npath = \"synthetic\"\n")
	if len(g.Points["random"]) != 8 || len(g.Points["fixed"]) != 7 || len(g.Seeds) != 1 || g.Samples != 4 {
		t.Errorf("got %+v", g)
	}
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown key":       {"batch = 3", "batches = 3", `grid.toml:15:1: unknown key "train.batches"`},
		"in a trial":        {"[[variant]]", "[[trial]]\nname = \"a\"\nset.widht = 6\n[[variant]]", "unknown key \"zero.widht\""},
		"in a variant":      {"zero.width = 12", "zero.widht = 12", `grid.toml:28:`},
		"of the grid":       {"samples = 2", "sample = 2", `grid.toml:7:1: unknown key "sample"`},
		"wrong type":        {"epochs = 2", `epochs = "two"`, "grid.toml:14:"},
		"no TOML":           {"[train]", "[train", "grid.toml:13:"},
		"unknown model":     {`["zero", "mean"]`, `["zero", "gpt"]`, `model "gpt" is not known`},
		"no model":          {`model = "zero"`, "", `model "" is not known`},
		"empty":             {"seeds = [1, 2]", "seeds = []", "the grid is empty: it has no seeds"},
		"no rates":          {"rates = [0, 0.3]", "rates = []", "the grid is empty: it has no rates"},
		"impossible rate":   {"0.3]", "0.25]", "missing rate 0.25 is not known"},
		"pattern":           {`"t,v"`, `"tx"`, `pattern "tx" is not known`},
		"protocol":          {`"fixed"]`, `"never"]`, `protocol = "never" is not known`},
		"select":            {"epochs = 2", "select = \"test\"", "the setting train.select no longer exists"},
		"select in variant": {"train.epochs = 3", "train.select = \"test\"", "the setting train.select no longer exists"},
		"old name":          {"zero.width = 12", "gsdnet.steps = 3", "the setting gsdnet.steps has another name now"},
		"seed":              {"epochs = 2", "seed = 2", "train.seed does not belong in a grid"},
		"twice":             {"seeds = [1, 2]", "seeds = [1, 1]", `seed "1" is there twice`},
		"same name":         {`name = "zero-wide"`, `name = "zero"`, `model "zero" is there twice`},
		"path as a name":    {`name = "zero-wide"`, `name = "../x"`, `model name "../x"`},
		"training":          {"samples = 2", `training = "all"`, `training = "all" is not known`},
		"samples":           {"samples = 2", "samples = 0", "samples = 0 is under the limit of 1"},
		"of a model":        {"zero.width = 12", "zero.width = 7", "zero.width = 7 is not even"},
		"split":             {"samples = 2", `split = "train"`, `split = "train"`},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(grid, c.old, c.new, 1)
			if text == grid {
				t.Fatalf("no %q to replace", c.old)
			}
			_, err := experiment.Parse("grid.toml", []byte(text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			if !fault.IsInput(err) || fault.Of(err) == "" || strings.Contains(err.Error(), "\n") {
				t.Errorf("want one line about the input with a hint: %q, %q", err, fault.Of(err))
			}
		})
	}
}

// What only the data can show is found before a cell starts, too.
func TestPrepareRefuses(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"absent": {"synthetic:conversations=12,turns=3-5", "absent.npz", "absent.npz: no such file"},
		"format": {"synthetic:conversations=12,turns=3-5", "grid_test.go", "no format"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parse(t, strings.Replace(grid, c.old, c.new, 1)).Prepare(t.Context(), ".", t.TempDir())
			if err == nil || !strings.Contains(err.Error(), c.want) || !fault.IsInput(err) {
				t.Errorf("got %v (%s), want %q", err, fault.Of(err), c.want)
			}
		})
	}
}
