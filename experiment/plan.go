package experiment

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
)

// plan is the content of a PlanFile.
type plan struct {
	Grids []planned `json:"grids"` // by file name
}

// planned is a grid: the same file given again replaces its cells.
type planned struct {
	File  string     `json:"file"` // its name without the folder
	Cells []Identity `json:"cells"`
	// Printed is Dataset.Printed by the name of the data set, where there is one.
	Printed map[string]string `json:"printed,omitempty"`
	// Part says which shard of the grid the folder holds; nil if it holds all of it.
	Part *part `json:"part,omitempty"`
}

// plan returns what the PlanFile says of a grid.
func (g *Grid) plan(cells []cell) planned {
	p := planned{File: filepath.Base(g.path)}
	for i := range g.Datasets {
		if name := g.Datasets[i].Printed; name != "" {
			if p.Printed == nil {
				p.Printed = map[string]string{}
			}
			p.Printed[g.Datasets[i].Name] = name
		}
	}
	for i := range cells {
		p.Cells = append(p.Cells, cells[i].Identity)
	}
	return p
}

// equal reports whether two plans say the same.
func (p *planned) equal(o *planned) bool {
	return p.File == o.File && slices.Equal(p.Cells, o.Cells) && maps.Equal(p.Printed, o.Printed) && p.Part.equal(o.Part)
}

// keep enters the plan of a grid into the PlanFile of a folder. It returns an error if the
// folder has another shard of that grid.
func (p planned) keep(out string) error {
	all, err := readPlan(filepath.Join(out, PlanFile))
	if err != nil {
		return err
	}
	at, known := slices.BinarySearchFunc(all.Grids, p.File, func(g planned, file string) int { return strings.Compare(g.File, file) })
	switch {
	case !known:
		all.Grids = slices.Insert(all.Grids, at, p)
	case all.Grids[at].equal(&p):
		return nil
	default:
		if err := p.Part.follows(all.Grids[at].Part, out, p.File); err != nil {
			return err
		}
		all.Grids[at] = p
	}
	return all.write(out)
}

// write writes the PlanFile of a folder.
func (p plan) write(out string) error {
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(out, PlanFile), append(text, '\n'))
}

func readPlan(path string) (p plan, err error) {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return p, nil
	case err != nil:
		return p, fault.Input("check the file's permissions", "%w", err)
	}
	err = decodeJSON(text, &p)
	for _, grid := range p.Grids {
		for i := range grid.Cells {
			err = cmp.Or(err, grid.Cells[i].check())
		}
	}
	if err != nil {
		return plan{}, fault.Input("delete it and give the sweep again, which writes it anew", "%s: %w", path, err)
	}
	return p, nil
}

// SweepDir is the path of the folder of a sweep. Its methods read the files there.
type SweepDir string

// path returns the path of a file in the folder.
func (d SweepDir) path(names ...string) string {
	return filepath.Join(append([]string{string(d)}, names...)...)
}

// Planned returns the cells of all grids of the folder, each once. It returns none if the
// folder has no PlanFile.
func (d SweepDir) Planned() ([]Identity, error) {
	p, err := readPlan(d.path(PlanFile))
	var all []Identity
	for _, grid := range p.Grids {
		for _, id := range grid.Cells {
			if !slices.Contains(all, id) {
				all = append(all, id)
			}
		}
	}
	return all, err
}

// PrintedAs returns, by the name of a data set, the data set of the paper whose printed
// figures a report shows beside it, as the grids of the folder say.
func (d SweepDir) PrintedAs() (map[string]string, error) {
	p, err := readPlan(d.path(PlanFile))
	all := map[string]string{}
	for _, grid := range p.Grids {
		maps.Copy(all, grid.Printed)
	}
	return all, err
}

// ParseIdentity reads the name of a cell's run directory, as Identity.String writes it. It
// returns false for any other name. The model of the result is the name of the variant, as
// the directory does not say which model that is.
func ParseIdentity(name string) (Identity, bool) {
	parts := strings.Split(name, "--")
	if len(parts) < 5 {
		return Identity{}, false
	}
	id := Identity{Dataset: parts[0], Protocol: parts[1], Variant: parts[2], Model: parts[2], Training: parts[3]}
	for _, part := range parts[4:] {
		var seed string
		switch {
		case cutPrefix(part, "seed", &seed):
			id.Seed, _ = strconv.ParseUint(seed, 10, 64)
		case cutPrefix(part, "blank", &id.Blank), cutPrefix(part, "labels", &id.Labels):
		default:
			if _, err := fmt.Sscanf(part, "fold%dof%d", &id.Fold, &id.Folds); err != nil {
				return Identity{}, false
			}
		}
	}
	return id, fmt.Sprint(id) == name && id.check() == nil
}

// cutPrefix stores what follows the prefix of a text, and reports whether the text has it.
func cutPrefix(text, prefix string, into *string) bool {
	rest, has := strings.CutPrefix(text, prefix)
	if has {
		*into = rest
	}
	return has
}
