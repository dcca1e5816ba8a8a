package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"

	"gsdnet/erc"
)

// ReadAll reads several files as one table, their rows one after another: the files
// of a corpus that has one for each split. Dialogues, speakers and classes are the
// same where their names, or in files without names their numbers, are. A file
// without splits whose name is that of a split, such as dev.csv, is that split.
func ReadAll(paths []string, fields Fields) (*Table, error) {
	var tables []*Table
	for _, path := range paths {
		t, err := Read(path, fields)
		if err != nil {
			return nil, err
		}
		if err := t.checkShapes(); err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	if len(tables) == 1 {
		return tables[0], nil
	}
	return join(tables)
}

// join puts checked tables together.
func join(tables []*Table) (*Table, error) {
	out := &Table{Path: tables[0].Path, Name: tables[0].Name, parts: tables}
	sum := sha256.New()
	for _, t := range tables {
		out.Rows += t.Rows
		fmt.Fprintln(sum, t.Hash)
	}
	out.Hash = hex.EncodeToString(sum.Sum(nil))
	for _, m := range erc.Modalities {
		if err := out.joinFeatures(m); err != nil {
			return nil, err
		}
	}
	var err error
	if out.Dialogue, out.Dialogues, err = out.joinNames("dialogue", func(t *Table) ([]int64, []string) { return t.Dialogue, t.Dialogues }); err != nil {
		return nil, err
	}
	if out.Speaker, out.Speakers, err = out.joinNames("speaker", func(t *Table) ([]int64, []string) { return t.Speaker, t.Speakers }); err != nil {
		return nil, err
	}
	if out.Class, out.Classes, err = out.joinNames("class", func(t *Table) ([]int64, []string) { return t.Class, t.Classes }); err != nil {
		return nil, err
	}
	out.Turn = joined(tables, 0, func(t *Table) []int64 { return t.Turn })
	out.Label = joined(tables, math.NaN(), func(t *Table) []float64 { return t.Label })
	out.Split = joined(tables, int64(erc.Test), func(t *Table) []int64 { return t.splitByName() })
	return out, nil
}

// splitByName returns the splits of a table, or those that its file is named after.
func (t *Table) splitByName() []int64 {
	split, known := erc.ParseSplit(baseName(t.Path))
	if t.Split != nil || !known {
		return t.Split
	}
	out := make([]int64, t.Rows)
	for i := range out {
		out[i] = int64(split)
	}
	return out
}

// joined puts a column together, nil if no table has it. A table without it gets the
// value that stands for none.
func joined[V any](tables []*Table, none V, column func(*Table) []V) []V {
	var out []V
	some := false
	for _, t := range tables {
		values := column(t)
		some = some || values != nil
		out = append(out, values...)
		if values == nil {
			for range t.Rows {
				out = append(out, none)
			}
		}
	}
	if !some {
		return nil
	}
	return out
}

// joinFeatures puts the features of a modality together. What a table says is not
// present becomes NaN.
func (t *Table) joinFeatures(m erc.Modality) error {
	var out *Matrix
	before := 0 // rows
	for _, part := range t.parts {
		if x := part.Features[m]; x != nil && out == nil {
			out = &Matrix{Width: x.Width, Names: x.Names}
			for range before {
				out.Append(nil)
			}
		} else if x != nil && x.Width != out.Width {
			return part.Fault("the files of a corpus have the same features", m.String(), -1, "%d features, but %d in %s", x.Width, out.Width, Title(t.Path))
		}
		before += part.Rows
		for i := range part.Rows {
			there := part.Features[m] != nil && (part.Present == nil || part.Present[i].Has(m))
			switch {
			case out == nil:
			case there:
				out.Append(part.Features[m].Row(i))
			default:
				out.Append(nil)
			}
		}
	}
	t.Features[m] = out
	return nil
}

// joinNames puts a column of numbers together that may stand for names.
func (t *Table) joinNames(column string, of func(*Table) ([]int64, []string)) ([]int64, []string, error) {
	var texts []string
	named, numbered := false, false
	for _, part := range t.parts {
		numbers, names := of(part)
		named, numbered = named || names != nil, numbered || numbers != nil && names == nil
		if named && numbered {
			return nil, nil, part.Fault("use names in all files, or numbers", column, -1, "numbers here, but names in another file, or the other way round")
		}
		for i := range part.Rows {
			text := ""
			if names != nil && numbers[i] >= 0 && numbers[i] < int64(len(names)) {
				text = names[numbers[i]]
			}
			texts = append(texts, text)
		}
	}
	switch {
	case !named:
		none := int64(0)
		if column == "class" {
			none = int64(erc.Unlabelled)
		}
		return joined(t.parts, none, func(t *Table) []int64 { numbers, _ := of(t); return numbers }), nil, nil
	case column == "class":
		numbers, names := NumberSorted(texts)
		return numbers, names, nil
	}
	numbers, names := Number(texts)
	return numbers, names, nil
}
