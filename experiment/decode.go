package experiment

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/internal/tomlfault"
	"gsdnet/missing"
	"gsdnet/model"
	"gsdnet/rundir"
)

// keys are a grid's own keys, but those that list the points of a protocol.
type gridFile struct {
	Models    []string  `toml:"models"`
	Protocols []string  `toml:"protocols"`
	Family    string    `toml:"family"`
	Training  string    `toml:"training"`
	Seeds     []uint64  `toml:"seeds"`
	MaskSeed  uint64    `toml:"mask_seed"`
	Samples   int       `toml:"samples"`
	Compare   []int     `toml:"compare_samples"`
	Recovery  bool      `toml:"recovery"`
	Folds     int       `toml:"folds"`
	Blank     []float64 `toml:"blank"`
	Labels    []float64 `toml:"labels"`
	Split     string    `toml:"split"`
	Datasets  []Dataset `toml:"dataset"`
	Trials    []trial   `toml:"trial"`
}

// trial is settings that every model of the grid is tried with, as a variant named
// after both.
type trial struct {
	Name string         `toml:"name"`
	Set  map[string]any `toml:"set"` // in the model's own table
}

// variants are the models as they are, with each trial, and the grid's own.
func (k *gridFile) variants(own []map[string]any) []variant {
	var out []variant
	for _, name := range k.Models {
		out = append(out, variant{name: name, model: name})
		for _, t := range k.Trials {
			out = append(out, variant{name: name + "-" + t.Name, model: name, tables: map[string]any{name: t.Set}})
		}
	}
	for _, table := range own {
		name, _ := table["name"].(string)
		kind, _ := table["model"].(string)
		out = append(out, variant{name: name, model: kind, tables: table})
	}
	return out
}

// decode reads TOML into a grid, its defaults filled in. It is read twice: once
// into types that know every key, so that a wrong one is pointed at, and once as
// it stands, so that settings can be told from defaults.
func decode(path string, text []byte) (*Grid, error) {
	var raw map[string]any
	if toml.Unmarshal(text, &raw) == nil { // else strict says what is wrong
		for _, tables := range append(tablesOf(raw["variant"]), raw) {
			if err := rundir.CheckNames(path, tables); err != nil {
				return nil, err
			}
		}
	}
	typed := reflect.New(layout(true))
	if err := strict(path, text, typed.Interface()); err != nil {
		return nil, err
	}
	var k gridFile
	for _, f := range reflect.VisibleFields(reflect.TypeFor[gridFile]()) {
		reflect.ValueOf(&k).Elem().FieldByIndex(f.Index).Set(typed.Elem().FieldByName(f.Name))
	}
	g := &Grid{
		Datasets: k.Datasets, Protocols: orDefault(k.Protocols, []string{missing.Default}),
		Family: k.Family, Points: points(typed.Elem()),
		Training: k.Training, Seeds: orDefault(k.Seeds, []uint64{1}), MaskSeed: k.MaskSeed,
		Samples: k.Samples, Compare: k.Compare, Recovery: k.Recovery,
		Folds: k.Folds, Blank: orDefault(k.Blank, []float64{0}), Labels: orDefault(k.Labels, []float64{1}),
		path: path, tables: raw,
	}
	if g.Split = erc.Test; k.Split != "" {
		var known bool
		if g.Split, known = erc.HeldOut(k.Split); !known {
			return nil, fault.Input(`use "test", or "valid" to choose settings by`, "%s: split = %q", path, k.Split)
		}
	}
	if g.Family == "" {
		g.Family = missing.DefaultSettings().Family
	}
	if g.Training == "" {
		g.Training = trainMixed
	}
	if _, given := raw["samples"]; !given {
		g.Samples = 4
	}
	g.variants = k.variants(tablesOf(raw["variant"]))
	return g, nil
}

// or is the list that was given, be it empty, or the default.
func orDefault[T any](given, byDefault []T) []T {
	if given == nil {
		return slices.Clone(byDefault)
	}
	return given
}

// pointsKey is the key under which a grid lists points of a protocol: "rates".
func pointsKey(p missing.Protocol) string { return p.Point + "s" }

// numbersOf returns points that are numbers as such.
func numbersOf(points []string) []float64 {
	out := make([]float64, len(points))
	for i, point := range points {
		out[i], _ = strconv.ParseFloat(point, 64)
	}
	return out
}

// points returns the points of each protocol that the file lists, all of them where
// it lists none.
func points(file reflect.Value) map[string][]string {
	out := map[string][]string{}
	for i, p := range missing.Protocols() {
		switch given := file.FieldByName(fmt.Sprintf("Points%d", i)).Interface().(type) {
		case []float64:
			out[p.Name] = toStrings(orDefault(given, numbersOf(p.Points)))
		case []string:
			out[p.Name] = orDefault(given, p.Points)
		}
	}
	return out
}

func tablesOf(value any) (out []map[string]any) {
	list, _ := value.([]any)
	for _, item := range list {
		if table, ok := item.(map[string]any); ok {
			out = append(out, table)
		}
	}
	return out
}

// layout is the type of a grid's file, or of one of its variants: its own keys,
// [train], and a table for every model.
func layout(grid bool) reflect.Type {
	var fields []reflect.StructField
	add := func(name string, t reflect.Type, key string) {
		fields = append(fields, reflect.StructField{Name: name, Type: t, Tag: reflect.StructTag(fmt.Sprintf("toml:%q", key))})
	}
	if grid {
		fields = append(fields, reflect.VisibleFields(reflect.TypeFor[gridFile]())...)
		for i, p := range missing.Protocols() {
			kind := reflect.TypeFor[[]string]()
			if p.Numbers {
				kind = reflect.TypeFor[[]float64]()
			}
			add(fmt.Sprintf("Points%d", i), kind, pointsKey(p))
		}
		add("Variants", reflect.SliceOf(layout(false)), "variant")
	} else {
		add("Name", reflect.TypeFor[string](), "name")
		add("Model", reflect.TypeFor[string](), "model")
	}
	add("Train", reflect.TypeFor[rundir.Training](), "train")
	for i, name := range model.Names() {
		kind, _ := model.Lookup(name)
		add(fmt.Sprintf("Settings%d", i), reflect.TypeOf(kind.Config()).Elem(), name)
	}
	return reflect.StructOf(fields)
}

// strict decodes TOML in which every key must be known.
func strict(path string, text []byte, into any) error {
	err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(into)
	var unknown *toml.StrictMissingError
	var bad *toml.DecodeError
	switch {
	case errors.As(err, &unknown):
		first := unknown.Errors[0]
		row, column := first.Position()
		return fault.Input("a grid's keys are listed in docs/sweep.md, settings in docs/config.md",
			"%s:%d:%d: unknown key %q", path, row, column, strings.Join(first.Key(), "."))
	case errors.As(err, &bad):
		row, column := bad.Position()
		return fault.Input("see docs/sweep.md", "%s:%d:%d: %s", path, row, column, tomlfault.Message(err))
	case err != nil:
		return fault.Input("see docs/sweep.md", "%s: %s", path, tomlfault.Message(err))
	}
	return nil
}

// apply lays tables of settings over a config.
func apply(config *rundir.Config, path string, tables map[string]any) error {
	settings := map[string]any{}
	for _, name := range append(model.Names(), "train") {
		if table, ok := tables[name]; ok {
			settings[name] = table
		}
	}
	text, err := toml.Marshal(settings)
	if err != nil {
		return fmt.Errorf("experiment: %w", err)
	}
	return config.Parse(path, text)
}
