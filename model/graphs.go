package model

import (
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/spectral"
)

// GraphRows views features as the graph wants them. What is not present is not
// looked at, whatever is stored there.
func GraphRows(features [erc.NumModalities][][]float32, present []erc.Present) spectral.Rows {
	var out spectral.Rows
	for _, m := range erc.Modalities {
		out[m] = make([][]float64, len(present))
		for u, p := range present {
			if !p.Has(m) {
				continue
			}
			out[m][u] = make([]float64, len(features[m][u]))
			for j, x := range features[m][u] {
				out[m][u][j] = float64(x)
			}
		}
	}
	return out
}

// StackGraphs lays conversations' graphs out as [M,B,N,N], zero on padding.
func StackGraphs(length int, all [][erc.NumModalities]*mat.SymDense) *tensors.Tensor {
	out := make([]float32, erc.NumModalities*len(all)*length*length)
	for m := range erc.NumModalities {
		for i := range all {
			a := all[i][m]
			at := (m*len(all) + i) * length
			for u := range a.SymmetricDim() {
				for v := range a.SymmetricDim() {
					out[(at+u)*length+v] = float32(a.At(u, v))
				}
			}
		}
	}
	return tensors.FromFlatDataAndDimensions(out, erc.NumModalities, len(all), length, length)
}
