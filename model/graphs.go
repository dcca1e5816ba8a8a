package model

import (
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
)

// StackGraphs lays out the graphs [M] of the B conversations of the batch as [M,B,N,N], zero
// on padding.
func (b *Batch) StackGraphs(all [][erc.NumModalities]*mat.SymDense) *tensors.Tensor {
	out := make([]float32, erc.NumModalities*len(all)*b.N*b.N)
	for m := range erc.NumModalities {
		for i := range all {
			a := all[i][m]
			at := (m*len(all) + i) * b.N
			for u := range a.SymmetricDim() {
				for v := range a.SymmetricDim() {
					out[(at+u)*b.N+v] = float32(a.At(u, v))
				}
			}
		}
	}
	return tensors.FromFlatDataAndDimensions(out, erc.NumModalities, len(all), b.N, b.N)
}
