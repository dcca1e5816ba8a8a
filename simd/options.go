package simd

import (
	"runtime"
	"strconv"
	"strings"

	"github.com/pkg/errors"
)

// An Option changes a setting of a new backend.
type Option func(*options)

type options struct {
	workers int
	memory  int // bytes; 0 for what the machine has
	watch   func(name string, plan *ExecutionPlan)
}

// WithMemoryLimit bounds the memory of a backend's buffers, of constants, of
// intermediate values and of what is kept for reuse, in bytes. What needs more
// fails with a [LimitError]. 0, the default, is no limit but the machine's
// memory. Operations that run on the Go backend allocate their own arrays,
// which are not counted.
func WithMemoryLimit(bytes int) Option {
	return func(o *options) { o.memory = bytes }
}

// WithPlans calls watch with the name and the plan of everything that is
// compiled, for instance to print it. The plan is nil of what runs on the Go
// backend as a whole.
func WithPlans(watch func(name string, plan *ExecutionPlan)) Option {
	return func(o *options) { o.watch = watch }
}

// parseConfig reads the configuration string of [New].
func parseConfig(config string) (o options, err error) {
	o.workers = runtime.GOMAXPROCS(0)
	for option := range strings.SplitSeq(config, ",") {
		key, value, _ := strings.Cut(option, "=")
		switch key {
		case "":
		case "workers":
			if o.workers, err = strconv.Atoi(value); err != nil || o.workers < 1 {
				return o, errors.Errorf("simd: workers=%q: want a positive number", value)
			}
		case "memory":
			n, err := parseBytes(value)
			if err != nil {
				return o, errors.WithMessagef(err, "simd: memory=%q", value)
			}
			WithMemoryLimit(n)(&o)
		default:
			return o, errors.Errorf("simd: unknown option %q; the options are: workers=N, memory=N", key)
		}
	}
	return o, nil
}

// parseBytes reads a number of bytes such as 1048576, 1024KiB or 1MiB.
func parseBytes(text string) (int, error) {
	unit := 1
	for suffix, size := range map[string]int{"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30} {
		if number, ok := strings.CutSuffix(text, suffix); ok {
			text, unit = number, size
			break
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || !fits(n, unit) {
		return 0, errors.New("want a positive number of bytes, such as 536870912 or 512MiB")
	}
	return n * unit, nil
}
