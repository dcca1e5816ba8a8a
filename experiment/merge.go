package experiment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gsdnet/internal/atomicfile"
	"gsdnet/internal/count"
	"gsdnet/internal/dirlock"
	"gsdnet/internal/fault"
	"gsdnet/rundir"
)

// Merge joins the folders of all shards of a sweep into d, which is then equal to the
// folder of a sweep in one process. It returns the number of cells. It returns an error for
// folders that do not belong together, for shards and cells that are missing, and for files
// that are damaged. The folders are not changed, and d appears only when it is complete.
func (d SweepDir) Merge(ctx context.Context, dirs []string) (cells int, err error) {
	out := string(d)
	m := &merge{dirs: dirs, holders: map[Identity][]string{}}
	if left, err := os.ReadDir(out); err == nil && len(left) > 0 {
		return 0, fault.Input("name a folder that does not exist", "%s is not empty", out)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fault.Input("name a folder that does not exist", "%w", err)
	}
	for _, step := range []func() error{m.read, m.join, m.check} {
		if err := step(); err != nil {
			return 0, err
		}
	}
	return len(m.holders), m.write(ctx, out)
}

// merge is a merge that is being done.
type merge struct {
	dirs    []string
	plans   []plan // one for each folder
	plan    plan   // of all folders, without parts
	holders map[Identity][]string
}

// read reads the plans of the folders.
func (m *merge) read() error {
	for _, dir := range m.dirs {
		p, err := readPlan(filepath.Join(dir, PlanFile))
		if err != nil {
			return err
		}
		if len(p.Grids) == 0 {
			return fault.Input("give the folders that gsdnet sweep --shard wrote", "%s holds no sweep", dir)
		}
		for _, g := range p.Grids {
			if g.Part == nil {
				return fault.Input("give the folders that gsdnet sweep --shard wrote", "%s holds the sweep of %s, which is not divided into shards", dir, g.File)
			}
			if err := g.Part.shard().check(); err != nil {
				return fmt.Errorf("%s: %w", filepath.Join(dir, PlanFile), err)
			}
		}
		m.plans = append(m.plans, p)
	}
	return nil
}

// join finds out which folder holds which cell.
func (m *merge) join() error {
	for _, g := range m.plans[0].Grids {
		shards, err := m.shards(&g)
		if err != nil {
			return err
		}
		for i, id := range g.Cells {
			dir := shards[i%len(shards)]
			if !slices.Contains(m.holders[id], dir) {
				m.holders[id] = append(m.holders[id], dir)
			}
		}
		g.Part = nil
		m.plan.Grids = append(m.plan.Grids, g)
	}
	for i, p := range m.plans {
		if len(p.Grids) != len(m.plan.Grids) {
			return fault.Input("give the folders of the same sweeps", "%s holds %s, and %s holds %s", m.dirs[0], count.Of(len(m.plan.Grids), "grid"), m.dirs[i], count.Of(len(p.Grids), "grid"))
		}
	}
	return nil
}

// shards returns the folders of the shards of a grid, in order. Every shard must be there
// once.
func (m *merge) shards(g *planned) ([]string, error) {
	found := make([]string, g.Part.Shards)
	for i, p := range m.plans {
		at := slices.IndexFunc(p.Grids, func(o planned) bool { return o.File == g.File })
		if at < 0 {
			return nil, fault.Input("give the folders of the same sweeps", "%s holds no shard of %s, and %s does", m.dirs[i], g.File, m.dirs[0])
		}
		part := p.Grids[at].Part
		if err := m.together(g, &p.Grids[at], m.dirs[i]); err != nil {
			return nil, err
		}
		if other := found[part.Shard-1]; other != "" {
			return nil, fault.Input("give one folder for each shard", "%s and %s both hold shard %s of %s", other, m.dirs[i], part.shard(), g.File)
		}
		found[part.Shard-1] = m.dirs[i]
	}
	for i, dir := range found {
		if dir == "" {
			shard := shard{i + 1, len(found)}
			return nil, fault.Input("give its folder too; gsdnet sweep "+g.File+" --shard "+shard.String()+" makes it", "no folder holds shard %s of %s", shard, g.File)
		}
	}
	return found, nil
}

