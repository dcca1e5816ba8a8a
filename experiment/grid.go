package experiment

import (
	"fmt"
	"regexp"
	"strings"

	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/internal/limit"
	"gsdnet/missing"
	"gsdnet/rundir"
)

// What one model is trained for.
const (
	trainMixed = missing.Mixed // all points of the protocol, such as rates: one run
	trainEach  = "each"        // one point: a run for each
	// nothing is withheld: the model is trained on complete conversations only, and
	// evaluated under all points (the protocol "frozen" of the documentation)
	trainComplete = missing.CompleteOnly
	trainEvery    = missing.Every // all points of all protocols
)

// Grid is what to compare. In TOML:
//
//	models    = ["gsdnet", "zero"]
//	protocols = ["random"]          # or others that package missing declares; random by default
//	rates     = [0.0, 0.3, 0.7]     # of random; all eight by default
//	patterns  = ["t", "av"]         # of fixed; all seven by default; other protocols likewise
//	training  = "mixed"             # or "each": a run for every rate; "complete": nothing is withheld; "every": for all protocols
//	seeds     = [1, 2, 3]
//	folds     = 5                   # cross-validation by conversation instead of the splits of the file
//	blank     = [0.3, 0.5]          # rates of training values that are deleted: a run for each
//	labels    = [0.05, 1]           # shares of training conversations that keep their labels: a run for each
//	samples   = 4                   # completions of each conversation
//	split     = "test"              # valid: to choose settings by
//
//	[[dataset]]
//	name = "mosi"
//	path = "mosi.npz"               # in the data directory
//	data.text = "text_unsup"
//
//	[train]                         # and [gsdnet], …: settings of every run
//	epochs = 60
//
//	[[trial]]                       # every model once more, with this in its table
//	name = "narrow"
//	set.width = 64
//
//	[[variant]]                     # a model under another name
//	name = "gsdnet-none"
//	model = "gsdnet"
//	gsdnet.graph = "none"
type Grid struct {
	Datasets  []Dataset
	Protocols []string
	Family    string
	Points    map[string][]string // by protocol, to evaluate under
	Training  string
	Seeds     []uint64
	MaskSeed  uint64    // of the frozen masks of every run
	Split     erc.Split // that is evaluated: Test, or Valid to choose settings by
	Samples   int
	Compare   []int     // further numbers of samples to evaluate with
	Recovery  bool      // measure the recovered features, and keep some
	Folds     int       // number of folds, a run for each; 0 keeps the splits of the file
	Blank     []float64 // rates of deleted training values, a run for each; 0 deletes none
	Labels    []float64 // shares of training conversations with labels, a run for each

	path     string
	variants []variant
	tables   map[string]any // [train] and the models' own
}

// plain is a name that can be part of a file's.
var safeName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._+-]*[A-Za-z0-9+])?$`)

// Load reads and checks a grid.
func Load(path string) (*Grid, error) {
	text, err := limit.ReadFile(path)
	if err != nil {
		return nil, fault.Input("give the TOML file of an experiment, such as configs/quick.toml", "%w", err)
	}
	return Parse(path, text)
}

// Parse reads and checks a grid; path is what errors call it.
func Parse(path string, text []byte) (*Grid, error) {
	g, err := decode(path, text)
	if err != nil {
		return nil, err
	}
	if err := g.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return g, nil
}

// check refuses a grid that is empty or names the impossible.
func (g *Grid) check() error {
	if err := g.checkSize(); err != nil {
		return err
	}
	if err := g.checkNames(); err != nil {
		return err
	}
	if err := fault.OneOf("training", g.Training, trainMixed, trainEach, trainComplete, trainEvery); err != nil {
		return err
	}
	for _, k := range append([]int{g.Samples}, g.Compare...) {
		if err := limit.Value("samples", k, limit.Of(rundir.Training{}, "samples")); err != nil {
			return err
		}
	}
	if err := g.checkReductions(); err != nil {
		return err
	}
	cells, err := g.cells()
	if err != nil {
		return err
	}
	for _, c := range cells {
		if err := c.Config.Check(); err != nil {
			return err
		}
	}
	return nil
}

// checkSize refuses an empty grid.
func (g *Grid) checkSize() error {
	type list struct {
		what string
		n    int
		say  string
	}
	lists := []list{
		{"data sets", len(g.Datasets), "add a [[dataset]] with name and path"},
		{"models", len(g.variants), `name them as models = ["gsdnet", "zero"], or add a [[variant]]`},
		{"protocols", len(g.Protocols), "name some of " + strings.Join(missing.Names(), ", ") + ", or leave the key out"},
		{"seeds", len(g.Seeds), "list them as seeds = [1, 2, 3], or leave the key out"},
		{"blank rates", len(g.Blank), "list them as blank = [0.3, 0.5, 0.7], or leave the key out"},
		{"shares of labels", len(g.Labels), "list them as labels = [0.05, 0.1], or leave the key out"},
	}
	for _, p := range missing.Protocols() {
		lists = append(lists, list{pointsKey(p), len(g.Points[p.Name]), "list some of " + strings.Join(p.Points, ", ") + ", or leave the key out"})
	}
	for _, list := range lists {
		if list.n == 0 {
			return fault.Input(list.say, "the grid is empty: it has no %s", list.what)
		}
	}
	return nil
}

// checkNames refuses names that are not plain, or there twice.
func (g *Grid) checkNames() error {
	seen := map[string]bool{}
	once := func(what, name string) error {
		if key := what + " " + name; !seen[key] {
			seen[key] = true
			return nil
		}
		return fault.Input("leave one of them out, or give them different names", "%s %q is there twice", what, name)
	}
	named := func(what, name string) error {
		if !safeName.MatchString(name) || strings.Contains(name, "--") {
			return fault.Input("names become folders: use letters, digits and . _ + -", "%s name %q", what, name)
		}
		return once(what, name)
	}
	for _, d := range g.Datasets {
		if err := named("data set", d.Name); err != nil {
			return err
		}
	}
	for _, v := range g.variants {
		if err := named("model", v.name); err != nil {
			return err
		}
	}
	lists := map[string][]string{"protocol": g.Protocols, "seed": toStrings(g.Seeds), "blank": toStrings(g.Blank), "labels": toStrings(g.Labels)}
	for _, p := range missing.Protocols() {
		lists[p.Point] = g.Points[p.Name]
	}
	for what, list := range lists {
		for _, name := range list {
			if err := once(what, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// texts returns values as text, nil for nil.
func toStrings[T any](values []T) []string {
	if values == nil {
		return nil
	}
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = fmt.Sprint(v)
	}
	return out
}

// Variants returns the names of the models as tables call them: the models, with each
// trial, and the variants.
func (g *Grid) Variants() []string {
	var out []string
	for _, v := range g.variants {
		out = append(out, v.name)
	}
	return out
}
