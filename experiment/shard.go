package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"gsdnet/internal/fault"
)

// shard is one of count parts of a sweep. Its index counts from 1.
type shard struct{ index, count int }

// maxShards bounds the number of shards.
const maxShards = 100_000

// String writes the shard as "i/n".
func (s shard) String() string { return fmt.Sprintf("%d/%d", s.index, s.count) }

// check returns an error unless the index is from 1 to the count.
func (s shard) check() error {
	if s.count < 1 || s.count > maxShards || s.index < 1 || s.index > s.count {
		return fault.Input(fmt.Sprintf("shards are counted from 1/n to n/n, with n up to %d", maxShards), "there is no shard %s", s)
	}
	return nil
}

// has reports whether the shard has the cell at a place of the grid, counted from 0. The
// shards take turns, because the cells of a slow model are next to each other.
func (s shard) has(cell int) bool { return cell%s.count == s.index-1 }

// Keep leaves only the cells of a shard in the sweep: one of count parts, which separate
// processes run into separate folders. The index counts from 1. SweepDir.Merge joins the
// folders. The PlanFile lists all cells of the grid, and says which shard the folder holds.
func (s *Sweep) Keep(index, count int) error {
	shard := shard{index, count}
	if err := shard.check(); err != nil {
		return err
	}
	s.plan.Part = &part{Shard: index, Shards: count, CellsHash: hashCells(s.Cells)}
	var mine []Spec
	for i := range s.Cells {
		if shard.has(i) {
			mine = append(mine, s.Cells[i])
		}
	}
	s.Cells = mine
	return nil
}

// hashCells returns the SHA-256 of the IDs of cells, in hexadecimal.
func hashCells(cells []Spec) string {
	sum := sha256.New()
	for i := range cells {
		_, _ = io.WriteString(sum, cells[i].ID()+"\n")
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// part says in a PlanFile which shard of a grid the folder holds, and of which cells.
type part struct {
	Shard     int    `json:"shard"` // from 1
	Shards    int    `json:"shards"`
	CellsHash string `json:"cells_sha256"` // of all cells of the grid, with their data, masks and settings
	Program   string `json:"program"`      // version that ran it
}

func (p *part) shard() shard { return shard{p.Shard, p.Shards} }

// equal reports whether two folders hold the same shard of the same cells.
func (p *part) equal(o *part) bool {
	if p == nil || o == nil {
		return p == o
	}
	return *p == *o
}

// follows returns an error if a folder that holds the part old cannot go on with p.
func (p *part) follows(old *part, out, file string) error {
	const hint = "give every shard an --out of its own"
	switch {
	case p == nil: // the whole grid has the cells of every shard
		return nil
	case old == nil:
		return fault.Input(hint, "%s holds a sweep of %s that is not divided into shards", out, file)
	case p.shard() != old.shard():
		return fault.Input(hint, "%s holds shard %s of %s, not shard %s", out, old.shard(), file, p.shard())
	}
	return nil
}
