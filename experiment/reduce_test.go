package experiment_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gsdnet/erc"
	"gsdnet/experiment"
	"gsdnet/internal/fault"
	"gsdnet/missing"
)

const plainGrid = `
models = ["zero"]
rates = [0.3]
%s
[[dataset]]
name = "tiny"
path = "synthetic:conversations=12,turns=3-5"
%s
[zero]
width = 8
hidden = 8
`

// The keys training, blank, labels and folds are in the identity of a cell, in its name and
// in the settings of its run; a grid without them has the cells that it always had.
func TestReductionsAreInTheIdentity(t *testing.T) {
	for _, c := range []struct {
		keys  string
		cells []string
		has   []string // in the settings of the first cell
		lacks []string
	}{
		{"", []string{"tiny--random--zero--mixed--seed1"}, nil, []string{"folds", "blank", "labels", "complete"}},
		{`blank = [0]
		labels = [1]`, []string{"tiny--random--zero--mixed--seed1"}, nil, []string{"folds", "blank", "labels"}},
		{`training = "complete"`, []string{"tiny--random--zero--complete--seed1"}, []string{"rate = 'complete'"}, nil},
		{`training = "every"`, []string{"tiny--random--zero--every--seed1"}, []string{"rate = 'every'"}, nil},
		{`blank = [0, 0.5]`, []string{"tiny--random--zero--mixed--seed1", "tiny--random--zero--mixed--seed1--blank0.5"}, nil, []string{"blank"}},
		{`blank = [0.5]`, []string{"tiny--random--zero--mixed--seed1--blank0.5"}, []string{"blank = 0.5"}, nil},
		{`labels = [0.05, 1]`, []string{"tiny--random--zero--mixed--seed1--labels0.05", "tiny--random--zero--mixed--seed1"}, []string{"labels = 0.05"}, nil},
		{`folds = 3`, []string{
			"tiny--random--zero--mixed--seed1--fold1of3", "tiny--random--zero--mixed--seed1--fold2of3", "tiny--random--zero--mixed--seed1--fold3of3",
		}, []string{"folds = 3", "fold = 1"}, nil},
		{"folds = 3\nblank = [0.3]\nlabels = [0.5]\ntraining = \"complete\"", []string{
			"tiny--random--zero--complete--seed1--blank0.3--labels0.5--fold1of3",
			"tiny--random--zero--complete--seed1--blank0.3--labels0.5--fold2of3",
			"tiny--random--zero--complete--seed1--blank0.3--labels0.5--fold3of3",
		}, nil, nil},
	} {
		s := prepare(t, fmt.Sprintf(plainGrid, c.keys, ""), t.TempDir())
		var names, ids []string
		for i := range s.Cells {
			cell := &s.Cells[i]
			names, ids = append(names, cell.String()), append(ids, cell.ID())
			got, ok := experiment.ParseIdentity(cell.String())
			if !ok || got != cell.Identity {
				t.Errorf("%s: got %+v, %v, want %+v", cell, got, ok, cell.Identity)
			}
			if _, err := cell.Settings(); err != nil {
				t.Error(err)
			}
		}
		if !slices.Equal(names, c.cells) {
			t.Errorf("%s: got the cells %q, want %q", c.keys, names, c.cells)
		}
		slices.Sort(ids)
		if len(slices.Compact(ids)) != len(names) {
			t.Errorf("%s: two cells have the same ID", c.keys)
		}
		for _, text := range c.has {
			if !strings.Contains(s.Cells[0].Config, text) {
				t.Errorf("%s: the settings lack %s:\n%s", c.keys, text, s.Cells[0].Config)
			}
		}
		for _, text := range c.lacks {
			if strings.Contains(s.Cells[0].Config, text) {
				t.Errorf("%s: the settings have %s:\n%s", c.keys, text, s.Cells[0].Config)
			}
		}
	}
}

