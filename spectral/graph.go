// Package spectral builds the graph of a conversation and its spectrum, on the
// host and in float64.
//
// The nodes of a conversation's graph are its utterances. Each modality gives
// the edges its own weights (Similarity, Normalise), the modalities that were
// observed give a common basis (Decompose), and in that basis a modality's graph
// is a short vector of eigenvalues (Spectrum.Project, Spectrum.Rebuild), which is
// what GSDNet diffuses. Start reading at Analyse, which does all of this for one
// conversation.
//
// A Filter uses the spectrum of a conversation for completion: it says how features vary
// along the conversation and along the turns of each speaker, and gives the exact
// distribution of rows that are missing. Start reading at Shape; FitFilter fits a Filter
// and its method Condition applies it.
//
// Nothing here knows of training or of emotions.
package spectral

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
)

// Unknown is the weight of an edge about which nothing was observed: the
// angular similarity of two orthogonal vectors.
const Unknown = 0.5

// Rows holds the feature vectors of one conversation: Rows[m][i] is what
// modality m showed of utterance i, nil where it is absent.
type Rows [erc.NumModalities][][]float64

// RowsOf returns the present rows of float32 features [m][utterance]. What is stored of a
// modality that is not present is ignored.
func RowsOf(features [erc.NumModalities][][]float32, present []erc.Present) Rows {
	var out Rows
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

// Len returns the number of utterances.
func (r Rows) Len() int { return len(r[0]) }

// Similarity returns 1 − arccos(cos(x,y))/π, in [0,1]. A zero vector has
// similarity Unknown with everything.
func Similarity(x, y []float64) float64 {
	var xy, xx, yy float64
	for i := range x {
		xy += x[i] * y[i]
		xx += x[i] * x[i]
		yy += y[i] * y[i]
	}
	if xx == 0 || yy == 0 {
		return Unknown
	}
	cos := xy / math.Sqrt(xx*yy)
	return 1 - math.Acos(max(-1, min(1, cos)))/math.Pi
}

// Weights returns the symmetric edge weights W_m [N,N] of every modality:
// Similarity between utterances at most window apart, 1 on the diagonal, 0 else.
// Window 0 joins the whole conversation. Where an end of an edge lacks modality
// m, the weight is the mean over the modalities present at both ends, and
// Unknown where there is none.
func Weights(x Rows, window int) [erc.NumModalities]*mat.SymDense {
	n := x.Len()
	if window <= 0 {
		window = n
	}
	var w [erc.NumModalities]*mat.SymDense
	for m := range w {
		w[m] = mat.NewSymDense(n, nil)
		for i := range n {
			w[m].SetSym(i, i, 1)
		}
	}
	for i := range n {
		for j := i + 1; j < n && j-i <= window; j++ {
			for m, weight := range edge(x, i, j) {
				w[m].SetSym(i, j, weight)
			}
		}
	}
	return w
}

// edge returns the weight of one edge in every modality.
func edge(x Rows, i, j int) [erc.NumModalities]float64 {
	var weight [erc.NumModalities]float64
	var known [erc.NumModalities]bool
	sum, count := 0.0, 0
	for m := range x {
		if x[m][i] != nil && x[m][j] != nil {
			weight[m] = Similarity(x[m][i], x[m][j])
			known[m] = true
			sum += weight[m]
			count++
		}
	}
	fallback := Unknown
	if count > 0 {
		fallback = sum / float64(count)
	}
	for m := range weight {
		if !known[m] {
			weight[m] = fallback
		}
	}
	return weight
}

// Normalise returns A = D^{-1/2} W D^{-1/2} with D the row sums of W: symmetric,
// with eigenvalues in [−1,1]. The diagonal of W must be positive.
func Normalise(w mat.Symmetric) *mat.SymDense {
	n := w.SymmetricDim()
	scale := make([]float64, n)
	for i := range scale {
		degree := 0.0
		for j := range n {
			degree += w.At(i, j)
		}
		scale[i] = 1 / math.Sqrt(degree)
	}
	a := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			a.SetSym(i, j, scale[i]*w.At(i, j)*scale[j])
		}
	}
	return a
}

// Reference returns A_ref: the normalised mean over the modalities of their
// observed weights, computable when any of them is missing.
func Reference(w [erc.NumModalities]*mat.SymDense) *mat.SymDense {
	sum := mat.NewSymDense(w[0].SymmetricDim(), nil)
	for m := range w {
		sum.AddSym(sum, w[m])
	}
	sum.ScaleSym(1.0/erc.NumModalities, sum)
	return Normalise(sum)
}
