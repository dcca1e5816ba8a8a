package diffusion_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gsdnet/diffusion"
)

func TestSpecRefusals(t *testing.T) {
	for want, spec := range map[string]diffusion.Spec{
		`kind = "vx" is not a kind of SDE: use one of subvp, ve, vp`: {Kind: "vx"},
		`kind = ""`:       {},
		"beta_min = 0,":   {Kind: "vp", BetaMax: 1},
		"beta_min = -1":   {Kind: "subvp", BetaMin: -1, BetaMax: 1},
		"beta_max = 1:":   {Kind: "subvp", BetaMin: 2, BetaMax: 1},
		"beta_min = NaN":  {Kind: "vp", BetaMin: math.NaN(), BetaMax: 1},
		"beta_max = NaN":  {Kind: "vp", BetaMin: 1, BetaMax: math.NaN()},
		"beta_max = +Inf": {Kind: "vp", BetaMin: 1, BetaMax: math.Inf(1)},
		"sigma = 1:":      {Kind: "ve", Sigma: 1},
		"sigma = NaN":     {Kind: "ve", Sigma: math.NaN()},
		"sigma = +Inf":    {Kind: "ve", Sigma: math.Inf(1)},
	} {
		if _, err := spec.New(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %q", spec, err, want)
		}
	}
}

// Every kind builds an SDE of its own name.
func TestKinds(t *testing.T) {
	for _, kind := range diffusion.Kinds() {
		sde, err := diffusion.Spec{Kind: kind.Name, BetaMin: 1, BetaMax: 1, Sigma: 1.5}.New()
		if err != nil || sde.Name() != kind.Name {
			t.Errorf("%s: got %v, %v", kind.Name, sde, err)
		}
		if kind.Help == "" || kind.Paper == "" || len(kind.Keys) == 0 {
			t.Errorf("%s: the declaration %+v has gaps", kind.Name, kind)
		}
	}
}

// Every parser accepts the declared names, and refuses others with the list of names.
// The shipped names stand in settings files, so that none of them may go.
func TestNames(t *testing.T) {
	for _, c := range []struct {
		noun     string
		shipped  []string
		declared []string
		parse    func(string) (string, error)
	}{
		{"sampler", []string{"ddim", "dpm++2m", "euler", "heun", "pc"}, names(diffusion.Samplers(), samplerName), func(s string) (string, error) {
			m, err := diffusion.ParseSampler(s)
			return m.Name, err
		}},
		{"prediction", []string{"x0", "eps", "score", "edm"}, []string{"x0", "eps", "score", "edm"}, func(s string) (string, error) {
			p, err := diffusion.ParsePrediction(s)
			return string(p), err
		}},
		{"schedule", []string{"logsnr", "uniform"}, names(diffusion.Schedules(), scheduleName), func(s string) (string, error) {
			p, err := diffusion.ParseSchedule(s)
			return p.Name, err
		}},
	} {
		for _, name := range append(c.shipped, c.declared...) {
			if got, err := c.parse(name); got != name || err != nil {
				t.Errorf("%s %q: got %q, %v", c.noun, name, got, err)
			}
		}
		for _, bad := range []string{"magic", "", strings.ToUpper(c.declared[0])} {
			got, err := c.parse(bad)
			want := fmt.Sprintf("%q is not a %s: use one of %s", bad, c.noun, strings.Join(c.declared, ", "))
			if got != "" || err == nil || err.Error() != want {
				t.Errorf("%s %q: got %q, %v, want %s", c.noun, bad, got, err, want)
			}
		}
	}
}

func samplerName(s diffusion.Sampler) string   { return s.Name }
func scheduleName(s diffusion.Schedule) string { return s.Name }

// names returns the names of declarations.
func names[D any](declared []D, name func(D) string) (out []string) {
	for _, d := range declared {
		out = append(out, name(d))
	}
	return out
}

// Every sampler declares what its users read.
func TestSamplersAreDescribed(t *testing.T) {
	for _, s := range diffusion.Samplers() {
		if s.Help == "" || s.Paper == "" || s.Reads == "" || s.Step.Evaluations < 1 || s.LastStep.Evaluations < 1 {
			t.Errorf("%s: the declaration %+v has gaps", s.Name, s)
		}
	}
}
