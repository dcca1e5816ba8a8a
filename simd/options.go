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
	bf16    bool
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

// WithBFloat16 makes a backend for inference that rounds both operands of matrix products
// to bfloat16, to nearest even, and adds the products in float32. That is up to twice as
// fast; an operand keeps 8 bits of its 24. It concerns products (DotGeneral) of float32
// with at least 12 rows, 16 columns and 16 terms of a sum; smaller ones, convolutions and
// all other operations stay as they are, and so do the types of all arrays. Results have
// the same bits for every number of workers. Gradients are computed, but they are as coarse.
//
// It needs a processor with AVX512_BF16. Elsewhere [New] returns an error, and also if
// GSDNET_SIMD asks for an instruction set below avx512.
func WithBFloat16() Option { return func(o *options) { o.bf16 = true } }

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
		case "bf16":
			if value != "" {
				return o, errors.Errorf("simd: bf16=%q: want bf16 alone", value)
			}
			WithBFloat16()(&o)
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
			return o, errors.Errorf("simd: unknown option %q; the options are: workers=N, memory=N, bf16", key)
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
