package rows

import (
	"math"
	"slices"
	"strconv"

	"gsdnet/dataset"
	"gsdnet/erc"
)

// scalars converts the columns with one value an utterance.
func (c *Columns) scalars(t *dataset.Table) (err error) {
	if t.Dialogue, t.Dialogues, err = identities(t, "dialogue", c.cells["dialogue"]); err != nil {
		return err
	}
	if t.Turn, err = whole(t, "turn", c.cells["turn"]); err != nil {
		return err
	}
	if c.seen["speaker"] {
		if t.Speaker, t.Speakers, err = identities(t, "speaker", c.cells["speaker"]); err != nil {
			return err
		}
	}
	if c.seen["label"] {
		if t.Label, err = scores(t, c.cells["label"]); err != nil {
			return err
		}
	}
	if c.seen["class"] {
		t.Class, t.Classes = classes(c.cells["class"])
	}
	if c.seen["split"] {
		t.Split, err = splits(t, c.cells["split"])
	}
	return err
}

// numbers returns the cells as whole numbers from 0 in their usual form, or nil if
// one of them is something else. Empty cells are -1.
func numbers(cells []string) []int64 {
	out := make([]int64, len(cells))
	for i, cell := range cells {
		if cell == "" {
			out[i] = int64(erc.Unlabelled)
			continue
		}
		n, err := strconv.ParseInt(cell, 10, 64)
		if err != nil || n < 0 || strconv.FormatInt(n, 10) != cell {
			return nil
		}
		out[i] = n
	}
	return out
}

// identities are numbers from 0, or else names.
func identities(t *dataset.Table, role string, cells []string) ([]int64, []string, error) {
	if i := slices.Index(cells, ""); i >= 0 {
		return nil, nil, t.Fault("give every utterance one, or leave the column out if it is optional", role, i, "the cell is empty")
	}
	if n := numbers(cells); n != nil {
		return n, nil, nil
	}
	n, names := dataset.Number(cells)
	return n, names, nil
}

// whole reads whole numbers; 3.0 is one.
func whole(t *dataset.Table, role string, cells []string) ([]int64, error) {
	out := make([]int64, len(cells))
	for i, cell := range cells {
		x, err := strconv.ParseFloat(cell, 64)
		if err != nil || x != math.Trunc(x) || math.Abs(x) > 1<<53 {
			return nil, t.Fault("number the turns within each dialogue", role, i, "%.40q is not a whole number", cell)
		}
		out[i] = int64(x)
	}
	return out, nil
}

// scores reads numbers; an empty cell is NaN.
func scores(t *dataset.Table, cells []string) ([]float64, error) {
	out := make([]float64, len(cells))
	for i, cell := range cells {
		out[i] = math.NaN()
		if cell == "" {
			continue
		}
		x, err := strconv.ParseFloat(cell, 64)
		if err != nil {
			return nil, t.Fault("scores are numbers in [-3,3]; for classes, use --set data.class=NAME", "label", i, "%.40q is not a number", cell)
		}
		out[i] = x
	}
	return out, nil
}

// classes are numbers from 0, or names in the order of the alphabet. An empty cell
// has none, and -1 neither.
func classes(cells []string) (numbered []int64, names []string) {
	unlabelled := slices.Clone(cells)
	for i, cell := range unlabelled {
		if cell == "-1" {
			unlabelled[i] = ""
		}
	}
	if n := numbers(unlabelled); n != nil {
		return n, nil
	}
	return dataset.NumberSorted(unlabelled)
}

// splits reads 0, 1, 2 or their names.
func splits(t *dataset.Table, cells []string) ([]int64, error) {
	out := make([]int64, len(cells))
	for i, cell := range cells {
		split, known := erc.ParseSplit(cell)
		if !known {
			n, err := strconv.Atoi(cell)
			if err != nil || n < 0 || n > int(erc.Test) {
				return nil, t.Fault("0 is train, 1 valid, 2 test; these words will do too", "split", i, "%.40q is not train, valid or test", cell)
			}
			split = erc.Split(n)
		}
		out[i] = int64(split)
	}
	return out, nil
}
