package experiment

import (
	"path/filepath"

	"gsdnet/erc"
	"gsdnet/missing"
)

// maskFolder returns the folder of the frozen masks of a cell within the folder of a
// sweep. Each fold of a cross-validation has a folder of its own.
func (id Identity) maskFolder() string { return filepath.Join(MaskDir, id.Dataset, id.foldName()) }

// freeze draws the masks of all cells, as sets for folders in the sweep's folder.
func (g *Grid) freeze(cells []cell, out string) ([]*maskSet, error) {
	for i := range g.Datasets {
		g.Datasets[i].masks = map[maskKey]missing.Mask{}
	}
	folders := map[string]*maskSet{}
	var order []*maskSet
	for i := range cells {
		c := &cells[i]
		dir := filepath.Join(out, c.maskFolder())
		if folders[dir] == nil {
			folders[dir] = &maskSet{dir: dir, corpus: c.corpus, audited: map[string]bool{}}
			order = append(order, folders[dir])
		}
		if err := g.freezeCell(c, folders[dir]); err != nil {
			return nil, err
		}
	}
	return order, nil
}

// keep writes the masks and their audits. Masks that are in the folder already must be the
// same.
func (s *maskSet) keep() error {
	if err := missing.Write(s.dir, s.masks); err != nil {
		return err
	}
	return s.keepAudits()
}

// freezeCell draws the masks of a cell that no cell before it has, and adds them to those
// of its folder.
func (g *Grid) freezeCell(c *cell, set *maskSet) error {
	for _, rule := range c.Rules {
		key := maskKey{c.Fold, g.Split, rule.String()}
		mask, drawn := c.data.masks[key]
		if !drawn {
			var err error
			if mask, err = missing.Freeze(c.corpus, g.Split, rule, g.MaskSeed); err != nil {
				return err
			}
			c.data.masks[key] = mask
			set.masks = append(set.masks, mask)
		}
		if p, err := missing.Lookup(mask.Protocol); err != nil {
			return err
		} else if p.Table == 0 || c.reduced() {
			set.audited[mask.Name()] = true
		}
	}
	blank, some, err := c.Config.Missing.BlankMask(c.corpus)
	if err != nil || !some {
		return err
	}
	key := maskKey{c.Fold, erc.Train, blank.String()}
	if _, drawn := c.data.masks[key]; !drawn {
		c.data.masks[key] = blank
		set.masks = append(set.masks, blank)
		set.audited[blank.Name()] = true
	}
	return nil
}

// maskSet is the masks of one folder of a sweep.
type maskSet struct {
	dir     string
	corpus  *erc.Corpus
	masks   []missing.Mask
	audited map[string]bool // names of the masks whose audits are kept
}

// masks returns the frozen masks that a cell is evaluated under.
func (g *Grid) masks(c *cell) []missing.Mask {
	out := make([]missing.Mask, len(c.Rules))
	for i, rule := range c.Rules {
		out[i] = c.data.masks[maskKey{c.Fold, g.Split, rule.String()}]
	}
	return out
}
