package npz

import (
	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	archive "gsdnet/internal/npz"
)

// AddSplit divides the conversations of a file and sets its split array, int8
// [n], which is replaced where there is one. It returns the corpus as it is
// divided now. Labels are not read.
func AddSplit(path string, file *archive.File, fields dataset.Fields, o dataset.SplitOptions) (*erc.Corpus, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	name := fields.Resolved().Split
	fields.Split, fields.Label, fields.Class, fields.Task = "", "", "", erc.NoLabels.String()
	resolved := fields.Resolved()
	for _, p := range resolved.Columns() {
		if p.Role != "split" && *p.Name == name {
			return nil, fault.Input("choose another name with --set data.split=NAME", "%s: array %q is the %s already", dataset.Title(path), name, p.Role)
		}
	}
	corpus, err := Corpus(path, file, fields)
	if err != nil {
		return nil, err
	}
	r := &reader{path: dataset.Title(path), file: file, fields: resolved}
	if o.BySpeaker && file.Get(resolved.Speaker) == nil {
		return nil, r.fault(r.candidates("speaker"), resolved.Speaker, "not in the file")
	}
	if err := o.Divide(corpus); err != nil {
		if o.BySpeaker {
			return nil, r.fault(fault.Of(err), resolved.Speaker, "%v", err)
		}
		return nil, fault.Input(fault.Of(err), "%s: %w", dataset.Title(path), err)
	}
	values := make([]int8, erc.CountUtterances(corpus.Conversations))
	for _, conv := range corpus.Conversations {
		for _, u := range conv.Utterances {
			values[u.Row] = int8(conv.Split)
		}
	}
	file.Set(name, archive.From(values))
	return corpus, nil
}
