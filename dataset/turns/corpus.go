package turns

import (
	"crypto/sha256"
	"encoding/binary"
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
	rows := 0
	for _, talk := range talks {
		rows += len(talk.Turns)
	}
	var x [erc.NumModalities]*dataset.Matrix
	for m, path := range features {
		if path == "" {
			continue
		}
		var err error
		if x[m], err = matrix(path, rows); err != nil {
			return nil, err
		}
	}
	return Join(talks, x, nil)
}

// Join makes a table of transcripts and of the features of their turns, in which row i
// belongs to turn i, counted through all transcripts in their order; nil stands for a
// modality without features. If keep is not nil, only the turns are in the table for whose
// row it is true. They keep their numbers.
func Join(talks []*Talk, features [erc.NumModalities]*dataset.Matrix, keep func(row int) bool) (*dataset.Table, error) {
	t := &dataset.Table{Path: talks[0].Path, Name: talks[0].Name}
	var lines rows
	row := 0
	for m, x := range features {
		if x != nil {
			t.Features[m] = &dataset.Matrix{Width: x.Width, Names: x.Names}
		}
	}
	for _, talk := range talks {
		for i := range talk.Turns {
			if keep == nil || keep(row) {
				if err := lines.add(t, talk, i); err != nil {
					return nil, err
				}
				for m, x := range features {
					if x != nil {
						t.Features[m].Append(x.Row(row))
					}
				}
			}
			row++
		}
	}
	t.Rows = len(t.Turn)
	t.Dialogue, t.Dialogues = dataset.Number(lines.dialogues)
	if distinct(talks) != len(talks) {
		return nil, fault.Input("rename the files", "%s: two transcripts have the same name, which is that of their dialogue", dataset.Title(talks[0].Path))
	}
	if lines.named {
		t.Speaker, t.Speakers = dataset.Number(lines.speakers)
	}
	if lines.classed {
		t.Class, t.Classes = dataset.NumberSorted(lines.classes)
	}
	if !lines.scored {
		t.Label = nil
	}
	t.Hash = lines.hash(t)
	t.Place = func(column string, row int) string {
		if row < 0 {
			return column
		}
		return fmt.Sprintf("%s of turn %d of %s", column, t.Turn[row], dataset.Title(lines.from[row].Path))
	}
	return t, nil
}

// rows are the columns of a table as texts.
type rows struct {
	dialogues, speakers, classes []string
	from                         []*Talk
	named, classed, scored       bool
}

// add adds a turn of a transcript.
func (r *rows) add(t *dataset.Table, talk *Talk, i int) error {
	turn := &talk.Turns[i]
	label, err := turn.score()
	if err != nil {
		return fault.Input("a label is a number in [-3,3]", "%s: turn %d: %w", dataset.Title(talk.Path), i, err)
	}
	speaker := turn.Speaker
	if r.named = r.named || speaker != ""; speaker == "" {
		speaker = "unknown"
	}
	r.classed, r.scored = r.classed || turn.Class != "", r.scored || !math.IsNaN(label)
	r.dialogues, r.speakers, r.classes = append(r.dialogues, talk.Name), append(r.speakers, speaker), append(r.classes, turn.Class)
	t.Turn, t.Label, r.from = append(t.Turn, int64(i)), append(t.Label, label), append(r.from, talk)
	return nil
}

// hash is the SHA-256 of the turns and of their features.
func (r *rows) hash(t *dataset.Table) string {
	sum := sha256.New()
	for i, talk := range r.from {
		turn := &talk.Turns[t.Turn[i]]
		fmt.Fprintf(sum, "%q %d %d %q %q %q %q\n", talk.Name, turn.Begin, turn.End, turn.Speaker, turn.Words, turn.Class, turn.Label)
	}
	for m, x := range t.Features {
		if x == nil {
			continue
		}
		fmt.Fprintf(sum, "%s %d\n", erc.Modality(m), x.Width)
		_ = binary.Write(sum, binary.LittleEndian, x.Values) // a hash takes all that is written
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// distinct counts the names of transcripts.
func distinct(talks []*Talk) int {
	names := map[string]bool{}
	for _, talk := range talks {
		names[talk.Name] = true
	}
	return len(names)
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
func matrix(path string, rows int) (*dataset.Matrix, error) {
	a, _, err := npz.ReadArrayFile(path)
	if err != nil {
		return nil, err
	}
	const tip = "the array has a row for each turn, as gsdnet data turns lists them"
	if len(a.Shape) != 2 || a.Shape[0] != rows || a.Shape[1] < 1 {
		return nil, fault.Input(tip, "%s: shape %v, want %d turns and their features", npz.Shown(path), a.Shape, rows)
	}
	values, err := a.Float64s()
	if err != nil {
		return nil, fault.Input("features are numbers", "%s: %w", npz.Shown(path), err)
	}
	x := &dataset.Matrix{Width: a.Shape[1], Values: make([]float32, len(values))}
	for i, value := range values {
		x.Values[i] = float32(value)
	}
	return x, nil
}
