package gsdnet

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	mlx "github.com/gomlx/gomlx/ml/model"
	"github.com/nlpodyssey/safetensors"
	"gonum.org/v1/gonum/mat"

	"gsdnet/diffusion"
	"gsdnet/engine"
	"gsdnet/erc"
	"gsdnet/model"
	"gsdnet/simd"
)

// goldenTolerance bounds max|got−want| / max|want| of every stage.
const goldenTolerance = 1e-4

// goldenCases are the settings of bench/reference/make_golden.py.
func goldenCases() map[string]Config {
	base := Default()
	base.Width, base.Hidden, base.Blocks, base.Rank = 8, 8, 2, 4
	base.Dropout, base.InputDropout = 0, 0
	base.Regression.Rank, base.Regression.Folds = 2, 2
	base.Condition = ConditionClean
	base.Sampler = Sampler{Method: "ddim", Schedule: "uniform", Steps: 3, Prediction: "x0", Through: true}
	around := base
	around.Regression.Around, around.Sampler.Prediction, around.Sampler.Steps, around.Kernel = true, "eps", 2, 3
	paper := base
	printed := Paper()
	paper.Mean = printed.Mean
	paper.SDEX, paper.SDELambda, paper.Condition, paper.Kernel = printed.SDEX, printed.SDELambda, printed.Condition, printed.Kernel
	paper.Sampler = printed.Sampler
	paper.Sampler.Steps = base.Sampler.Steps
	paper.Rows, paper.Context = printed.Rows, printed.Context
	return map[string]Config{"default": base, "around": around, "paper": paper}
}

// golden is a file of tensors by name.
type golden map[string]*tensors.Tensor

