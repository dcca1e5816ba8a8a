package experiment

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gsdnet/internal/atomicfile"
	"gsdnet/internal/hint"
)

// PlanFile lists in the folder of a sweep the cells that the grids given for it
// have, so that a reader can tell which are not finished.
const PlanFile = "sweep.json"

// plan is the content of a PlanFile.
type plan struct {
	// Grids has the cells of each grid by the name of its file: the same file given
	// again replaces its cells.
	Grids map[string][]Identity `json:"grids"`
}

// keepPlan enters the cells of a grid into the PlanFile of a folder.
func keepPlan(out, grid string, cells []Cell) error {
	p, err := readPlan(filepath.Join(out, PlanFile))
	if err != nil {
		return err
	}
	old, known := p.Grids[filepath.Base(grid)]
	list := make([]Identity, len(cells))
	for i := range cells {
		list[i] = cells[i].Identity
	}
	if known && slices.Equal(old, list) {
		return nil
	}
	p.Grids[filepath.Base(grid)] = list
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return hint.Failure("choose a folder you may write to with --out", "%w", err)
	}
	return atomicfile.Write(filepath.Join(out, PlanFile), append(text, '\n'))
}

func readPlan(path string) (plan, error) {
	p := plan{Grids: map[string][]Identity{}}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p, nil
	case err != nil:
		return p, hint.Input("check the file's permissions", "%w", err)
	}
	const advice = "delete it and give the sweep again, which writes it anew"
	if err := decodeJSON(text, &p); err != nil {
		return p, hint.Input(advice, "%s: %w", path, err)
	}
	for _, cells := range p.Grids {
		for i := range cells {
			if err := cells[i].check(); err != nil {
				return p, hint.Input(advice, "%s: %w", path, err)
			}
		}
	}
	if p.Grids == nil {
		return p, hint.Input(advice, "%s: the field grids is null", path)
	}
	return p, nil
}

// Planned returns the cells that the grids of a sweep's folder have, each once and
// in the order of the grids; none of a folder without a PlanFile.
func Planned(out string) ([]Identity, error) {
	p, err := readPlan(filepath.Join(out, PlanFile))
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range p.Grids {
		names = append(names, name)
	}
	slices.Sort(names)
	var all []Identity
	for _, name := range names {
		for _, id := range p.Grids[name] {
			if !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
	}
	return all, nil
}

// ParseIdentity reads the name of a cell's run directory, as Identity.String
// writes it; false if it is not one. The model is that of the variant's name, as
// the directory does not say another.
func ParseIdentity(name string) (Identity, bool) {
	parts := strings.Split(name, "--")
	if len(parts) != 5 || !strings.HasPrefix(parts[4], "seed") {
		return Identity{}, false
	}
	seed, err := strconv.ParseUint(strings.TrimPrefix(parts[4], "seed"), 10, 64)
	id := Identity{Dataset: parts[0], Protocol: parts[1], Variant: parts[2], Model: parts[2], Training: parts[3], Seed: seed}
	return id, err == nil && fmt.Sprint(id) == name
}
