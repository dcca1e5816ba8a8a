package train

import (
	"context"
	"math"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/infer"
	"gsdnet/model"
	"gsdnet/rundir"
)

// networkDraws is the number of draws by which a network is judged.
const networkDraws = 8

// networkOf returns the scope of the weights of a model's optional network; "" of a model
// without a choice.
func networkOf(m model.Model) string {
	if optional, ok := m.(model.Optional); ok {
		return optional.Network()
	}
	return ""
}

// isNetworks reports whether the weights at a path are those of a model's optional network.
// The prediction does not depend on them.
func isNetworks(m model.Model, path string) bool {
	name := networkOf(m)
	return name != "" && strings.HasPrefix(path, "/"+name+"/")
}

// chooseNetwork keeps the network of a model.Optional if draws with it are better than
// without it on the validation masks: if their energy score is lower, and that of the means
// of conversations is not higher. A network that improves cells one by one can spoil what
// they have in common.
func (f *fitter) chooseNetwork(ctx context.Context, c *rundir.Checkpoint) error {
	name := networkOf(f.model)
	if name == "" {
		return nil
	}
	space, err := infer.FitSpace(ctx, f.train)
	if err != nil {
		return err
	}
	path := "/" + model.ConstantScope + "/" + name
	set := func(used float32) { c.Vars[path] = tensors.FromFlatDataAndDimensions([]float32{used}, 1) }
	score := func(used float32) (rundir.Energy, error) {
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
	verdict.Kept = verdict.With.Cells < verdict.Without.Cells && verdict.With.Conversations <= verdict.Without.Conversations
	if !verdict.Kept {
		set(0)
	}
	c.Network = verdict
	return nil
}

// energy returns the energy scores of the draws of a checkpoint, the means over the
// validation masks that withhold something; 0 if none does.
func (f *fitter) energy(ctx context.Context, c *rundir.Checkpoint, space *infer.Space) (rundir.Energy, error) {
	predictor, err := f.predictorOf(c)
	if err != nil {
		return rundir.Energy{}, err
	}
	defer predictor.Close()
	cells, err := f.valid.In(space).Run(ctx, predictor, infer.Request{Samples: networkDraws, Seed: f.Config.Train.Seed, Recovered: true})
	if err != nil {
		return rundir.Energy{}, err
	}
	return rundir.Energy{Cells: meanScore(cells, "energy_score"), Conversations: meanScore(cells, "conversation_energy_score")}, nil
}

// meanScore returns the mean of a score over the masks that have it, 0 if none has.
func meanScore(cells []infer.MaskResult, key string) float64 {
	sum, count := 0.0, 0.0
	for i := range cells {
		if c := cells[i].Completion; c != nil && c.N > 0 && !math.IsNaN(c.Values[key]) {
			sum, count = sum+c.Values[key], count+1
		}
	}
	return sum / max(count, 1)
}
