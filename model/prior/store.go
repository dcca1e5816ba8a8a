package prior

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/model"
	"gsdnet/spectral"
)

// Names of the constants of a modality, below the scope of its name.
const (
	constAxes   = "axes"       // [D,q]
	constMap    = "map"        // + pattern, [S,q]; those of folds behind model.TrainingConstant
	constBasis  = "basis"      // [q,q]
	constScale  = "scale"      // [1,q]
	constRest   = "rest"       // [1,D]
	constTails  = "tails"      // [1,quantiles]
	constSigns  = "signs"      // [1,signCount+1] weights of the signs of a row's size, and the usual logarithm
	constShapes = "shapes"     // [shapes,7]
	constParts  = "components" // [q,2] variance and shape
	constPlace  = "place"      // of the prior, [M,d,d]: from components to coordinates
	constTake   = "take"       // of the prior, [M,d,d]: back
)

// shapeFields is how many numbers a spectral.Shape has.
const shapeFields = 7

// scope is where the constants of a modality are.
func scope(p *model.Params, m erc.Modality) *model.Params { return p.In("prior").In("%s", m) }

// foldMap names the map of a fold, which only training reads.
func foldMap(fold, by int) string {
	return fmt.Sprintf("%sfold%d_%s%d", model.TrainingConstant, fold, constMap, by)
}

// store keeps what was fitted as constants.
func (g *Gaussian) store(p *model.Params) error {
	for _, m := range erc.Modalities {
		part := g.parts[m]
		if part == nil {
			continue
		}
		to := writer{params: scope(p, m)}
		to.matrix(constAxes, part.axes)
		to.matrix(constBasis, part.basis)
		for by := range patterns {
			if part.maps[by] == nil {
				continue
			}
			to.matrix(fmt.Sprintf("%s%d", constMap, by), part.maps[by])
			for f, maps := range part.folds {
				to.matrix(foldMap(f, by), maps[by])
			}
		}
		to.matrix(constScale, mat.NewDense(1, len(part.scale), part.scale))
		to.matrix(constRest, mat.NewDense(1, len(part.rest), part.rest))
		if part.tails != nil {
			to.matrix(constTails, mat.NewDense(1, len(part.tails), part.tails))
			to.matrix(constSigns, mat.NewDense(1, signCount+1, append(slices.Clone(part.signs), part.usual)))
		}
		to.filter(part.filter)
		if to.err != nil {
			return to.err
		}
	}
	return g.storePlace(p)
}

// storePlace keeps the maps from components to coordinates, for graphs.
func (g *Gaussian) storePlace(p *model.Params) error {
	d := g.Width()
	place, take := make([]float32, erc.NumModalities*d*d), make([]float32, erc.NumModalities*d*d)
	for _, m := range erc.Modalities {
		for j := range g.parts[m].width() {
			for i := range g.parts[m].width() {
				scale, along := g.parts[m].scale[j], g.parts[m].basis.At(i, j)
				place[(int(m)*d+j)*d+i] = float32(scale * along)
				if scale > leastScale {
					take[(int(m)*d+i)*d+j] = float32(along / scale)
				}
			}
		}
	}
	if err := p.In("prior").SetConstant(constPlace, place, erc.NumModalities, d, d); err != nil {
		return err
	}
	return p.In("prior").SetConstant(constTake, take, erc.NumModalities, d, d)
}

// writer keeps matrices as constants until one fails.
type writer struct {
	params *model.Params
	err    error
}

func (w *writer) matrix(name string, m *mat.Dense) {
	if w.err != nil {
		return
	}
	rows, columns := m.Dims()
	flat := make([]float32, 0, rows*columns)
	for i := range rows {
		for _, x := range m.RawRowView(i) {
			flat = append(flat, float32(x))
		}
	}
	w.err = w.params.SetConstant(name, flat, rows, columns)
}

func (w *writer) filter(f *spectral.Filter) {
	shapes := mat.NewDense(len(f.Shapes), shapeFields, nil)
	for k, s := range f.Shapes {
		shapes.SetRow(k, []float64{s.Constant, s.LowPass, s.White, s.Theta, s.SpeakerConstant, s.SpeakerLowPass, s.SpeakerTheta})
	}
	components := mat.NewDense(len(f.Variances), 2, nil)
	for j, v := range f.Variances {
		components.SetRow(j, []float64{v, float64(f.Assigned[j])})
	}
	w.matrix(constShapes, shapes)
	w.matrix(constParts, components)
}

// Load reads what Fit stored, with the maps of the folds where they were kept. Its error is
// a checkpoint that was changed.
func (g *Gaussian) Load(p *model.Params) error {
	g.forget()
	for _, m := range erc.Modalities {
		g.parts[m] = nil
		if values, _ := scope(p, m).Values(constAxes); values == nil {
			continue
		}
		part, err := g.load(scope(p, m), m)
		if err != nil {
			return err
		}
		g.parts[m] = part
	}
	for _, m := range erc.Modalities {
		if err := g.checkMaps(m); err != nil {
			return err
		}
	}
	return nil
}

