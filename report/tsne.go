package report

import (
	"context"
	"fmt"

	"gsdnet/erc"
	"gsdnet/internal/tsne"
	"gsdnet/report/figure"
)

func init() {
	declare(part{name: "tsne", order: 30, boards: (*board).compared, figures: tsneFigures})
}

// tsneFigures are the t-SNE pictures of a data set, one for each modality.
func tsneFigures(ctx context.Context, b *board) ([]namedFigure, error) {
	all, err := b.distancesOf(ctx)
	if err != nil {
		return nil, err
	}
	pictures := [erc.NumModalities]*figure.Panels{}
	for _, d := range all {
		m, f := d.modality, d.features
		if pictures[m] == nil {
			pictures[m] = &figure.Panels{
				Title:  fmt.Sprintf("%s, %s: t-SNE of withheld cells at %s", b.dataset, m, b.keptPoint()),
				Groups: []string{"original", "recovered"},
			}
		}
		y, err := tsne.Embed(ctx, append(append([][]float64{}, f.Original...), f.Recovered...), tsne.Config{Seed: bootstrapSeed})
		if err != nil {
			return nil, err
		}
		pictures[m].Panels = append(pictures[m].Panels, figure.Panel{
			Title:  fmt.Sprintf("%s\nMMD² %.3f, told apart %.0f %%", d.method, d.mmd2, 100*d.separability),
			Clouds: [][][2]float64{y[:len(f.Original)], y[len(f.Original):]},
		})
	}
	var out []namedFigure
	for _, m := range erc.Modalities {
		if pictures[m] != nil {
			out = append(out, namedFigure{m.String(), fmt.Sprintf("Recovered and original %s features, %s (t-SNE).", m, b.dataset), pictures[m]})
		}
	}
	return out, nil
}