func readGolden(t *testing.T) golden {
	t.Helper()
	data, err := os.ReadFile("testdata/golden.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	file, err := safetensors.Deserialize(data)
	if err != nil {
		t.Fatal(err)
	}
	out := golden{}
	for _, named := range file.Tensors() {
		var dims []int
		for _, d := range named.TensorView.Shape() {
			dims = append(dims, int(d))
		}
		raw := named.TensorView.Data()
		if named.TensorView.DType() == safetensors.I32 {
			values := make([]int32, len(raw)/4)
			for i := range values {
				values[i] = int32(binary.LittleEndian.Uint32(raw[4*i:]))
			}
			out[named.Name] = tensors.FromFlatDataAndDimensions(values, dims...)
			continue
		}
		values := make([]float32, len(raw)/4)
		for i := range values {
			values[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		out[named.Name] = tensors.FromFlatDataAndDimensions(values, dims...)
	}
	return out
}

// under returns the tensors whose name begins with a prefix, without it.
func (g golden) under(prefix string) golden {
	out := golden{}
	for name, value := range g {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			out[rest] = value
		}
	}
	return out
}

// batch returns the two conversations of the file.
func (g golden) batch() (*model.Batch, []model.Truth) {
	lengths := tensors.MustCopyFlatData[int32](g["input/lengths"])
	present := tensors.MustCopyFlatData[int32](g["input/present"])
	label := tensors.MustCopyFlatData[float32](g["input/label"])
	labelled := tensors.MustCopyFlatData[float32](g["input/labelled"])
	b := &model.Batch{N: g["input/present"].Shape().Dimensions[1]}
	var truth []model.Truth
	for i, length := range lengths {
		conv, known := model.Conversation{Key: uint64(i)}, model.Truth{}
		for u := range int(length) {
			at := i*b.N + u
			var p erc.Present
			for _, m := range erc.Modalities {
				if present[erc.NumModalities*at+int(m)] == 1 {
					p = p.With(m)
				}
			}
			conv.Present, conv.Speakers = append(conv.Present, p), append(conv.Speakers, 0)
			y := label[at]
			if labelled[at] == 0 {
				y = float32(math.NaN())
			}
			known.Present, known.Labels = append(known.Present, erc.All), append(known.Labels, y)
			known.Classes = append(known.Classes, erc.Unlabelled)
		}
		for _, m := range erc.Modalities {
			x := g["input/"+m.String()]
			b.Dims[m] = x.Shape().Dimensions[2]
			flat := tensors.MustCopyFlatData[float32](x)
			for u := range int(length) {
				row := flat[(i*b.N+u)*b.Dims[m]:][:b.Dims[m]]
				known.Features[m] = append(known.Features[m], row)
				conv.Features[m] = append(conv.Features[m], row)
			}
		}
		b.Conversations, truth = append(b.Conversations, conv), append(truth, known)
	}
	return b, truth
}

// comparison reports stages in order, the first that diverges loudest.
type comparison struct {
	t     *testing.T
	first string
}

func (c *comparison) check(stage string, got, want *tensors.Tensor) {
	c.t.Helper()
	if want == nil {
		c.t.Errorf("%s: not in the golden file", stage)
		return
	}
	if got.Shape().Size() != want.Shape().Size() {
		c.t.Errorf("%s: shape %s, want %s", stage, got.Shape(), want.Shape())
		return
	}
	gap, size := 0.0, 0.0
	wanted := tensors.MustCopyFlatData[float32](want)
	for i, x := range tensors.MustCopyFlatData[float32](got) {
		if d := math.Abs(float64(x) - float64(wanted[i])); !(d <= gap) {
			gap = d
		}
		size = max(size, math.Abs(float64(wanted[i])))
	}
	relative := gap / max(size, 1e-6)
	c.t.Logf("%-28s %.1e", stage, relative)
	if relative <= goldenTolerance {
		return
	}
	if c.first == "" {
		c.first = stage
		c.t.Errorf("FIRST DIVERGES: %s", stage)
	}
	c.t.Errorf("%s: relative error %.1e, want at most %.0e", stage, relative, goldenTolerance)
}

// TestGolden compares every stage and every gradient with the PyTorch
// implementation in bench/reference.
func TestGolden(t *testing.T) {
	file := readGolden(t)
	for name, config := range goldenCases() {
		t.Run(name, func(t *testing.T) {
			b, truth := file.batch()
			net, err := New(config, model.Setup{Dims: b.Dims})
			if err != nil {
				t.Fatal(err)
			}
			compare := &comparison{t: t}
			feed := goldenFeed(t, net, b, truth, file.under(name+"/noise/"))
			compareHost(t, compare, net, b, truth, feed, file.under("expect/"))
			runGolden(t, compare, net, feed, goldenStore(t, file, name), file.under(name+"/"))
		})
	}
}

// goldenFeed prepares the batch with the host's own graphs and the file's noise.
func goldenFeed(t *testing.T, net *Net, b *model.Batch, truth []model.Truth, noise golden) engine.Feed {
	t.Helper()
	feed := b.Observe()
	b.Reveal(feed, truth)
	if err := net.Prepare(feed, b, truth); err != nil {
		t.Fatal(err)
	}
	net.Draw(feed, b, model.Pass{Seed: 1, Step: 1, Train: true})
	for name, value := range noise {
		if old, ok := feed[name]; !ok || old.Shape().Size() != value.Shape().Size() {
			t.Fatalf("noise %s %s: the feed has %v", name, value.Shape(), old)
		}
		feed[name] = value
	}
	times := tensors.MustCopyFlatData[float32](feed[inTime])
	for name, sde := range map[string]diffusion.SDE{inMargX: net.sdeX, inMargG: net.sdeG} {
		var margins []float32
		for _, at := range times {
			alpha, std := sde.Marginal(float64(at))
			margins = append(margins, float32(alpha), float32(std))
		}
		feed[name] = tensors.FromFlatDataAndDimensions(margins, len(times), 2)
	}
	return feed
}

// compareHost compares graphs and spectra.
func compareHost(t *testing.T, compare *comparison, net *Net, b *model.Batch, truth []model.Truth, feed engine.Feed, want golden) {
	t.Helper()
	all, err := net.analyse(b, truth)
	if err != nil {
		t.Fatal(err)
	}
	compare.check("adjacency", stack(b, all, func(g *graphs) [erc.NumModalities]*mat.SymDense { return g.observed }), want["adjacency"])
	for _, name := range []string{inLambdaRef, inLambda, inLambdaTarget} {
		compare.check(name, feed[name], want[name])
	}
	compare.check("rebuilt", stack(b, all, func(g *graphs) (out [erc.NumModalities]*mat.SymDense) {
		for m := range out {
			out[m] = g.spectrum.Rebuild(g.target[m])
		}
		return out
	}), want["rebuilt"])
}

// goldenStore holds the file's weights and constants.
func goldenStore(t *testing.T, file golden, name string) *mlx.Store {
	t.Helper()
	store := mlx.NewStore()
	create := func(path string, value *tensors.Tensor, trainable bool) {
		clone, err := value.LocalClone()
		if err != nil {
			t.Fatal(err)
		}
		v, err := store.CreateVariable(path, clone)
		if err != nil {
			t.Fatal(err)
		}
		v.SetTrainable(trainable)
	}
	for path, value := range file.under(name + "/weight/") {
		create("/"+path, value, true)
	}
	for path, value := range file.under(name + "/constant/") {
		create("/"+model.ConstantScope+"/"+path, value, false)
	}
	return store
}

// runGolden runs every stage, the losses and their gradients in one graph.
func runGolden(t *testing.T, compare *comparison, net *Net, feed engine.Feed, store *mlx.Store, want golden) {
	t.Helper()
	backend, err := simd.New("")
	if err != nil {
		t.Fatal(err)
	}
	names := slices.Sorted(maps.Keys(feed))
	var labels []string
	exec, err := mlx.NewExec(backend, store, func(scope *mlx.Scope, inputs []*graph.Node) []*graph.Node {
		byName := map[string]*graph.Node{}
		for i, name := range names {
			byName[name] = inputs[i]
		}
		in := engine.NodesOf(byName)
		p := model.TrainedParams(store)
		var outputs []*graph.Node
		add := func(label string, x *graph.Node) {
			labels, outputs = append(labels, label), append(outputs, x)
		}
		stages(net, p, in, add)
		losses := net.Losses(p, in)
		for _, term := range losses.Terms {
			add("loss/"+term.Name, term.Value)
		}
		add("loss/total", losses.Total)
		var paths []string
		var weights []*graph.Node
		for v := range scope.IterVariables() {
			if v.Trainable {
				paths, weights = append(paths, v.Path()), append(weights, v.NodeValue(in.Get(model.InValid).Graph()))
			}
		}
		for i, gradient := range graph.Gradient(losses.Total, weights...) {
			add("gradient"+paths[i], gradient)
		}
		return outputs
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	var args []any
	for _, name := range names {
		args = append(args, feed[name])
	}
	outputs, err := exec.Call(args...)
	if err != nil {
		t.Fatal(err)
	}
	for i, label := range labels {
		compare.check(label, outputs[i], want[label])
	}
	for name := range want.under("gradient/") {
		if !slices.Contains(labels, "gradient/"+name) {
			t.Errorf("parameter /%s is the reference's alone", name)
		}
	}
}

// stages lists what happens between the inputs and the losses, in order.
func stages(net *Net, p *model.Params, in engine.Nodes, add func(string, *graph.Node)) {
	c := net.completer(p, in)
	add("stage/encoded", c.observed)
	target := graph.Mul(net.encode(p, in, model.InComplete), in.Get(model.InHas))
	out := c.noised(c.residual(target))
	add("stage/score_x", out.x)
	add("stage/score_g", out.g)
	x, r := c.sample()
	for step, stop := range c.path[1:] {
		add(fmt.Sprintf("stage/step%d_x", step), stop.state[0])
		add(fmt.Sprintf("stage/step%d_g", step), stop.state[1])
	}
	add("stage/refined_x", x)
	add("stage/refined_g", r)
	add("stage/graph", c.side.graph(r))
	fused := net.fuse(p, c, c.overwrite(x), r)
	add("stage/fused", fused)
	said := net.out.Head(p.In("head"), fused)
	add("stage/location", said.Location)
	add("stage/scale", said.Scale)
}