// together returns an error unless two plans are shards of one sweep of a grid.
func (m *merge) together(a, b *planned, dir string) error {
	switch first := m.dirs[0]; {
	case a.Part.Shards != b.Part.Shards:
		return fault.Input("give folders of one sweep", "%s holds a shard of %d of %s, and %s one of %d", first, a.Part.Shards, a.File, dir, b.Part.Shards)
	case a.Part.Program != b.Part.Program:
		return fault.Input("run all shards with the same program", "%s was written by version %s, and %s by version %s", first, a.Part.Program, dir, b.Part.Program)
	case a.Part.CellsHash != b.Part.CellsHash || !slices.Equal(a.Cells, b.Cells):
		return fault.Input("run all shards with the same grid and the same data", "%s and %s hold shards of different sweeps: their cells, settings or data differ", first, dir)
	}
	return nil
}

// check returns an error unless every cell is finished and all its copies are equal.
func (m *merge) check() error {
	var unfinished []string
	for _, g := range m.plan.Grids {
		for _, id := range g.Cells {
			for _, dir := range m.holders[id] {
				run := RunDir(filepath.Join(dir, id.String()))
				if !finishedRun(run) {
					unfinished = append(unfinished, string(run))
					continue
				}
				if err := run.Verify(id); err != nil {
					return err
				}
				if err := sameFile(run.path(rundir.MetricsFile), filepath.Join(m.holders[id][0], id.String(), rundir.MetricsFile)); err != nil {
					return err
				}
			}
		}
	}
	if n := len(unfinished); n > 0 {
		return fault.Input("give the sweep of that shard again, which goes on where it stopped", "the sweep is not finished: %s missing, the first is %s", count.Of(n, "cell"), unfinished[0])
	}
	return nil
}

// finishedRun reports whether a run directory has a finished training and a record.
func finishedRun(d RunDir) bool {
	kept, err := rundir.ReadCheckpoint(d.path(rundir.CheckpointFile))
	if err != nil || !kept.Finished {
		return false
	}
	_, err = os.Stat(d.path(rundir.MetricsFile))
	return err == nil
}

// sameFile returns an error unless two files have the same content.
func sameFile(a, b string) error {
	if a == b {
		return nil
	}
	x, err := os.ReadFile(a)
	if err != nil {
		return fault.Input("check the file", "%w", err)
	}
	y, err := os.ReadFile(b)
	if err != nil {
		return fault.Input("check the file", "%w", err)
	}
	if !bytes.Equal(x, y) {
		return fault.Input("run all shards with the same program and the same data", "%s and %s differ", a, b)
	}
	return nil
}

// write copies what the folders hold to a folder beside out, and renames it to out.
func (m *merge) write(ctx context.Context, out string) (err error) {
	out = filepath.Clean(out)
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return fault.Failure("choose a folder you may write to with --out", "%w", err)
	}
	aside, err := atomicfile.MkdirTemp(filepath.Dir(out), filepath.Base(out))
	if err != nil {
		return fault.Failure("choose a folder you may write to with --out", "%w", err)
	}
	defer os.RemoveAll(aside) // if it was not renamed
	for id, dirs := range m.holders {
		if err := copyTree(ctx, filepath.Join(dirs[0], id.String()), filepath.Join(aside, id.String())); err != nil {
			return err
		}
		if err := RunDir(filepath.Join(aside, id.String())).Verify(id); err != nil { // the copy
			return err
		}
	}
	for _, dir := range m.dirs {
		if err := copyTree(ctx, filepath.Join(dir, MaskDir), filepath.Join(aside, MaskDir)); err != nil {
			return err
		}
	}
	if err := m.plan.write(aside); err != nil {
		return err
	}
	if err := os.Chmod(aside, 0o755); err != nil {
		return err
	}
	_ = os.Remove(out) // an empty folder; some systems rename no folder onto it
	if err := os.Rename(aside, out); err != nil {
		return fault.Failure("choose a folder you may write to with --out", "%w", err)
	}
	return nil
}

// copyTree copies the files of a folder and of the folders in it, without locks and
// temporary files. A file that is there already must be the same.
func copyTree(ctx context.Context, from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		rest, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target, name := filepath.Join(to, rest), d.Name()
		switch {
		case d.IsDir():
			return os.MkdirAll(target, 0o755)
		case name == dirlock.File || name == dirlock.OwnerFile || strings.HasPrefix(name, "."):
			return nil
		}
		if _, err := os.Stat(target); err == nil {
			return sameFile(path, target)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return fault.Failure("check the file's permissions", "%w", err)
		}
		return atomicfile.Write(target, text)
	})
}
