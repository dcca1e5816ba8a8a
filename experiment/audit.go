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
	old, err := ReadAudits(dir)
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

// ReadAudits reads the audits in a folder of masks, none where there is no file.
func ReadAudits(dir string) (audits []missing.Audit, err error) {
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
