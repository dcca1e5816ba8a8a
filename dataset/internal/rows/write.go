package rows

import (
	"math"
	"strconv"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Scalar is a column with one value an utterance, as a table with one row an utterance
// stores it. One of Texts, Whole and Real is set.
type Scalar struct {
	Role  string
	Texts []string  // "" where there is none
	Whole []int64   // of a class, -1 where there is none
	Real  []float64 // NaN where there is none
}

// Scalars returns the columns of a table that are to be written, in the order of Roles.
func Scalars(t *dataset.Table) ([]Scalar, error) {
	var out []Scalar
	for _, role := range Roles {
		s := Scalar{Role: role}
		var names []string
		switch role {
		case "dialogue":
			s.Whole, names = t.Dialogue, t.Dialogues
		case "turn":
			s.Whole = t.Turn
		case "speaker":
			s.Whole, names = t.Speaker, t.Speakers
		case "label":
			s.Real = t.Label
		case "class":
			s.Whole, names = t.Class, t.Classes
		case "split":
			s.Texts = splitWords(t.Split)
		}
		if names != nil && s.Whole != nil {
			if err := readable(t, role, names); err != nil {
				return nil, err
			}
			s.Texts = make([]string, len(s.Whole))
			for i, number := range s.Whole {
				if number >= 0 {
					s.Texts[i] = names[number]
				}
			}
			s.Whole = nil
		}
		if s.Texts != nil || s.Whole != nil || s.Real != nil {
			out = append(out, s)
		}
	}
	return out, nil
}

// isNumber reports whether a name is how a whole number from 0 is written.
func isNumber(name string) bool {
	n, err := strconv.Atoi(name)
	return err == nil && n >= 0 && strconv.Itoa(n) == name
}

// readable refuses names that would be read as numbers, because all of them are.
func readable(t *dataset.Table, role string, names []string) error {
	for _, name := range names {
		if !isNumber(name) {
			return nil
		}
	}
	for i, name := range names {
		if name != strconv.Itoa(i) {
			return t.Fault("write it as .npz, or give them names with a letter", role, -1, "all names are numbers, such as %.40q for number %d, and would be read as numbers", name, i)
		}
	}
	return nil
}

func splitWords(splits []int64) []string {
	if splits == nil {
		return nil
	}
	out := make([]string, len(splits))
	for i, split := range splits {
		out[i] = erc.Split(split).String()
	}
	return out
}

// Features returns the features of a modality in a row, nil where they are missing.
func Features(t *dataset.Table, m erc.Modality, row int) []float32 {
	x := t.Features[m]
	if x == nil || t.Present != nil && !t.Present[row].Has(m) {
		return nil
	}
	if values := x.Row(row); !math.IsNaN(float64(values[0])) {
		return values
	}
	return nil
}

// CheckWidth returns an error if a modality has more features than most, which is what a
// format has room for.
func CheckWidth(t *dataset.Table, most int) error {
	for _, m := range erc.Modalities {
		if x := t.Features[m]; x != nil && x.Width > most {
			return fault.Input("write it as .npz, .parquet or .jsonl", "%d features of %s; this format has room for %d columns", x.Width, m, most)
		}
	}
	return nil
}
