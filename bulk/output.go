package bulk

import (
	"fmt"
	"io"
	"slices"

	"gsdnet"
	"gsdnet/dataset/parquet"
	"gsdnet/erc"
	"gsdnet/internal/columns"
	"gsdnet/metric"
)

// Names of the columns that imputations have besides those of the file.
const (
	observedColumn  = "observed" // letters of the modalities that were observed
	deviationSuffix = "_sd"      // of the deviations of a modality's features
)

// output writes the rows of a part.
type output struct {
	*parquet.Writer
	classes []string // of predicted classes
	others  int      // columns of the file that are copied
	vectors []erc.Modality
	cells   []parquet.Cell
	filled  int
}

// newOutput returns the output of a part of a file.
func (w *Worker) newOutput(to io.Writer, in *Input) (*output, error) {
	out := &output{classes: w.Run.Classes()}
	var list []parquet.Column
	if w.Impute {
		var err error
		if list, err = out.imputedColumns(w.Run.About().Dims, in); err != nil {
			return nil, err
		}
	} else {
		list = out.predictedColumns()
	}
	out.Writer = parquet.NewWriter(to, list)
	return out, nil
}

// predictedColumns are those of gsdnet predict. Dialogues and speakers are texts, because
// whether all of them are numbers is known after the last row only.
func (o *output) predictedColumns() []parquet.Column {
	list := []parquet.Column{
		parquet.WholeColumn("row"), parquet.TextColumn("dialogue"), parquet.WholeColumn("turn"),
		parquet.TextColumn("speaker"), parquet.TextColumn(observedColumn),
	}
	if len(o.classes) == 0 {
		for _, name := range append([]string{"score", "deviation"}, columns.Intervals(metric.Levels[:])...) {
			list = append(list, parquet.RealColumn(name))
		}
		return list
	}
	list = append(list, parquet.WholeColumn("class"), parquet.TextColumn("class_name"))
	for _, name := range columns.Probabilities(o.classes) {
		list = append(list, parquet.RealColumn(name))
	}
	return list
}

// prediction writes the prediction of a row of a batch.
func (o *output) prediction(p *gsdnet.Prediction, read *parquet.Batch, row int) error {
	speaker := parquet.Text("0") // of a file without speakers
	if read.Table.Speaker != nil {
		speaker = parquet.Text(name(read.Table.Speaker[row], read.Table.Speakers))
	}
	o.cells = append(o.cells[:0], parquet.Whole(read.First+row), parquet.Text(name(read.Table.Dialogue[row], read.Table.Dialogues)),
		parquet.Whole(p.Turn), speaker, parquet.Text(p.Observed))
	if p.Score != nil {
		o.cells = append(o.cells, parquet.Real(p.Score.Mean), parquet.Real(p.Score.Deviation))
		for _, interval := range p.Score.Intervals {
			o.cells = append(o.cells, parquet.Real(interval.Low), parquet.Real(interval.High))
		}
	} else {
		o.cells = append(o.cells, parquet.Whole(int(p.Class.Label)), parquet.Text(p.Class.Name))
		for _, probability := range p.Class.Probability {
			o.cells = append(o.cells, parquet.Real(probability))
		}
	}
	return o.Write(o.cells)
}

// name returns a name by number, or the number where there are no names.
func name(number int64, names []string) string {
	if names == nil {
		return fmt.Sprint(number)
	}
	return names[number]
}

// imputedColumns are those of the file, with a column of vectors for each modality of the
// file or of the run, one for its deviations, and the letters of what was observed.
func (o *output) imputedColumns(dims [erc.NumModalities]int, in *Input) ([]parquet.Column, error) {
	list := in.file.Others()
	o.others = len(list)
	added := []parquet.Column{parquet.TextColumn(observedColumn)}
	for _, m := range erc.Modalities {
		name, is := in.file.Features(m)
		if !is && dims[m] == 0 {
			continue
		}
		o.vectors = append(o.vectors, m)
		added = append(added, parquet.VectorColumn(name), parquet.VectorColumn(name+deviationSuffix))
	}
	for _, c := range added {
		if slices.ContainsFunc(list, func(x parquet.Column) bool { return x.Name == c.Name }) {
			return nil, in.file.Refuse("rename the column", "column %q already exists, and impute would overwrite it", c.Name)
		}
	}
	return append(list, added...), nil
}

// imputed writes a row of a batch with its missing features filled.
func (o *output) imputed(u *gsdnet.Imputed, read *parquet.Batch, row int) error {
	o.cells = o.cells[:0]
	for i := range o.others {
		o.cells = append(o.cells, read.Other(i, row))
	}
	o.cells = append(o.cells, parquet.Text(u.Observed))
	for _, m := range o.vectors {
		if !u.Present.Has(m) && u.Features[m] != nil {
			o.filled++
		}
		o.cells = append(o.cells, parquet.Vector(u.Features[m]), parquet.Vector(u.Deviation[m]))
	}
	return o.Write(o.cells)
}
