package dataset

import (
	"gsdnet/erc"
	"gsdnet/internal/hint"
)

// Fields says which array of a file plays which part, and which labels are
// used. An empty name stands for the default, the part's own name; a name that
// is given must exist in the file.
type Fields struct {
	Text     string `toml:"text"`     // float [n, D_t], a missing row is NaN
	Audio    string `toml:"audio"`    // float [n, D_a]
	Visual   string `toml:"visual"`   // float [n, D_v]
	Present  string `toml:"present"`  // 0 or 1 [n, 3], optional
	Label    string `toml:"label"`    // float [n] in [-3,3], NaN unlabelled, optional
	Class    string `toml:"class"`    // int [n] from 0, -1 unlabelled, optional
	Dialogue string `toml:"dialogue"` // int [n]
	Turn     string `toml:"turn"`     // int [n], orders the dialogue
	Speaker  string `toml:"speaker"`  // int [n], optional, 0 without
	Split    string `toml:"split"`    // 0 train 1 valid 2 test [n], optional, test without
	// Task is "scores" (label) or "classes" (class). Empty means scores where
	// the file has them, else classes, else a corpus without labels.
	Task string `toml:"task"`
}

// Resolved returns the fields with every empty name replaced by its default.
func (f Fields) Resolved() Fields {
	for _, part := range f.parts() {
		if *part.name == "" {
			*part.name = part.role
		}
	}
	return f
}

// Features returns the name of the array of one modality.
func (f Fields) Features(m erc.Modality) string {
	r := f.Resolved()
	return [erc.NumModalities]string{r.Text, r.Audio, r.Visual}[m]
}

// part is one entry of Fields: what it is for, and where its name is kept.
type part struct {
	role     string
	name     *string
	required bool
}

func (f *Fields) parts() []part {
	return []part{
		{"text", &f.Text, true},
		{"audio", &f.Audio, true},
		{"visual", &f.Visual, true},
		{"present", &f.Present, false},
		{"label", &f.Label, false},
		{"class", &f.Class, false},
		{"dialogue", &f.Dialogue, true},
		{"turn", &f.Turn, true},
		{"speaker", &f.Speaker, false},
		{"split", &f.Split, false},
	}
}

// check refuses a Task that does not exist.
func (f Fields) check() error {
	switch f.Task {
	case "", erc.Scores.String(), erc.Classes.String():
		return nil
	}
	return hint.Input(`set task to "scores", "classes" or nothing`, "task %q does not exist", f.Task)
}
