package rundir

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"gsdnet/internal/fault"
	"gsdnet/model"
)

// removedSettings maps a setting that no longer exists to a hint.
var removedSettings = map[string]string{
	"train.select":       "leave it out: the validation split always selects the epoch",
	"gsdnet.mean":        startsFromFilter,
	"gsdnet.regression":  startsFromFilter,
	"gsdnet.ridge":       startsFromFilter,
	"gsdnet.ridge_rank":  startsFromFilter,
	"gsdnet.folds":       startsFromFilter,
	"gsdnet.around":      startsFromFilter,
	"gsdnet.basis":       nowOfPaper,
	"gsdnet.condition":   nowOfPaper,
	"gsdnet.rank":        nowOfPaper,
	"gsdnet.free_weight": nowOfPaper,
	"gsdnet.sde_x":       nowOfPaper,
	"gsdnet.sde_lambda":  nowOfPaper,
}

// Hints for the settings of an earlier GSDNet.
const (
	startsFromFilter = "leave it out: the diffusion starts from the graph filter, whose settings are gsdnet.prior"
	nowOfPaper       = "choose model = \"paper\", GSDNet as printed, which has this setting in the table [paper]"
)

// renamedSettings returns the settings that have another name now, as a map from the old key
// to the new one. A field of a model's settings declares its old key, within the model's table,
// in the tag "was".
func renamedSettings() map[string]string {
	keys := map[string]string{}
	for _, name := range model.Names() {
		kind, _ := model.Lookup(name)
		collectRenamed(keys, name, name, reflect.TypeOf(kind.Config()).Elem())
	}
	return keys
}

// collectRenamed adds the renamed settings of a struct to keys. table is the name of the
// model and path the key of the struct.
func collectRenamed(keys map[string]string, table, path string, t reflect.Type) {
	for _, f := range reflect.VisibleFields(t) {
		key, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		if was := f.Tag.Get("was"); was != "" {
			keys[table+"."+was] = path + "." + key
		}
		if f.Type.Kind() == reflect.Struct && !f.Anonymous {
			collectRenamed(keys, table, path+"."+key, f.Type)
		}
	}
}

// CheckNames returns an error for the first setting among the tables, as TOML decodes
// them, that was renamed or removed. The error calls the file by name.
func CheckNames(name string, tables map[string]any) error {
	for _, old := range slices.Sorted(maps.Keys(removedSettings)) {
		if value := lookup(tables, old); value != nil {
			return fault.Input(removedSettings[old], "%s: the setting %s no longer exists", name, old)
		}
	}
	keys := renamedSettings()
	for _, old := range slices.Sorted(maps.Keys(keys)) {
		value := lookup(tables, old)
		if _, isTable := value.(map[string]any); value != nil && !isTable {
			return fault.Input("write "+keys[old]+"; docs/config.md lists the settings", "%s: the setting %s has another name now", name, old)
		}
	}
	return nil
}

// lookup returns the value of a dotted key, or nil.
func lookup(tables map[string]any, key string) any {
	first, rest, more := strings.Cut(key, ".")
	if !more {
		return tables[first]
	}
	table, _ := tables[first].(map[string]any)
	return lookup(table, rest)
}
