package infer

import (
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
)

// Cut returns the conversation with the edge between two utterances taken out of the graphs
// of all modalities: their entries are set to 0, and others stay as they are. It changes
// the predictions of models whose feed has model.InGraph, and of no other.
func (c *Observed) Cut(u, v int) Observed {
	out := *c
	out.Present = slices.Clone(c.Present) // a row of a batch that is prepared on its own
	out.cuts = append(slices.Clone(c.cuts), [2]int{u, v})
	return out
}

// cutEdges takes the edges that Cut named out of a feed.
func cutEdges(feed engine.Feed, convs []Observed, d *rowBatch, size int) {
	graphs := feed[model.InGraph]
	if graphs == nil || !slices.ContainsFunc(d.indices, func(i int) bool { return len(convs[i].cuts) > 0 }) {
		return
	}
	n := d.length
	values := tensors.MustCopyFlatData[float32](graphs)
	for row := range size {
		for _, cut := range convs[d.indices[row%len(d.indices)]].cuts {
			for m := range erc.NumModalities {
				one := values[(m*size+row)*n*n:][:n*n]
				one[cut[0]*n+cut[1]], one[cut[1]*n+cut[0]] = 0, 0
			}
		}
	}
	graphs.MustFinalizeAll()
	feed[model.InGraph] = tensors.FromFlatDataAndDimensions(values, erc.NumModalities, size, n, n)
}
