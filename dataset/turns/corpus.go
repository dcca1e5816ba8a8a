package turns

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/internal/npz"
)

// Corpus makes a table of transcripts and of features that were extracted from their
// turns: for each modality the path of a .npy file, numbers [n, D], in which row i belongs
// to turn i, counted through all transcripts in their order. A row that is NaN is a
// modality that is missing. "" stands for a modality without features.
func Corpus(talks []*Talk, features [erc.NumModalities]string) (*dataset.Table, error) {
	t := &dataset.Table{Path: talks[0].Path, Name: talks[0].Name}
	sum := sha256.New()
	var dialogues, speakers, classes []string
	var from []*Talk
	named, classed, scored := false, false, false
	for _, talk := range talks {
		for i, turn := range talk.Turns {
			label, err := turn.score()
			if err != nil {
				return nil, fault.Input("a label is a number in [-3,3]", "%s: turn %d: %w", dataset.Title(talk.Path), i, err)
			}
			speaker := turn.Speaker
			if named = named || speaker != ""; speaker == "" {
				speaker = "unknown"
			}
			classed, scored = classed || turn.Class != "", scored || !math.IsNaN(label)
			dialogues, speakers, classes = append(dialogues, talk.Name), append(speakers, speaker), append(classes, turn.Class)
			t.Turn, t.Label, from = append(t.Turn, int64(i)), append(t.Label, label), append(from, talk)
			fmt.Fprintf(sum, "%q %d %d %q %q %q %q\n", talk.Name, turn.Begin, turn.End, turn.Speaker, turn.Words, turn.Class, turn.Label)
		}
	}
	t.Rows = len(t.Turn)
	t.Dialogue, t.Dialogues = dataset.Number(dialogues)
	if len(t.Dialogues) != len(talks) {
		return nil, fault.Input("rename the files", "%s: two transcripts have the same name, which is that of their dialogue", dataset.Title(talks[0].Path))
	}
	if named {
		t.Speaker, t.Speakers = dataset.Number(speakers)
	}
	if classed {
		t.Class, t.Classes = dataset.NumberSorted(classes)
	}
	if !scored {
		t.Label = nil
	}
	for m, path := range features {
		if path == "" {
			continue
		}
		x, hash, err := matrix(path, t.Rows)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(sum, "%s %s\n", erc.Modality(m), hash)
		t.Features[m] = x
	}
	t.Hash = hex.EncodeToString(sum.Sum(nil))
	t.Place = func(column string, row int) string {
		if row < 0 {
			return column
		}
		return fmt.Sprintf("%s of turn %d of %s", column, t.Turn[row], dataset.Title(from[row].Path))
	}
	return t, nil
}

// score returns the label, NaN without.
func (t *Turn) score() (float64, error) {
	if t.Label == "" {
		return math.NaN(), nil
	}
	x, err := strconv.ParseFloat(t.Label, 64)
	if err != nil {
		return 0, fmt.Errorf("the label %.40q is not a number", t.Label)
	}
	return x, nil
}

// matrix reads the features of one modality.
func matrix(path string, rows int) (*dataset.Matrix, string, error) {
	a, hash, err := npz.ReadArrayFile(path)
	if err != nil {
		return nil, "", err
	}
	const tip = "the array has a row for each turn, as gsdnet data turns lists them"
	if len(a.Shape) != 2 || a.Shape[0] != rows || a.Shape[1] < 1 {
		return nil, "", fault.Input(tip, "%s: shape %v, want %d turns and their features", npz.Shown(path), a.Shape, rows)
	}
	values, err := a.Float64s()
	if err != nil {
		return nil, "", fault.Input("features are numbers", "%s: %w", npz.Shown(path), err)
	}
	x := &dataset.Matrix{Width: a.Shape[1], Values: make([]float32, len(values))}
	for i, value := range values {
		x.Values[i] = float32(value)
	}
	return x, hash, nil
}
