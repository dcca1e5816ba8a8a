package experiment

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
	"gsdnet/missing"
)

// keepAudits audits the masks of a folder that need it and adds the audits to the file of
// the folder. It writes no file if no mask needs it.
func (s *maskSet) keepAudits() error {
	var audits []missing.Audit
	for _, mask := range s.masks {
		if s.audited[mask.Name()] {
			audits = append(audits, mask.Audit(s.corpus.In(mask.Split)))
		}
	}
	if len(audits) == 0 {
		return nil
	}
	old, err := readAudits(s.dir)
	if err != nil {
		return err
	}
	for _, a := range audits {
		old = slices.DeleteFunc(old, func(o missing.Audit) bool { return o.Mask == a.Mask })
	}
	text, err := json.MarshalIndent(append(old, audits...), "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(s.dir, auditFile), append(text, '\n'))
}

// Audits returns what the frozen masks of a cell really withhold, and the other masks of
// its data set and fold. It returns none if the sweep kept no audits of them.
func (d SweepDir) Audits(id Identity) ([]missing.Audit, error) {
	return readAudits(d.path(id.maskFolder()))
}

// readAudits reads the audits in a folder of masks. It returns none if there is no file.
func readAudits(dir string) (audits []missing.Audit, err error) {
	path := filepath.Join(dir, auditFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = decodeJSON(text, &audits)
	}
	if err != nil {
		return nil, fault.Input("delete it and give the sweep again", "%s: %w", path, err)
	}
	return audits, nil
}
