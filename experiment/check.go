package experiment

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"

	"gsdnet/erc"
	"gsdnet/infer"
)

// check returns an error that names what a record lacks.
func (r *Record) check() error {
	for _, field := range []struct{ name, value string }{{"run", r.Run}, {"data", r.Data}} {
		if field.value == "" {
			return fmt.Errorf("the field %s is empty", field.name)
		}
	}
	for _, field := range []struct{ name, value string }{
		{"data_sha256", r.DataHash}, {"masks_sha256", r.MaskHash}, {"predictions_sha256", r.PredictionsHash},
	} {
		if sum, err := hex.DecodeString(field.value); err != nil || len(sum) != 32 {
			return fmt.Errorf("the field %s is not a SHA-256 of 64 hexadecimal digits", field.name)
		}
	}
	if _, known := erc.HeldOut(r.Split); !known {
		return fmt.Errorf("the field split is %q, neither test nor valid", r.Split)
	}
	if r.Samples < 1 {
		return fmt.Errorf("the field samples is %d, less than 1", r.Samples)
	}
	if r.Cell != nil {
		if err := r.Cell.check(); err != nil {
			return err
		}
	}
	if err := r.Result.check("result"); err != nil {
		return err
	}
	for i := range r.Compare {
		if err := r.Compare[i].Result.check(fmt.Sprintf("compare[%d].result", i)); err != nil {
			return err
		}
	}
	return nil
}

// check returns an error unless every part of the identity has a value that a grid
// can give it.
func (id *Identity) check() error {
	for _, field := range []struct{ name, value string }{
		{"dataset", id.Dataset}, {"protocol", id.Protocol}, {"variant", id.Variant}, {"model", id.Model}, {"training", id.Training},
	} {
		if !safeName.MatchString(field.value) {
			return fmt.Errorf("the field cell.%s is %q, which is not a name", field.name, field.value)
		}
	}
	for _, field := range []struct{ name, value string }{{"blank", id.Blank}, {"labels", id.Labels}} {
		if share, err := strconv.ParseFloat(field.value, 64); field.value != "" && (err != nil || !(share > 0 && share < 1)) {
			return fmt.Errorf("the field cell.%s is %q, which is not a number between 0 and 1", field.name, field.value)
		}
	}
	if id.Folds != 0 && (id.Fold < 1 || id.Fold > id.Folds) || id.Folds == 0 && id.Fold != 0 {
		return fmt.Errorf("the field cell.fold is %d, which is not a fold of %d", id.Fold, id.Folds)
	}
	return nil
}

// check returns an error unless a result has cells of one task, each with its
// numbers, and a mean that averages them.
func (p *Result) check(at string) error {
	if len(p.Cells) == 0 {
		return fmt.Errorf("the field %s.cells is empty", at)
	}
	seen := map[string]bool{}
	for i := range p.Cells {
		c, name := &p.Cells[i], fmt.Sprintf("%s.cells[%d]", at, i)
		if c.Rule == "" || seen[c.Rule] {
			return fmt.Errorf("the field %s.rule is %q, empty or there twice", name, c.Rule)
		}
		seen[c.Rule] = true
		if (c.Classes == nil) != (p.Cells[0].Classes == nil) {
			return fmt.Errorf("the field %s is of another task than the first", name)
		}
		if err := checkMeasures(c, name, true); err != nil {
			return err
		}
		if err := checkConfusion(c, name); err != nil {
			return err
		}
	}
	for i := range p.Constants {
		if err := checkMeasures(&p.Constants[i], fmt.Sprintf("%s.constants[%d]", at, i), false); err != nil {
			return err
		}
	}
	average := mean(p.Cells)
	for _, m := range p.Measures() {
		want, got := m.Value(&average), m.Value(&p.Mean)
		if math.IsNaN(want) != math.IsNaN(got) || math.Abs(want-got) > 1e-9*(1+math.Abs(want)) {
			return fmt.Errorf("the field %s.mean does not average the cells: its %s is %g and not %g", at, m.Key, got, want)
		}
	}
	return nil
}

// numbers returns an error unless a cell has the measures of its task, each a
// number that is finite. Without a labelled utterance its scores are null, and the
// calibration error is null where there are no probabilities.
func checkMeasures(c *infer.MaskResult, at string, calibrated bool) error {
	if (c.Scores == nil) == (c.Classes == nil) {
		return fmt.Errorf("the field %s has not one of scores and classes", at)
	}
	labelled := c.Classes != nil && c.Classes.N > 0 || c.Scores != nil && c.Scores.N > 0
	for _, m := range Measures() {
		v := m.Value(c)
		if !m.Has(c) || !math.IsNaN(v) && !math.IsInf(v, 0) || m.Undefined || m.Distributed && !calibrated {
			continue
		}
		if labelled || m.Recover != nil {
			return fmt.Errorf("the field %s has no number for %s", at, m.Key)
		}
	}
	return nil
}

// checkColumns returns an error unless a list of predictions has the columns that
// its readers need.
func checkColumns(place map[string]int) error {
	for _, name := range []string{"missing", "dialogue", "label", "prediction"} {
		if _, there := place[name]; !there {
			return errors.New("no column " + name)
		}
	}
	return nil
}
