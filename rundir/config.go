package rundir

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"gsdnet/dataset"
	"gsdnet/internal/fault"
	"gsdnet/internal/limit"
	"gsdnet/internal/tomlfault"
	"gsdnet/missing"
	"gsdnet/model"
)

// Config holds all the settings of a run. In TOML:
//
//	model = "gsdnet"
//
//	[data]      # which array of the file plays which part: dataset.Fields
//	[missing]   # what is withheld: missing.Settings
//	[train]     # how to fit: Training
//	[gsdnet]    # the model's own settings, in a table of its name
//
// An unknown key is an error. The file may contain tables of other models; their limits are
// checked and their values are not used.
type Config struct {
	Model    string // the name of the model, DefaultModel by default
	Data     dataset.Fields
	Missing  missing.Settings
	Train    Training
	Settings map[string]any // by model: a pointer to its settings
}

// Training holds the settings of the training loop, the table [train] of a config. The tags
// hold the limits of the numbers (package internal/limit).
type Training struct {
	Seed         uint64  `toml:"seed"`                           // seed of the weights, the noise, the order of the conversations and the training masks
	Epochs       int     `toml:"epochs" limit:"1..100000"`       // largest number of passes through the training split
	Patience     int     `toml:"patience" limit:"0..100000"`     // training stops after this many epochs without a better validation error; 0 never stops it
	Batch        int     `toml:"batch" limit:"1..1024"`          // conversations in one step
	LearningRate float64 `toml:"rate" limit:">0..1"`             // learning rate at its peak; it rises for 5 % of the steps, then falls along a cosine to 1 % of the peak
	WeightDecay  float64 `toml:"decay" limit:"0..10"`            // decoupled weight decay
	Clip         float64 `toml:"clip" limit:">0..1000000"`       // largest norm of the gradient
	EMA          float64 `toml:"ema" limit:"0..<1"`              // decay of the moving average of the weights, which is what the checkpoint keeps
	Samples      int     `toml:"samples" limit:"1..1000"`        // completions of each conversation in validation
	ValidEvery   int     `toml:"validation" limit:"1..100000"`   // epochs between two validations
	Labels       float64 `toml:"labels,omitempty" limit:">0..1"` // share of the training conversations that keep their labels; the seed chooses them, and a larger share contains a smaller one
}

// DefaultModel is the model that a config has by default, and with which reports compare
// the others.
const DefaultModel = "gsdnet"

// DefaultConfig returns the defaults, with the settings of every model.
func DefaultConfig() *Config {
	c := &Config{
		Model:   DefaultModel,
		Missing: missing.DefaultSettings(),
		Train: Training{
			Seed: 1, Epochs: 60, Patience: 15, Batch: 8, LearningRate: 1e-3, WeightDecay: 0.01,
			Clip: 1, EMA: 0.999, Samples: 1, ValidEvery: 1, Labels: 1,
		},
		Settings: map[string]any{},
	}
	for _, name := range model.Names() {
		kind, _ := model.Lookup(name)
		c.Settings[name] = kind.Config()
	}
	return c
}

// document returns a pointer to a struct with the config's TOML layout, whose
// fields point into c: decoding into it fills c.
func (c *Config) document(models ...string) any {
	fields := []reflect.StructField{}
	values := []reflect.Value{}
	add := func(name, key string, v reflect.Value) {
		tag := fmt.Sprintf("toml:%q", key)
		fields = append(fields, reflect.StructField{Name: name, Type: v.Type(), Tag: reflect.StructTag(tag)})
		values = append(values, v)
	}
	add("Model", "model", reflect.ValueOf(&c.Model))
	add("Data", "data", reflect.ValueOf(&c.Data))
	add("Missing", "missing", reflect.ValueOf(&c.Missing))
	add("Train", "train", reflect.ValueOf(&c.Train))
	for i, name := range models {
		add(fmt.Sprintf("Settings%d", i), name, reflect.ValueOf(c.Settings[name]))
	}
	doc := reflect.New(reflect.StructOf(fields))
	for i, v := range values {
		doc.Elem().Field(i).Set(v)
	}
	return doc.Interface()
}

