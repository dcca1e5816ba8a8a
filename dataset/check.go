package dataset

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gsdnet/erc"
)

// checkShapes checks which columns are there, and that all have as many rows.
func (t *Table) checkShapes() error {
	first := t.first()
	if first == "" {
		return t.Fault("a corpus needs text, audio or visual features", "text", -1, "no features of any modality")
	}
	if t.Rows < 1 || t.Rows > MaxRows {
		return t.Fault("a corpus has 1 to 4194304 utterances", first, -1, "%d rows", t.Rows)
	}
	for _, m := range erc.Modalities {
		x := t.Features[m]
		if x == nil {
			continue
		}
		if x.Width < 1 || x.Width > MaxWidth {
			return t.Fault(fmt.Sprintf("features have 1 to 65536 channels; leave the column out if there is no %s", m), m.String(), -1, "width %d", x.Width)
		}
		if len(x.Values) != t.Rows*x.Width {
			return t.Fault("every row needs as many features", m.String(), -1, "%d values, want %d rows of %d", len(x.Values), t.Rows, x.Width)
		}
		if x.Names != nil && len(x.Names) != x.Width {
			return t.Fault("give every feature a name, or none", m.String(), -1, "%d names for %d features", len(x.Names), x.Width)
		}
	}
	for _, c := range []struct {
		column          string
		length          int
		there, required bool
	}{
		{"present", len(t.Present), t.Present != nil, false},
		{"label", len(t.Label), t.Label != nil, false},
		{"class", len(t.Class), t.Class != nil, false},
		{"dialogue", len(t.Dialogue), t.Dialogue != nil, true},
		{"turn", len(t.Turn), t.Turn != nil, true},
		{"speaker", len(t.Speaker), t.Speaker != nil, false},
		{"split", len(t.Split), t.Split != nil, false},
	} {
		switch {
		case c.required && !c.there:
			return t.Fault("every utterance needs a dialogue and a turn", c.column, -1, "not in the file")
		case c.there && c.length != t.Rows:
			return t.Fault("every column has one value per utterance", c.column, -1, "%d values for %d utterances", c.length, t.Rows)
		}
	}
	return nil
}

// first returns the first modality with features, or "".
func (t *Table) first() string {
	for _, m := range erc.Modalities {
		if t.Features[m] != nil {
			return m.String()
		}
	}
	return ""
}

// fillFeatures decides which modalities each row has, and checks the features of
// those it has.
func (t *Table) fillFeatures(rows []row) error {
	for i := range rows {
		rows[i].Row = i
		for _, m := range erc.Modalities {
			there, err := t.present(i, m)
			if err != nil {
				return err
			}
			if there {
				rows[i].Present = rows[i].Present.With(m)
				rows[i].Features[m] = t.Features[m].Row(i)
			}
		}
		if rows[i].Present == erc.None {
			return t.nothingThere(i)
		}
	}
	return nil
}

// present reports whether a row has a modality.
func (t *Table) present(i int, m erc.Modality) (bool, error) {
	const tip = "write 0 where a modality is missing"
	if t.Present != nil && !t.Present[i].Has(m) {
		return false, nil // whatever is stored there
	}
	if t.Features[m] == nil {
		if t.Present != nil {
			return false, t.Fault(tip, "present", i, "1 for %s, but the file has no array %q", m, t.called(m.String()))
		}
		return false, nil
	}
	missing, err := t.checkFeatures(m, i)
	if err != nil {
		return false, err
	}
	if missing && t.Present != nil {
		return false, t.Fault(tip, "present", i, "1 for %s, but that row of %q is NaN", m, t.called(m.String()))
	}
	return !missing, nil
}

// checkFeatures reports whether a row is missing. A row is missing as a whole or
// not at all.
func (t *Table) checkFeatures(m erc.Modality, row int) (missing bool, err error) {
	nan, number := -1, -1 // a channel of each kind
	for channel, v := range t.Features[m].Row(row) {
		switch x := float64(v); {
		case math.IsNaN(x):
			nan = channel
		case math.IsInf(x, 0):
			return false, t.Fault("replace it by a number, or the whole row by NaN if it is missing", m.String(), row,
				"channel %d is infinite, or too large for float32", channel)
		default:
			number = channel
		}
	}
	if nan >= 0 && number >= 0 {
		return false, t.Fault("a missing row is NaN throughout; fill single channels before", m.String(), row,
			"channel %d is NaN, but channel %d is not", nan, number)
	}
	return nan >= 0, nil
}

// nothingThere blames a row without any modality on the column that says so.
func (t *Table) nothingThere(row int) error {
	const tip = "leave such utterances out of the file"
	if t.Present != nil {
		return t.Fault(tip, "present", row, "no modality at all")
	}
	first := t.first()
	var others []string
	for _, m := range erc.Modalities {
		if t.Features[m] != nil && m.String() != first {
			others = append(others, strconv.Quote(t.called(m.String())))
		}
	}
	switch len(others) {
	case 0:
		return t.Fault(tip, first, row, "no modality at all: it is NaN, and there is no other")
	case 1:
		return t.Fault(tip, first, row, "no modality at all: %s is NaN as well", others[0])
	}
	return t.Fault(tip, first, row, "no modality at all: %s are NaN as well", strings.Join(others, " and "))
}

// checkRange refuses a number of an optional column outside [low, high].
func (t *Table) checkRange(column string, values []int64, low, high int64, tip string) error {
	i := slices.IndexFunc(values, func(v int64) bool { return v < low || v > high })
	if i < 0 {
		return nil
	}
	return t.Fault(tip, column, i, "%d is not in %d to %d", values[i], low, high)
}

// fillPositions fills in dialogue, turn and speaker.
func (t *Table) fillPositions(rows []row) error {
	for _, c := range []struct {
		column    string
		values    []int64
		low, high int64
		tip       string
		names     []string
	}{
		{"dialogue", t.Dialogue, 0, math.MaxInt32, "number the dialogues from 0, or give their names as text", t.Dialogues},
		{"turn", t.Turn, math.MinInt32, math.MaxInt32, "number the turns within each dialogue", nil},
		{"speaker", t.Speaker, 0, math.MaxInt32, "number the speakers from 0, or give their names as text", t.Speakers},
	} {
		if c.names != nil {
			c.high = int64(len(c.names)) - 1
		}
		if err := t.checkRange(c.column, c.values, c.low, c.high, c.tip); err != nil {
			return err
		}
	}
	for i := range rows {
		rows[i].dialogue, rows[i].Turn = int32(t.Dialogue[i]), int(t.Turn[i])
		if t.Dialogues != nil && t.Dialogues[t.Dialogue[i]] == "" {
			return t.Fault("give every dialogue a name", "dialogue", i, "the name is empty")
		}
		if t.Speaker != nil {
			rows[i].Speaker = erc.Speaker(t.Speaker[i])
		}
	}
	return nil
}

// fillSplits fills in the split, which is test where the file or the task has none.
func (t *Table) fillSplits(rows []row, task string) error {
	for i := range rows {
		rows[i].split = erc.Test
	}
	if t.Split == nil || task == erc.NoLabels.String() {
		return nil
	}
	if err := t.checkRange("split", t.Split, 0, int64(erc.Test), "0 is train, 1 valid, 2 test; these words will do too"); err != nil {
		return err
	}
	for i, v := range t.Split {
		rows[i].split = erc.Split(v)
	}
	return nil
}
