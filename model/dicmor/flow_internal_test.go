package dicmor

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	mlx "github.com/gomlx/gomlx/ml/model"

	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/simd"
)

// The inverse maps latents back to the features, and the flow changes every channel.
func TestFlowInverts(t *testing.T) {
	c := Default()
	c.Width = 6
	net, err := New(c, model.Setup{Dims: [erc.NumModalities]int{3, 3, 3}})
	if err != nil {
		t.Fatal(err)
	}
	backend, err := simd.New("")
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	values := make([]float32, erc.NumModalities*2*5*6)
	for i := range values {
		values[i] = float32(rng.NormFloat64())
	}
	x := tensors.FromFlatDataAndDimensions(values, erc.NumModalities, 2, 5, 6)
	store := mlx.NewStore()
	exec, err := mlx.NewExec(backend, store, func(_ *mlx.Scope, in []*graph.Node) []*graph.Node {
		p := model.NewParams(store, 3).In("flow")
		z, _ := net.flow(p, in[0])
		return []*graph.Node{z, net.inverse(p, z)}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	out, err := exec.Call(x)
	if err != nil {
		t.Fatal(err)
	}
	latent, back := tensors.MustCopyFlatData[float32](out[0]), tensors.MustCopyFlatData[float32](out[1])
	moved := make([]bool, c.Width)
	for i, want := range values {
		if math.Abs(float64(back[i]-want)) > 1e-4 {
			t.Fatalf("element %d: %g came back as %g", i, want, back[i])
		}
		moved[i%c.Width] = moved[i%c.Width] || latent[i] != want
	}
	if slices.Contains(moved, false) {
		t.Errorf("channels that move: %v, want all", moved)
	}
}
