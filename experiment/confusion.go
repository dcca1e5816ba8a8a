package experiment

import (
	"fmt"

	"gsdnet/infer"
	"gsdnet/metric/classes"
)

// addConfusions returns the sum of the confusion matrices of results, nil if none has one.
func addConfusions(cells []infer.MaskResult) *classes.Confusion {
	var parts []*classes.Confusion
	for i := range cells {
		parts = append(parts, cells[i].Confusion)
	}
	return classes.Add(parts...)
}

// checkConfusion returns an error unless the confusion matrix of a result, if it has one,
// counts as many utterances as the metrics of its classes.
func checkConfusion(c *infer.MaskResult, at string) error {
	switch {
	case c.Confusion == nil:
		return nil
	case c.Classes == nil:
		return fmt.Errorf("the field %s.confusion belongs to a result of classes, but this is one of scores", at)
	case c.Confusion.N() != c.Classes.N:
		return fmt.Errorf("the field %s.confusion counts %d utterances and not %d", at, c.Confusion.N(), c.Classes.N)
	}
	return nil
}
