package npz

import (
	"fmt"
	"strings"

	"gsdnet/dataset"
	"gsdnet/erc"
)

// checkNames refuses a file without a required array, or without one that was
// asked for by name.
func (r *reader) checkNames(asked dataset.Fields) error {
	wanted, modalities := asked.Columns(), 0
	for i, p := range r.fields.Columns() {
		there := r.file.Get(*p.Name) != nil
		if there && i < erc.NumModalities {
			modalities++
		}
		if !there && *wanted[i].Name != "" {
			tip := r.candidates(p.Role)
			if i < erc.NumModalities && r.file.Get(p.Role) == nil {
				tip += fmt.Sprintf("; if there is no %s, --set data.%s=", p.Role, p.Role)
			}
			return r.fault(tip, *p.Name, "not in the file")
		}
	}
	if modalities == 0 {
		return r.fault(r.candidates(erc.Text.String(), erc.Audio.String(), erc.Visual.String()), r.fields.Text,
			"not in the file, nor is %q or %q", r.fields.Audio, r.fields.Visual)
	}
	for _, p := range r.fields.Columns() {
		if (p.Role == "dialogue" || p.Role == "turn") && r.file.Get(*p.Name) == nil {
			return r.fault(r.candidates(p.Role), *p.Name, "not in the file")
		}
	}
	return nil
}

// candidates is the hint that says which arrays could play a part that nothing
// plays.
func (r *reader) candidates(roles ...string) string {
	if len(r.file.Names()) == 0 {
		return "the file has no arrays: write them with np.savez(file, text=text, dialogue=dialogue, turn=turn, …)"
	}
	var settings []string
	infos := Describe(r.file, r.fields)
	for _, role := range roles {
		for i := range infos {
			if infos[i].Could(role) {
				settings = append(settings, infos[i].Setting(role))
			}
		}
	}
	const most = 6
	switch {
	case len(settings) == 0:
		return fmt.Sprintf("no array of the file can be %s (see gsdnet data describe); add one", strings.Join(roles, ", "))
	case len(settings) > most:
		return fmt.Sprintf("choose with %s, or one of %d others (see gsdnet data describe)", strings.Join(settings[:most], ", "), len(settings)-most)
	}
	return "choose with " + strings.Join(settings, " or ")
}