// Load reads a config file. A setting that the file does not contain keeps its value. Its
// errors are those of Parse and a file that cannot be read or is longer than 1 MiB.
func (c *Config) Load(path string) error {
	text, err := limit.ReadFile(path)
	if err != nil {
		return fault.Input("check the path given to --config", "%w", err)
	}
	return c.Parse(path, text)
}

// Parse reads settings in TOML. A setting that the text does not contain keeps its value.
// Errors call the text by name. They are invalid TOML, an unknown, renamed or removed key,
// and a value of another type.
func (c *Config) Parse(name string, text []byte) error {
	var tables map[string]any
	if toml.Unmarshal(text, &tables) == nil { // the decoder below reports invalid TOML
		if err := CheckNames(name, tables); err != nil {
			return err
		}
	}
	decoder := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	err := decoder.Decode(c.document(model.Names()...))
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) {
		first := unknown.Errors[0]
		row, column := first.Position()
		return fault.Input("the keys are listed in docs/config.md", "%s: unknown key %q", position(name, row, column), strings.Join(first.Key(), "."))
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		row, column := bad.Position()
		return fault.Input("the settings are described in docs/config.md", "%s: %s", position(name, row, column), tomlfault.Message(err))
	}
	if err != nil {
		return fault.Input("the settings are described in docs/config.md", "%s: %s", name, tomlfault.Message(err))
	}
	c.Missing.Rate = fmt.Sprint(c.Missing.Rate) // 0.3 and "0.3" are the same run
	return nil
}

// position returns the name of a place in a file. Of a flag it returns the name alone.
func position(name string, row, column int) string {
	if strings.HasPrefix(name, "--") {
		return name
	}
	return fmt.Sprintf("%s:%d:%d", name, row, column)
}

// Set applies one assignment, such as "train.epochs=20". A value that is not TOML counts
// as a string. Its errors are those of Parse.
func (c *Config) Set(assignment string) error {
	key, value, ok := strings.Cut(assignment, "=")
	if !ok || strings.ContainsAny(assignment, "\n\r") {
		return fault.Input("write it as --set train.epochs=20", "--set %q: not one KEY=VALUE", assignment)
	}
	key, value = strings.TrimSpace(key), strings.TrimSpace(value)
	line := key + " = " + value
	var probe map[string]any
	if _, err := strconv.ParseFloat(value, 64); toml.Unmarshal([]byte(line), &probe) != nil && err != nil {
		line = fmt.Sprintf("%s = %q", key, value)
	}
	return c.Parse("--set "+assignment, []byte(line))
}

// Resolved returns the config as TOML, without the settings of other models. The keys
// data.folds, data.fold, missing.blank and train.labels are left out where they change
// nothing, so that the settings of older runs remain the same text.
func (c *Config) Resolved() ([]byte, error) {
	out := *c
	if out.Train.Labels == 1 {
		out.Train.Labels = 0 // which omitempty leaves out
	}
	return toml.Marshal(out.document(c.Model))
}

// Check returns an error if the model or a rule of missing modalities is not known, or if a
// number is outside its limits. The settings of all models are checked.
func (c *Config) Check() error {
	if _, err := model.Lookup(c.Model); err != nil {
		return err
	}
	if _, err := c.Missing.Rules(); err != nil {
		return err
	}
	if c.Missing.Blank != 0 {
		if _, err := missing.BlankRule(c.Missing.Blank); err != nil {
			return fmt.Errorf("missing.%w", err)
		}
	}
	if err := c.Data.Check(); err != nil {
		return err
	}
	if err := limit.Check("train", c.Train); err != nil {
		return err
	}
	for _, name := range model.Names() { // other models too, to report their typing errors
		if err := limit.Check(name, c.Settings[name]); err != nil {
			return err
		}
	}
	return nil
}