// The ID of a cell of an ordinary grid, and with it the state of every queue, does not
// change with a new protocol.
func TestOrdinaryIdentityHasNoNewFields(t *testing.T) {
	id := experiment.Identity{Dataset: "a", Protocol: "random", Variant: "zero", Model: "zero", Training: "mixed", Seed: 1}
	s := experiment.Spec{Identity: id}
	if got, want := s.ID(), "fa1e31f5578ede592c78ba6b5331697eb67a83b68e8918834704ac08a457b8e1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestReductionsThatDoNotExist(t *testing.T) {
	for _, c := range []struct{ keys, tables, want, hint string }{
		{"folds = 2", "", "folds = 2", "3 or more"},
		{"folds = -1", "", "folds = -1", "3 or more"},
		{"folds = 13", "", `data set "tiny": synthetic: 13 folds need as many conversations, and there are 12 conversations`, "smaller"},
		{"labels = [0]", "", "labels has the share 0", "above 0"},
		{"labels = [5]", "", "labels has the share 5", "such as 0.1"},
		{"labels = []", "", "it has no shares of labels", "labels = "},
		{"labels = [0.1, 0.1]", "", `labels "0.1" is there twice`, ""},
		{"blank = [0.35]", "", "blank 0.35 is not a rate of values to delete", "0.1 0.2 0.3"},
		{"blank = []", "", "it has no blank rates", "blank = "},
		{`training = "frozen"`, "", `training = "frozen" is not known`, "complete"},
		{"", "[train]\nlabels = 0.1", "train.labels does not belong in a grid", "labels = [0.05"},
		{"", "data.folds = 3\ndata.fold = 1", "data.folds and data.fold do not belong in a grid", "folds = 5"},
	} {
		g, err := experiment.Parse("grid.toml", []byte(fmt.Sprintf(plainGrid, c.keys, c.tables)))
		if err == nil {
			_, err = g.Prepare(t.Context(), "", t.TempDir())
		}
		if err == nil || !fault.IsInput(err) || !strings.Contains(err.Error(), c.want) || !strings.Contains(fault.Of(err), c.hint) {
			t.Errorf("%s%s: got %v, %q, want %q, %q", c.keys, c.tables, err, fault.Of(err), c.want, c.hint)
		}
	}
}

// The masks of every fold and of deleted values are frozen on disk before a cell starts,
// with audits of the realised rates.
func TestReductionsFreezeTheirMasks(t *testing.T) {
	out := t.TempDir()
	keys := "folds = 3\nblank = [0.5]"
	s := prepare(t, fmt.Sprintf(plainGrid, keys, ""), out)
	begin(t, s)
	n := 0
	for _, cell := range s.Cells {
		dir := filepath.Join(out, experiment.MaskDir, "tiny", fmt.Sprintf("fold%dof3", cell.Fold))
		for _, name := range []string{"random-test-0.3-seed0.npy", "random-train-0.5-seed0.npy"} {
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
				t.Error(err)
			}
		}
		audits, err := experiment.SweepDir(out).Audits(cell.Identity)
		if err != nil || len(audits) != 2 {
			t.Fatal(audits, err)
		}
		test := slices.IndexFunc(audits, func(a missing.Audit) bool { return strings.Contains(a.Mask, erc.Test.String()) })
		n += audits[test].N
		for _, a := range audits {
			if a.Rate == 0 || a.Absent == [erc.NumModalities]float64{} {
				t.Errorf("%s: got %+v", a.Mask, a)
			}
		}
	}
	again := prepare(t, fmt.Sprintf(plainGrid, keys, ""), out) // the same masks
	for i := range s.Cells {
		if s.Cells[i].ID() != again.Cells[i].ID() {
			t.Errorf("%s: another ID", s.Cells[i])
		}
	}
	whole := prepare(t, fmt.Sprintf(plainGrid, "", ""), t.TempDir())
	if whole.Cells[0].MaskHash == s.Cells[0].MaskHash || n == 0 {
		t.Error("the masks of a fold are those of the file's own test split")
	}
}
