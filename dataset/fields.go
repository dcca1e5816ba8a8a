package dataset

import (
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Fields says which array of a file plays which part, and which labels are
// used. An empty name stands for the default, the part's own name; a name that
// is given must exist in the file. Numbers may have any NumPy type; whole
// numbers may be stored as floats.
type Fields struct {
	Text     string `toml:"text"`                               // array of the text features, numbers [n, D_t]; a row of NaN is missing; one of the three is needed
	Audio    string `toml:"audio"`                              // array of the audio features, numbers [n, D_a]
	Visual   string `toml:"visual"`                             // array of the visual features, numbers [n, D_v]
	Present  string `toml:"present"`                            // array that says what was observed, 0 or 1 [n, 3]; optional
	Label    string `toml:"label"`                              // array of scores, numbers [n] in [-3, 3], NaN where there is none; optional
	Class    string `toml:"class"`                              // array of classes, whole numbers [n] from 0, -1 where there is none; optional
	Dialogue string `toml:"dialogue"`                           // array of conversations, whole numbers from 0 or text [n]
	Turn     string `toml:"turn"`                               // array that orders the utterances of a conversation, whole numbers [n]
	Speaker  string `toml:"speaker"`                            // array of speakers, whole numbers from 0 or text [n]; without it all are 0
	Split    string `toml:"split"`                              // array of splits, 0 train 1 valid 2 test, or these words [n]; without it all are test
	Task     string `toml:"task"`                               // labels to use: scores, classes or none (neither labels nor splits); empty takes scores if there are any, else classes, else none
	Folds    int    `toml:"folds,omitempty" limit:"0..1000000"` // number of folds of a cross-validation by conversation, which replaces the splits of the file; 0 keeps them
	Fold     int    `toml:"fold,omitempty" limit:"0..1000000"`  // the fold, from 1, that is the test split; the next one is the validation split
}

// Resolved returns the fields with every empty name replaced by its default.
func (f Fields) Resolved() Fields {
	for _, part := range f.Columns() {
		if *part.Name == "" {
			*part.Name = part.Role
		}
	}
	return f
}

// Features returns the name of the array of one modality.
func (f Fields) Features(m erc.Modality) string {
	r := f.Resolved()
	return [erc.NumModalities]string{r.Text, r.Audio, r.Visual}[m]
}

// Column is one entry of Fields: the role that a column plays, and the name of
// that column.
type Column struct {
	Role string
	Name *string
}

// Columns lists the entries of f, in the order of its fields.
func (f *Fields) Columns() []Column {
	return []Column{
		{"text", &f.Text},
		{"audio", &f.Audio},
		{"visual", &f.Visual},
		{"present", &f.Present},
		{"label", &f.Label},
		{"class", &f.Class},
		{"dialogue", &f.Dialogue},
		{"turn", &f.Turn},
		{"speaker", &f.Speaker},
		{"split", &f.Split},
	}
}

// NoColumns refuses names of columns for a format that has none to choose from.
func (f Fields) NoColumns(source *Source) error {
	if f.Resolved() == (Fields{Task: f.Task, Folds: f.Folds, Fold: f.Fold}).Resolved() {
		return nil
	}
	return fault.Input("leave the names of arrays out of [data]", "%s: has no arrays to choose from", source.Title())
}

// Labels returns which of the columns label and class is read for the task, if
// the file has these: "label", "class", or "" for neither.
func (f Fields) Labels(label, class bool) string {
	switch {
	case f.Task == erc.NoLabels.String():
		return ""
	case label && f.Task != erc.Classes.String():
		return "label"
	case class && f.Task != erc.Scores.String():
		return "class"
	}
	return ""
}

// ReadsSplits reports whether the task needs splits.
func (f Fields) ReadsSplits() bool { return f.Task != erc.NoLabels.String() }

// Unfolded returns the fields without the cross-validation.
func (f Fields) Unfolded() Fields {
	f.Folds, f.Fold = 0, 0
	return f
}

// Check returns an error for a Task or a Fold that does not exist.
func (f Fields) Check() error {
	if f.Folds != 0 || f.Fold != 0 {
		if err := checkFolds(f.Folds, f.Fold); err != nil {
			return err
		}
	}
	switch f.Task {
	case "", erc.Scores.String(), erc.Classes.String(), erc.NoLabels.String():
		return nil
	}
	return fault.Input(`set task to "scores", "classes", "none" or nothing`, "task %q does not exist", f.Task)
}
