package synthetic

import (
	"fmt"
	"strconv"
	"strings"

	"gsdnet/dataset"
	"gsdnet/internal/fault"
)

const syntheticHint = "write synthetic:key=value,… with seed=1, conversations=76, turns=8-16 (or turns=12), speakers=2, noise=1"

func init() {
	dataset.Register(dataset.Format{Name: "synthetic", About: "invented conversations", Read: read})
}

// read invents "synthetic" or "synthetic:seed=3,conversations=60". The keys, each
// at most once, are
//
//	seed           which conversations; any whole number from 0
//	conversations  how many in all, shared among the splits as 48:12:16
//	turns          utterances of each, as 8-16 or 12
//	speakers       in each
//	noise          factor on the noise of every modality
//
// and what is not given has the default of Config. It has no arrays, so of the
// fields only the task can be set.
func read(source *dataset.Source, fields dataset.Fields) (*dataset.Table, error) {
	cfg, err := parse(source.Path)
	if err != nil {
		return nil, fault.Input(syntheticHint, "%s: %w", source.Path, err)
	}
	if err := fields.NoColumns(source); err != nil {
		return nil, err
	}
	table, err := dataset.Tabulate(New(cfg))
	if err != nil {
		return nil, fault.Failure("this is a fault of the generator", "%s: %w", source.Path, err)
	}
	table.Path = source.Path
	return table, nil
}

func parse(path string) (Config, error) {
	var cfg Config
	_, settings, given := strings.Cut(path, ":")
	if !given {
		return cfg, nil
	}
	seen := map[string]bool{}
	for _, setting := range strings.Split(settings, ",") {
		key, value, found := strings.Cut(setting, "=")
		if !found {
			return cfg, fmt.Errorf("%q is not key=value", setting)
		}
		if seen[key] {
			return cfg, fmt.Errorf("%s is there twice", key)
		}
		seen[key] = true
		if err := cfg.set(key, value); err != nil {
			return cfg, err
		}
	}
	return cfg, cfg.Check()
}

// set changes what one key of the path stands for.
func (c *Config) set(key, value string) (err error) {
	switch key {
	case "seed":
		c.Seed, err = strconv.ParseUint(value, 10, 64)
	case "conversations":
		var n int
		if n, err = parseCount(value); err == nil && n < 3 {
			return fmt.Errorf("%d conversations, want 3 or more: one for each split", n)
		}
		c.Valid = max(1, n*12/76)
		c.Test = max(1, n*16/76)
		c.Train = n - c.Valid - c.Test
	case "turns":
		low, high, isRange := strings.Cut(value, "-")
		if !isRange {
			high = low
		}
		if c.MinTurns, err = parseCount(low); err == nil {
			c.MaxTurns, err = parseCount(high)
		}
	case "speakers":
		c.Speakers, err = parseCount(value)
	case "noise":
		if c.Noise, err = strconv.ParseFloat(value, 64); err == nil && c.Noise == 0 {
			err = strconv.ErrRange // 0 would stand for the default
		}
	default:
		return fmt.Errorf("no setting %q", key)
	}
	if err != nil {
		return fmt.Errorf("%s cannot be %q", key, value)
	}
	return nil
}

// parseCount parses a number from 1; 0 would stand for a default.
func parseCount(value string) (int, error) {
	n, err := strconv.ParseUint(value, 10, 31)
	if err == nil && n == 0 {
		err = strconv.ErrRange
	}
	return int(n), err
}