// damaged is the error of constants that do not go together.
func damaged(m erc.Modality, what string) error {
	return fault.Input("the checkpoint was changed, or made by another version: train again", "the prior of %s: %s", m, what)
}

func (g *Gaussian) load(p *model.Params, m erc.Modality) (*part, error) {
	part := &part{axes: read(p, constAxes)}
	width, q := part.axes.Dims()
	basis := read(p, constBasis)
	scale, rest := read(p, constScale), read(p, constRest)
	shapes, components := read(p, constShapes), read(p, constParts)
	switch {
	case width != g.dims[m], !is(basis, q, q), !is(scale, 1, q), !is(rest, 1, width), !is(components, q, 2), shapes == nil:
		return nil, damaged(m, "a constant is missing or has another shape")
	}
	part.setBasis(basis)
	part.rest, part.scale = rest.RawRowView(0), scale.RawRowView(0)
	if tails := read(p, constTails); is(tails, 1, tailLevels) {
		part.tails = tails.RawRowView(0)
		sizes := read(p, constSigns)
		if !is(sizes, 1, signCount+1) {
			return nil, damaged(m, "the weights of its signs have another shape")
		}
		row := sizes.RawRowView(0)
		part.signs, part.usual = row[:signCount], row[signCount]
	} else if tails != nil {
		return nil, damaged(m, "the quantiles of its tails have another shape")
	}
	for by := range patterns {
		part.maps[by] = read(p, fmt.Sprintf("%s%d", constMap, by))
	}
	for f := range g.settings.Folds {
		var maps [patterns]*mat.Dense
		found := false
		for by := range patterns {
			maps[by] = read(p, foldMap(f, by))
			found = found || maps[by] != nil
		}
		if found {
			part.folds = append(part.folds, maps)
		}
	}
	if part.folds != nil && len(part.folds) != g.settings.Folds {
		return nil, damaged(m, "the map of a fold is missing")
	}
	var err error
	part.filter, err = filterOf(shapes, components)
	if err != nil {
		return nil, damaged(m, err.Error())
	}
	return part, nil
}

// is reports whether a matrix is there and has a shape.
func is(m *mat.Dense, rows, columns int) bool {
	if m == nil {
		return false
	}
	r, c := m.Dims()
	return r == rows && c == columns
}

// read returns a constant as a matrix: nil where there is none, and an empty matrix, which
// no check accepts, where it is not one.
func read(p *model.Params, name string) *mat.Dense {
	values, dims := p.Values(name)
	switch {
	case values == nil:
		return nil
	case len(dims) != 2, len(values) == 0:
		return &mat.Dense{}
	}
	flat := make([]float64, len(values))
	for i, v := range values {
		flat[i] = float64(v)
	}
	return mat.NewDense(dims[0], dims[1], flat)
}

// filterOf rebuilds a filter. What rounding took from the sum of the shares goes to White.
func filterOf(shapes, components *mat.Dense) (*spectral.Filter, error) {
	f := &spectral.Filter{}
	count, fields := shapes.Dims()
	if fields != shapeFields {
		return nil, fmt.Errorf("a shape has %d numbers, want %d", fields, shapeFields)
	}
	for k := range count {
		x := shapes.RawRowView(k)
		s := spectral.Shape{Constant: x[0], LowPass: x[1], Theta: x[3], SpeakerConstant: x[4], SpeakerLowPass: x[5], SpeakerTheta: x[6]}
		s.White = 1 - s.Constant - s.LowPass - s.SpeakerConstant - s.SpeakerLowPass
		if math.Abs(s.White-x[2]) > 1e-4 {
			return nil, fmt.Errorf("the shares of a shape do not sum to 1")
		}
		s.White = max(s.White, spectral.MinWhite)
		f.Shapes = append(f.Shapes, s)
	}
	q, _ := components.Dims()
	for j := range q {
		f.Variances = append(f.Variances, components.At(j, 0))
		f.Assigned = append(f.Assigned, int(components.At(j, 1)))
	}
	return f, f.Check()
}

// checkMaps refuses maps that do not fit the axes of the modalities.
func (g *Gaussian) checkMaps(m erc.Modality) error {
	part := g.parts[m]
	if part == nil {
		return nil
	}
	for by := 1; by < patterns; by++ {
		width := 0
		for k, other := range others(m) {
			if by&(1<<k) != 0 {
				width += g.parts[other].width()
			}
		}
		for _, maps := range append([][patterns]*mat.Dense{part.maps}, part.folds...) {
			if w := maps[by]; w != nil && !is(w, width, part.width()) {
				return damaged(m, "a map has another shape than the axes")
			}
		}
	}
	return nil
}
