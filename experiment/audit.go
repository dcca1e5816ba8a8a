package experiment

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"gsdnet/erc"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
	"gsdnet/missing"
)

// keepAudits audits masks of a data set and adds them to its file. It writes none
// where no mask needs it.
func keepAudits(dir string, masks []missing.Mask, convs []erc.Conversation) error {
	var audits []missing.Audit
	for _, mask := range masks {
		p, err := missing.Lookup(mask.Protocol)
		if err != nil {
			return err
		}
		if p.Table == 0 {
			audits = append(audits, mask.Audit(convs))
		}
	}
	if len(audits) == 0 {
		return nil
	}
	old, err := readAudits(dir)
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
	return atomicfile.Write(filepath.Join(dir, auditFile), append(text, '\n'))
}

// Audits returns what the frozen masks of a data set really withhold. It returns none if
// the sweep kept no audits of them.
func (d SweepDir) Audits(dataset string) ([]missing.Audit, error) {
	return readAudits(d.path(MaskDir, dataset))
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
