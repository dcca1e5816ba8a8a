package train_test

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/rundir"
	"gsdnet/train/traintest"
)

// weightsOf returns the weights of a short run by path, without those of a network and
// without constants.
func weightsOf(t *testing.T, corpus *erc.Corpus, name string) (map[string][]float32, *rundir.Network) {
	t.Helper()
	dir := traintest.Run(t, traintest.Config(t, name, "train.epochs=3", name+".prior.rank=4"), corpus)
	c, err := rundir.ReadCheckpoint(filepath.Join(dir, rundir.CheckpointFile))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]float32{}
	for path, x := range c.Vars {
		if !strings.HasPrefix(path, "/network/") && !strings.Contains(path, "/"+model.ConstantScope+"/") {
			out[path] = tensors.MustCopyFlatData[float32](x)
		}
	}
	return out, c.Network
}

// A network beside the prediction does not change it: the predictor of GSDNet has the
// weights of the model "graph", bit for bit.
func TestNetworkLeavesThePredictionAlone(t *testing.T) {
	corpus := synthetic.New(synthetic.Config{Train: 8, Valid: 3, Test: 3, MinTurns: 5, MaxTurns: 9, Dims: [3]int{6, 5, 4}})
	with, verdict := weightsOf(t, corpus, "gsdnet")
	without, none := weightsOf(t, corpus, "graph")
	if len(with) == 0 || !reflect.DeepEqual(with, without) {
		t.Errorf("got %d weights of gsdnet and %d of graph, want the same", len(with), len(without))
	}
	if none != nil {
		t.Errorf("graph has the verdict %+v on a network, and no network", none)
	}
	if verdict == nil || verdict.Epoch < 1 || verdict.Epoch > 3 || verdict.Loss <= 0 || verdict.With.Cells <= 0 || verdict.Without.Conversations <= 0 {
		t.Errorf("got the verdict %+v, want an epoch from 1 to 3 and positive scores", verdict)
	}
	if better := verdict.With.Cells < verdict.Without.Cells && verdict.With.Conversations <= verdict.Without.Conversations; verdict.Kept != better {
		t.Errorf("kept is %v for %+v", verdict.Kept, verdict)
	}
}
