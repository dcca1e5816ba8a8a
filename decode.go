package gsdnet

import (
	"io"

	datanpz "gsdnet/dataset/npz"
	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/internal/npz"
)

// About says what a run is, for programs that serve it.
type About struct {
	Model    string                 // such as "gsdnet"
	Task     erc.Task               // Scores or Classes
	Classes  int                    // number of classes of the Classes task; otherwise 0
	Dims     [erc.NumModalities]int // width of each modality's features; 0 if it was trained without
	Seed     uint64                 // seed of predictions whose Options have none
	Finished bool                   // training has ended
}

// About returns what the run is.
func (r *Run) About() About {
	t := r.trained
	return About{
		Model: t.Config.Model, Task: t.Setup.Task, Classes: t.Setup.NumClasses, Dims: t.Setup.Dims,
		Seed: t.Config.Train.Seed, Finished: t.Finished,
	}
}

// Decode reads a corpus from the bytes of a .npz archive, with the arrays that Fields
// names. Messages call it by that name. An archive whose arrays take more than most bytes
// is refused before they are read.
func (r *Run) Decode(name string, archive io.ReaderAt, size, most int64) (*erc.Corpus, error) {
	unpacked, err := npz.Unpacked(archive, size)
	if err != nil {
		return nil, err
	}
	if unpacked > most {
		return nil, fault.Input("send less at once", "%s: the arrays take %d bytes, more than %d", name, unpacked, most)
	}
	file, err := npz.Read(archive, size)
	if err != nil {
		return nil, err
	}
	return datanpz.Corpus(name, file, r.Fields())
}
