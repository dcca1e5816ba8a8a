package infer

import (
	"strconv"
	"strings"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// ClassNames returns the names of the classes that the run predicts, by number. A run that
// does not know the names calls classes by their numbers. It is empty for a run that
// predicts scores.
func (t *Trained) ClassNames() []string { return erc.ClassNames(t.Classes, t.Setup.NumClasses) }

// classNames returns the names of the classes for an evaluation on a corpus: those of the
// run or, if the run does not know them, those of the corpus. Its error is a class that
// the run and the corpus call by different names, because its labels would be compared with
// predictions of another class.
func (t *Trained) classNames(c *erc.Corpus) ([]string, error) {
	if len(t.Classes) == 0 {
		return erc.ClassNames(c.Classes, t.Setup.NumClasses), nil
	}
	for i, name := range c.Classes {
		if i < len(t.Classes) && i < t.Setup.NumClasses && name != t.Classes[i] {
			return nil, fault.Input("give the classes the numbers that they had in training: "+quoted(t.Classes),
				"%s: class %d is %q, but %s was trained with %q", c.Name, i, name, t.dir, t.Classes[i])
		}
	}
	return t.ClassNames(), nil
}

// quoted lists names, each in quotation marks.
func quoted(names []string) string {
	var out []string
	for _, name := range names {
		out = append(out, strconv.Quote(name))
	}
	return strings.Join(out, ", ")
}
