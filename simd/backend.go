package simd

import (
	"fmt"

	"github.com/gomlx/compute"
	gobackend "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/notimplemented"
	"github.com/pkg/errors"

	"gsdnet/simd/internal/kernel"
)

// BackendName is the name under which the backend is registered.
const BackendName = "simd"

func init() {
	compute.Register(BackendName, func(config string) (compute.Backend, error) { return New(config) })
}

// New returns a backend. config is empty or a comma-separated list of:
//
//   - workers=N: how many threads compute (default: GOMAXPROCS).
//   - memory=N: how much memory arrays may take, see [WithMemoryLimit]; a
//     number of bytes, or one with the unit KiB, MiB or GiB.
//   - bf16: matrix products in bfloat16, see [WithBFloat16].
//
// Options count more than config. The environment variable GSDNET_SIMD
// (neon, avx512, avx2 or generic) forces an instruction set; New refuses one
// that is unknown or that the processor lacks.
func New(config string, with ...Option) (compute.Backend, error) {
	if _, err := kernel.Choose(); err != nil {
		return nil, errors.Wrap(err, "simd")
	}
	o, err := parseConfig(config)
	if err != nil {
		return nil, err
	}
	for _, set := range with {
		set(&o)
	}
	if o.memory < 0 {
		return nil, errors.Errorf("simd: the memory limit is %d bytes: want a positive number, or 0 for none", o.memory)
	}
	if o.bf16 && !kernel.HasBFloat16() {
		return nil, errors.Errorf("simd: bf16 needs the instructions AVX512_BF16, which %s", lacking())
	}
	host, err := gobackend.New("ops_sequential")
	if err != nil {
		return nil, errors.Wrap(err, "simd: starting the Go backend")
	}
	b := &backend{host: host, memory: memory{limit: o.memory, idle: idleTime}, watch: o.watch, bf16: o.bf16}
	b.pool = newPool(o.workers, &b.memory)
	return b, nil
}

// lacking says why there are no instructions for bfloat16.
func lacking() string {
	if kernel.Current() != kernel.Detect() {
		return fmt.Sprintf("%s=%s leaves out", kernel.Variable, kernel.Current())
	}
	return "this processor does not have"
}

// backend implements compute.Backend.
type backend struct {
	host   compute.Backend // runs what is not accelerated
	pool   *pool
	memory memory
	gate   gate                                   // everything that uses the three above passes it
	watch  func(name string, plan *ExecutionPlan) // of what is compiled; may be nil
	bf16   bool                                   // products in bfloat16
}

var _ compute.Backend = (*backend)(nil)

func (b *backend) Name() string    { return BackendName }
func (b *backend) String() string  { return BackendName }
func (b *backend) NumDevices() int { return 1 }

func (b *backend) Description() string {
	products := ""
	if b.bf16 {
		products = ", products in bfloat16"
	}
	return fmt.Sprintf("vectorised CPU backend (%s, %d workers%s)", kernel.Current(), b.pool.workers, products)
}

func (b *backend) DeviceDescription(compute.DeviceNum) string {
	return "CPU, " + kernel.Current().String()
}

// Capabilities are the Go backend's, since it runs all that is not accelerated,
// but for the fused operations whose parts are fused here.
func (b *backend) Capabilities() compute.Capabilities {
	c := b.host.Capabilities().Clone()
	for _, op := range []compute.OpType{
		compute.OpTypeFusedSoftmax, compute.OpTypeFusedLayerNorm, compute.OpTypeFusedGelu, compute.OpTypeFusedDense,
		compute.OpTypeFusedScaledDotProductAttention, compute.OpTypeFusedAttentionQKVProjection,
	} {
		delete(c.Operations, op)
	}
	return c
}

// Builder starts the recording of a computation.
func (b *backend) Builder(name string) compute.Builder {
	r := &builder{
		Builder: notimplemented.Builder{ErrFn: refuse},
		backend: b,
		name:    name,
		names:   map[string]bool{compute.MainName: true},
	}
	r.main = r.newFunction(compute.MainName, nil)
	return r
}

// refuse is the error of what neither this backend nor the Go backend can do.
func refuse(op compute.OpType) error {
	return errors.Wrapf(compute.ErrNotImplemented, "simd: %s", op)
}

// Finalize frees what the backend holds, after the executions, compilations
// and recordings that are under way; those that begin later fail.
func (b *backend) Finalize() {
	b.gate.close(func() {
		b.pool.close()
		b.memory.close()
		b.host.Finalize()
	})
}

// IsFinalized reports whether Finalize was called and nothing is under way.
func (b *backend) IsFinalized() bool { return b.gate.isClosed() }

func (b *backend) check() error {
	if b.gate.isClosed() {
		return errors.New("simd: the backend is finalized")
	}
	return nil
}

// enter begins a use of the backend, which b.gate.leave ends.
func (b *backend) enter() error { return b.gate.enter("backend") }
