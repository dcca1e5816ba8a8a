package diffusion_test

import (
	"math"
	"strings"
	"testing"

	"gsdnet/diffusion"
)

func TestSpecRefusals(t *testing.T) {
	for want, spec := range map[string]diffusion.Spec{
		`kind = "vx"`:     {Kind: "vx"},
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

// An equation bears the name that asked for it.
func TestSpecNames(t *testing.T) {
	for _, kind := range []string{"vp", "subvp", "ve"} {
		sde, err := diffusion.Spec{Kind: kind, BetaMin: 1, BetaMax: 1, Sigma: 1.5}.New()
		if err != nil || sde.Name() != kind {
			t.Errorf("%s: got %v, %v", kind, sde, err)
		}
	}
}

// Each parser takes every name it lists and refuses others with the list.
func TestNames(t *testing.T) {
	for _, c := range []struct {
		noun  string
		names []string
		parse func(string) (string, error)
	}{
		{"sampler", []string{"ddim", "heun", "dpm++2m", "euler", "pc"}, func(s string) (string, error) {
			m, err := diffusion.ParseMethod(s)
			return string(m), err
		}},
		{"prediction", []string{"x0", "eps", "score"}, func(s string) (string, error) {
			p, err := diffusion.ParsePrediction(s)
			return string(p), err
		}},
		{"schedule", []string{"uniform", "logsnr"}, func(s string) (string, error) {
			p, err := diffusion.ParseSchedule(s)
			return string(p), err
		}},
	} {
		for _, name := range c.names {
			if got, err := c.parse(name); got != name || err != nil {
				t.Errorf("%s %q: got %q, %v", c.noun, name, got, err)
			}
		}
		for _, bad := range []string{"magic", "", strings.ToUpper(c.names[0])} {
			got, err := c.parse(bad)
			if got != "" || err == nil || !strings.Contains(err.Error(), `"`+bad+`" is no `+c.noun) {
				t.Errorf("%s %q: got %q, %v, want it refused by name", c.noun, bad, got, err)
				continue
			}
			for _, name := range c.names {
				if !strings.Contains(err.Error(), name) {
					t.Errorf("%s: %v does not offer %s", c.noun, err, name)
				}
			}
		}
	}
}
