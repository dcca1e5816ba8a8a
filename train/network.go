package train

import (
	"context"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/infer"
	"gsdnet/model"
	"gsdnet/rundir"
)

// networkDraws is the number of draws by which a network is judged.
const networkDraws = 8

// network returns the scope of the network's weights; "" of a model without a choice.
func (f *fitter) network() string {
	if optional, ok := f.model.(model.Optional); ok {
		return optional.Network()
	}
	return ""
}

// ofNetwork reports whether the weights at a path are the network's. The prediction does not
// depend on them.
func (f *fitter) ofNetwork(path string) bool {
	name := f.network()
	return name != "" && strings.HasPrefix(path, "/"+name+"/")
}

// chooseNetwork keeps the network of a model.Optional if the energy score of its draws on
// the validation masks is below that of the draws without it.
func (f *fitter) chooseNetwork(ctx context.Context, c *rundir.Checkpoint) error {
	if f.network() == "" {
		return nil
	}
	space, err := infer.FitSpace(ctx, f.train)
	if err != nil {
		return err
	}
	path := "/" + model.ConstantScope + "/" + f.network()
	set := func(used float32) { c.Vars[path] = tensors.FromFlatDataAndDimensions([]float32{used}, 1) }
	score := func(used float32) (float64, error) {
		set(used)
		return f.energy(ctx, c, space)
	}
	verdict := c.Network
	if verdict == nil {
		verdict = &rundir.Network{}
	}
	if verdict.Without, err = score(0); err != nil {
		return err
	}
	if verdict.With, err = score(1); err != nil {
		return err
	}
	if verdict.Kept = verdict.With < verdict.Without; !verdict.Kept {
		set(0)
	}
	c.Network = verdict
	return nil
}

// energy returns the energy score of the draws of a checkpoint, the mean over the
// validation masks that withhold something; 0 if none does.
func (f *fitter) energy(ctx context.Context, c *rundir.Checkpoint, space *infer.Space) (float64, error) {
	predictor, err := f.predictorOf(c)
	if err != nil {
		return 0, err
	}
	defer predictor.Close()
	cells, err := f.valid.In(space).Run(ctx, predictor, infer.Request{Samples: networkDraws, Seed: f.Config.Train.Seed, Recovered: true})
	if err != nil {
		return 0, err
	}
	cells = slices.DeleteFunc(cells, func(r infer.MaskResult) bool { return r.Completion == nil || r.Completion.N == 0 })
	sum := 0.0
	for i := range cells {
		sum += cells[i].Completion.Values["energy_score"]
	}
	return sum / float64(max(len(cells), 1)), nil
}
