package paper

import (
	"errors"
	"fmt"
	"sync"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"

	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/spectral"
)

// Names of the inputs that Prepare adds. K is the retained rank of the padded
// length.
const (
	inBasis        = "basis"         // [B,N,K] eigenvectors
	inRest         = "rest"          // [B,N,N] the part of A_ref that is not diffused
	inEigenValid   = "eigen_valid"   // [B,K] 1 where there is an eigenvalue
	inLambdaRef    = "lambda_ref"    // [B,K]
	inLambda       = "lambda"        // [M,B,K] observed spectra
	inLambdaTarget = "lambda_target" // [M,B,K] spectra of the complete modalities; training
	inGraph        = model.InGraph   // [M,B,N,N] observed graphs; adjacency and none
	inGraphTarget  = "graph_target"  // [M,B,N,N]; adjacency, training
)

// graphs is what the host computes of one conversation.
type graphs struct {
	observed, complete [erc.NumModalities]*mat.SymDense
	spectrum           *spectral.Spectrum
	lambda, target     [erc.NumModalities][]float64
}

// Prepare adds spectra (or graphs) to the feed.
func (n *Net) Prepare(feed engine.Feed, b *model.Batch, truth []model.Truth) error {
	all, err := n.analyse(b, truth)
	if err != nil {
		return err
	}
	if n.cfg.Graph == GraphSpectral {
		n.feedSpectra(feed, b, all, truth != nil)
	} else {
		feed[inGraph] = stack(b, all, func(g *graphs) [erc.NumModalities]*mat.SymDense { return g.observed })
		if n.cfg.Graph == GraphAdjacency && truth != nil {
			feed[inGraphTarget] = stack(b, all, func(g *graphs) [erc.NumModalities]*mat.SymDense { return g.complete })
		}
	}
	return nil
}

// Draw adds the noise of a completion.
func (n *Net) Draw(feed engine.Feed, b *model.Batch, pass model.Pass) { n.feedNoise(feed, b, pass) }

// analyse builds the graphs and spectra of a batch, conversations in parallel.
func (n *Net) analyse(b *model.Batch, truth []model.Truth) ([]*graphs, error) {
	all := make([]*graphs, b.Size())
	errs := make([]error, b.Size())
	var wg sync.WaitGroup
	for i := range b.Conversations {
		if b.First(i) < i {
			continue
		}
		wg.Go(func() {
			var complete *model.Truth
			if truth != nil {
				complete = &truth[i]
			}
			all[i], errs[i] = n.analyseOne(&b.Conversations[i], complete)
		})
	}
	wg.Wait()
	for i := range all {
		all[i] = all[b.First(i)]
	}
	return all, errors.Join(errs...)
}

func (n *Net) analyseOne(c *model.Conversation, truth *model.Truth) (*graphs, error) {
	g := &graphs{}
	if truth != nil {
		g.complete = spectral.Graphs(spectral.RowsOf(truth.Features, truth.Present), n.cfg.Window)
	}
	seen := spectral.RowsOf(c.Features, c.Present)
	if n.cfg.Graph != GraphSpectral {
		g.observed = spectral.Graphs(seen, n.cfg.Window)
		return g, nil
	}
	analysis, err := spectral.Analyse(seen, n.cfg.Window, n.cfg.Rank)
	if err != nil {
		return nil, fmt.Errorf("conversation %d: %w", c.Key, err)
	}
	g.observed, g.spectrum = analysis.Graphs, analysis.Basis
	for m := range g.observed {
		if g.lambda[m], err = n.spectrumOf(g.spectrum, g.observed[m]); err != nil {
			return nil, err
		}
		if truth == nil {
			continue
		}
		if g.target[m], err = n.spectrumOf(g.spectrum, g.complete[m]); err != nil {
			return nil, err
		}
	}
	return g, nil
}

// spectrumOf returns λ_m of a modality's graph in the configured basis.
func (n *Net) spectrumOf(s *spectral.Spectrum, a mat.Symmetric) ([]float64, error) {
	if n.cfg.Basis == BasisOwn {
		return spectral.Eigenvalues(a, s.Rank())
	}
	return s.Project(a), nil
}

// rank returns K for a padded length.
func (n *Net) rank(length int) int {
	if n.cfg.Rank == 0 || n.cfg.Rank > length {
		return length
	}
	return n.cfg.Rank
}

func (n *Net) feedSpectra(feed engine.Feed, b *model.Batch, all []*graphs, withTarget bool) {
	size, k := len(all), n.rank(b.N)
	basis := make([]float32, size*b.N*k)
	rest := make([]float32, size*b.N*b.N)
	valid := make([]float32, size*k)
	ref := make([]float32, size*k)
	for i, g := range all {
		length := g.spectrum.Len()
		for j, value := range g.spectrum.Ref {
			valid[i*k+j], ref[i*k+j] = 1, float32(value)
		}
		for u := range length {
			for j := range g.spectrum.Rank() {
				basis[(i*b.N+u)*k+j] = float32(g.spectrum.U.At(u, j))
			}
			for v := range length {
				rest[(i*b.N+u)*b.N+v] = float32(g.spectrum.Rest.At(u, v))
			}
		}
	}
	feed[inBasis] = tensors.FromFlatDataAndDimensions(basis, size, b.N, k)
	feed[inRest] = tensors.FromFlatDataAndDimensions(rest, size, b.N, b.N)
	feed[inEigenValid] = tensors.FromFlatDataAndDimensions(valid, size, k)
	feed[inLambdaRef] = tensors.FromFlatDataAndDimensions(ref, size, k)
	lines := func(pick func(g *graphs, m int) []float64) *tensors.Tensor {
		out := make([]float32, erc.NumModalities*size*k)
		for m := range erc.NumModalities {
			for i, g := range all {
				for j, value := range pick(g, m) {
					out[(m*size+i)*k+j] = float32(value)
				}
			}
		}
		return tensors.FromFlatDataAndDimensions(out, erc.NumModalities, size, k)
	}
	feed[inLambda] = lines(func(g *graphs, m int) []float64 { return g.lambda[m] })
	if withTarget {
		feed[inLambdaTarget] = lines(func(g *graphs, m int) []float64 { return g.target[m] })
	}
}

// stack lays one kind of the conversations' graphs out as [M,B,N,N].
func stack(b *model.Batch, all []*graphs, pick func(*graphs) [erc.NumModalities]*mat.SymDense) *tensors.Tensor {
	kind := make([][erc.NumModalities]*mat.SymDense, len(all))
	for i, g := range all {
		kind[i] = pick(g)
	}
	return b.StackGraphs(kind)
}
