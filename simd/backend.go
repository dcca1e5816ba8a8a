package simd

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/gomlx/compute"
	gobackend "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/notimplemented"
	"github.com/pkg/errors"

	"gsdnet/simd/internal/kernel"
)

// BackendName is the name under which the backend is registered.
const BackendName = "simd"

func init() { compute.Register(BackendName, New) }

// New returns a backend. config is empty or a comma-separated list of:
//
//   - workers=N: how many threads compute (default: GOMAXPROCS).
//
// The environment variable GSDNET_SIMD (avx512, avx2 or generic) forces an
// instruction set; New refuses one that is unknown or that the processor lacks.
func New(config string) (compute.Backend, error) {
	if _, err := kernel.Choose(); err != nil {
		return nil, errors.Wrap(err, "simd")
	}
	workers, err := parseConfig(config)
	if err != nil {
		return nil, err
	}
	host, err := gobackend.New("ops_sequential")
	if err != nil {
		return nil, errors.Wrap(err, "simd: starting the Go backend")
	}
	return &backend{host: host, pool: newPool(workers)}, nil
}

func parseConfig(config string) (workers int, err error) {
	workers = runtime.GOMAXPROCS(0)
	for option := range strings.SplitSeq(config, ",") {
		key, value, _ := strings.Cut(option, "=")
		switch key {
		case "":
		case "workers":
			if workers, err = strconv.Atoi(value); err != nil || workers < 1 {
				return 0, errors.Errorf("simd: workers=%q: want a positive number", value)
			}
		default:
			return 0, errors.Errorf("simd: unknown option %q; the options are: workers=N", key)
		}
	}
	return workers, nil
}

// backend implements compute.Backend.
type backend struct {
	host      compute.Backend // runs what is not accelerated
	pool      *pool
	memory    memory
	finalized atomic.Bool
}

var _ compute.Backend = (*backend)(nil)

func (b *backend) Name() string    { return BackendName }
func (b *backend) String() string  { return BackendName }
func (b *backend) NumDevices() int { return 1 }

func (b *backend) Description() string {
	return fmt.Sprintf("vectorised CPU backend (%s, %d workers)", kernel.Current(), b.pool.workers)
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

// Finalize frees what the backend holds; executions fail from then on.
func (b *backend) Finalize() {
	if b.finalized.Swap(true) {
		return
	}
	b.pool.close()
	b.memory.drop()
	b.host.Finalize()
}

func (b *backend) IsFinalized() bool { return b.finalized.Load() }

func (b *backend) check() error {
	if b.finalized.Load() {
		return errors.New("simd: the backend is finalized")
	}
	return nil
}
