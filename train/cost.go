package train

import (
	"math"
	"reflect"
	"runtime"
	"strings"

	"gsdnet/erc"
	"gsdnet/infer"
	"gsdnet/internal/fault"
	"gsdnet/internal/limit"
	"gsdnet/model"
	"gsdnet/rundir"
)

// Cost is an estimate of what training takes. The memory is right within a factor of about
// two. The time depends on the processor; it is right within a factor of ten.
type Cost struct {
	Bytes   float64 // the largest use of memory
	Seconds float64 // the time of one step
}

// The formula of Estimate, fitted to the peaks of the nine models (TestEstimate):
//
//	bytes   = 64 MiB + 60·parameters + 4·activations + 16·utterances·channels
//	seconds = 3·operations / (5·10⁹ · processors)
//
// Memory holds a parameter, its gradient, two moments and its average, a copy for
// validation, and copies while the state is written. It holds a feature as read, in the
// corpus, standardised, and as the regression uses it. A backward pass takes twice as
// long as a forward one.
const (
	baseBytes         = 64 << 20
	bytesPerParameter = 60
	bytesPerNumber    = 4
	bytesPerFeature   = 16
	operationsASecond = 5e9
)

// Estimate returns the cost of training the model of c on conversations of the given
// numbers of utterances. Long conversations are given in pieces (infer.Pieces). The cost of
// a model that does not implement model.Sized is 0. Its errors are a model that is not
// known, and settings that the model refuses.
func Estimate(c *rundir.Config, s model.Setup, lengths []int) (Cost, error) {
	kind, err := model.Lookup(c.Model)
	if err != nil {
		return Cost{}, err
	}
	net, err := kind.New(c.Settings[c.Model], s)
	if err != nil {
		return Cost{}, err
	}
	sized, ok := net.(model.Sized)
	if !ok {
		return Cost{}, nil
	}
	utterances, longest := 0, 0
	for _, n := range lengths {
		utterances, longest = utterances+n, max(longest, n)
	}
	batch, length := min(c.Train.Batch, len(lengths)), infer.Bucket(longest)
	size := sized.Size(batch, length)
	channels := float64(s.Dims[erc.Text] + s.Dims[erc.Audio] + s.Dims[erc.Visual])
	size.Keep(8 * channels * float64(batch*length)) // inputs, truth and dropout, of two batches
	return Cost{
		Bytes: baseBytes + bytesPerParameter*size.Parameters + bytesPerNumber*size.Activations +
			bytesPerFeature*channels*float64(utterances),
		Seconds: 3 * size.Operations / operationsASecond / float64(runtime.GOMAXPROCS(0)),
	}, nil
}

// checkMemory returns an error if training would take more than memory bytes. The hint
// names the setting to lower.
func checkMemory(c *rundir.Config, s model.Setup, lengths []int, memory float64) error {
	cost, err := Estimate(c, s, lengths)
	if err != nil || cost.Bytes <= memory {
		return err
	}
	const gibi = 1 << 30
	return fault.Input("lower "+largestSetting(c, s, lengths), "training would take about %.1f GiB of memory and %.2g s a step, and %.1f GiB is all there is",
		cost.Bytes/gibi, cost.Seconds, memory/gibi)
}

// largestSetting returns the name of the setting that saves the most memory if it is
// halved.
func largestSetting(c *rundir.Config, s model.Setup, lengths []int) string {
	trial := *c // a copy, because cells of a sweep share settings
	settings := reflect.New(reflect.TypeOf(c.Settings[c.Model]).Elem())
	settings.Elem().Set(reflect.ValueOf(c.Settings[c.Model]).Elem())
	trial.Settings = map[string]any{c.Model: settings.Interface()}
	best, least := "train.batch", math.Inf(1)
	try := func(name string, field reflect.Value, limits string) {
		old := field.Int()
		defer field.SetInt(old)
		field.SetInt(old / 4 * 2)
		if old/4*2 == 0 || limit.Value(name, field.Interface(), limits) != nil {
			return
		}
		if cost, err := Estimate(&trial, s, lengths); err == nil && cost.Bytes < least {
			best, least = name, cost.Bytes
		}
	}
	try("train.batch", reflect.ValueOf(&trial.Train.Batch).Elem(), limit.Of(c.Train, "batch"))
	eachInt(c.Model, settings.Elem(), try)
	return best
}

// eachInt calls visit with the key, the value and the limits of every whole number in
// a struct of settings and in its tables.
func eachInt(table string, settings reflect.Value, visit func(key string, value reflect.Value, limits string)) {
	for i := range settings.NumField() {
		f, value := settings.Type().Field(i), settings.Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		switch {
		case f.Anonymous:
			eachInt(table, value, visit)
		case f.Type.Kind() == reflect.Struct:
			eachInt(table+"."+key, value, visit)
		case f.Type.Kind() == reflect.Int:
			visit(table+"."+key, value, f.Tag.Get("limit"))
		}
	}
}
