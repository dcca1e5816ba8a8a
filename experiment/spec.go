package experiment

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"gsdnet/missing"
	"gsdnet/rundir"
)

// Spec says everything about one cell of a grid that a worker needs to run it: with
// the data directory, the folder of the results and a backend, the same Spec gives
// the same files in any process. It is a plain value, and its JSON form can be sent
// to another machine. Sweep.Cells has the Spec of every cell.
type Spec struct {
	Identity `json:"cell"`
	// Data names the data set. The Config says which array of it plays which part.
	Data struct {
		Name string `json:"name"`   // title of the corpus, as records give it
		Path string `json:"path"`   // relative to the data directory, or synthetic:…
		Hash string `json:"sha256"` // Hash of the corpus
	} `json:"data"`
	// Config is the resolved config of the run as TOML, as rundir.Config.Resolved
	// writes it. It includes the fields of the data set and the training seed.
	Config string `json:"config"`
	// Rules are those of the masks that the run is evaluated under. The worker draws
	// the masks again from the rules and MaskSeed, and compares them with MaskHash.
	Rules    []missing.Rule `json:"rules"`
	MaskSeed uint64         `json:"mask_seed"`
	MaskHash string         `json:"masks_sha256"` // missing.Hash of the masks
	Split    string         `json:"split"`        // the split that is evaluated: test or valid
	Samples  int            `json:"samples"`      // completions of each conversation
	Compare  []int          `json:"compare"`      // further numbers of completions to evaluate with
	Recovery bool           `json:"recovery"`     // whether the recovered features are measured
	// Shown is the rule of the mask whose recovered features are kept in
	// FeaturesFile, SpectraFile and TrajectoryFile; nil keeps none.
	Shown *missing.Rule `json:"shown,omitempty"`
}

// ID returns the SHA-256 of the Spec's JSON, in hexadecimal. Two specs have the same
// ID only if they describe the same work on the same data.
func (s *Spec) ID() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic("experiment: " + err.Error()) // a Spec has only texts, numbers and lists of them
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Settings reads the config of the run. It also checks the names of the cell, as the
// run directory is named after them.
func (s *Spec) Settings() (*rundir.Config, error) {
	if err := s.Identity.check(); err != nil {
		return nil, err
	}
	config := rundir.DefaultConfig()
	name := "the settings of " + s.String()
	if err := config.Parse(name, []byte(s.Config)); err != nil {
		return nil, err
	}
	if err := config.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return config, nil
}

// record returns the record of the cell before there are results: what is asked for.
func (s *Spec) record() Record {
	id := s.Identity
	r := Record{
		Run: s.String(), Cell: &id, Data: s.Data.Name, DataHash: s.Data.Hash, MaskHash: s.MaskHash,
		Split: s.Split, Samples: s.Samples, Recovery: s.Recovery,
	}
	for _, k := range s.Compare {
		r.Compare = append(r.Compare, Compared{Samples: k})
	}
	return r
}

// numbersOfSamples lists the numbers of completions to evaluate with.
func (s *Spec) numbersOfSamples() []int { return append([]int{s.Samples}, s.Compare...) }

// spec describes a cell whose data are open and whose masks are drawn.
func (g *Grid) spec(c *cell) (Spec, error) {
	config, err := c.Config.Resolved()
	if err != nil {
		return Spec{}, err
	}
	masks := g.masks(c)
	s := Spec{
		Identity: c.Identity, Config: string(config), Rules: c.Rules,
		MaskSeed: g.MaskSeed, MaskHash: missing.Hash(masks), Split: g.Split.String(),
		Samples: g.Samples, Compare: g.Compare, Recovery: g.Recovery,
	}
	s.Data.Name, s.Data.Path, s.Data.Hash = c.corpus.Name, c.data.Path, c.corpus.Hash
	if g.Recovery && c.Seed == g.Seeds[0] {
		s.Shown = shownRule(masks)
	}
	return s, nil
}

// shownRule returns the rule of the first mask at the point that its protocol shows,
// nil if there is none.
func shownRule(masks []missing.Mask) *missing.Rule {
	for i := range masks {
		if p, err := missing.Lookup(masks[i].Protocol); err == nil && masks[i].Point == p.Shown {
			return &masks[i].Rule
		}
	}
	return nil
}
