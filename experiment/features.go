package experiment

import (
	"context"
	"slices"

	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/internal/npz"
	"gsdnet/internal/stream"
	"gsdnet/missing"
)

// shownRows is the number of cells of each modality that are kept.
const shownRows = 150

// keepFeatures completes the split once, and keeps a seeded choice of cells,
// the spectra of all conversations, and the sampler's way to them.
func (j *job) keepFeatures(ctx context.Context, t *infer.Trained, mask missing.Mask) error {
	all, err := t.Complete(ctx, j.corpus, j.split, mask)
	if err != nil {
		return err
	}
	if err := keepSpectra(ctx, t.Path(SpectraFile), all); err != nil {
		return err
	}
	approach, err := t.Trajectory(ctx, j.corpus, j.split, mask)
	if err != nil {
		return err
	}
	if approach != nil {
		if err := keepTrajectory(t.Path(TrajectoryFile), approach); err != nil {
			return err
		}
	}
	var file npz.File
	for _, m := range erc.Modalities {
		original, recovered := withheldRows(all, m)
		rows := stream.New(j.spec.MaskSeed, "shown features", uint64(m)).Perm(len(original))
		rows = rows[:min(shownRows, len(rows))]
		slices.Sort(rows)
		var before, after []float32
		for _, i := range rows {
			before, after = append(before, original[i]...), append(after, recovered[i]...)
		}
		file.Set(m.String()+"_original", npz.From(before, len(rows), j.corpus.Dims[m]))
		file.Set(m.String()+"_recovered", npz.From(after, len(rows), j.corpus.Dims[m]))
	}
	return file.WriteFile(t.Path(FeaturesFile))
}

// withheld lists a modality's withheld cells with what was sampled for them, in the
// order of the split: the same cells of every run.
func withheldRows(all []infer.Filled, m erc.Modality) (original, recovered [][]float32) {
	for i := range all {
		for u := range all[i].Present {
			if all[i].Withheld(u, m) {
				original = append(original, all[i].Original[m][u])
				recovered = append(recovered, all[i].Sampled[m][u])
			}
		}
	}
	return original, recovered
}

// Features are withheld cells of one modality, as they were and as recovered.
type Features struct {
	Original, Recovered [][]float64
}

// Features reads the FeaturesFile, by modality.
func (d RunDir) Features() ([erc.NumModalities]Features, error) {
	var out [erc.NumModalities]Features
	path := d.path(FeaturesFile)
	file, err := npz.ReadFile(path)
	if err != nil {
		return out, err
	}
	for _, m := range erc.Modalities {
		for part, into := range map[string]*[][]float64{"_original": &out[m].Original, "_recovered": &out[m].Recovered} {
			a := file.Get(m.String() + part)
			if a == nil || len(a.Shape) != 2 {
				return out, fault.Input("delete it and give the sweep again", "%s: no array %s%s [n, width]", path, m, part)
			}
			values, err := a.Floats()
			if err != nil {
				return out, err
			}
			for i := range a.Shape[0] {
				row := make([]float64, a.Shape[1])
				for j := range row {
					row[j] = float64(values[i*a.Shape[1]+j])
				}
				*into = append(*into, row)
			}
		}
	}
	return out, nil
}
