package missing

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Read returns the masks of a folder, by file name, checked against the corpus
// they are for. It refuses a file that is not what the manifest says, a mask of
// other data, and rows that Mask.Check refuses; the error is one line that names
// file and row, with a hint.
func Read(dir string, c *erc.Corpus) ([]Mask, error) {
	entries, err := listed(dir)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, fault.Input("draw masks with gsdnet data mask", "%s: no masks", filepath.Join(dir, Manifest))
	}
	available := map[string][]erc.Present{}
	for _, s := range erc.Splits {
		available[s.String()] = availableIn(c.In(s))
	}
	var masks []Mask
	for _, e := range entries {
		path := filepath.Join(dir, e.File)
		m, err := readMask(path, e, c.Hash, available[e.Split])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		masks = append(masks, m)
	}
	return masks, nil
}

func readMask(path string, e entry, dataHash string, available []erc.Present) (Mask, error) {
	m, err := e.mask()
	if err != nil {
		return Mask{}, err
	}
	if e.DataHash != dataHash {
		return Mask{}, fault.Input("name the data the masks were drawn for, or draw masks for these", "drawn for data %.12s…, but these are %.12s…", e.DataHash, dataHash)
	}
	if e.N != len(available) {
		return Mask{}, fault.Input("it was drawn for other data: draw the masks again", "%d rows, but the %s split has %d utterances", e.N, m.Split, len(available))
	}
	file, err := readSmall(path, int64(e.N)*erc.NumModalities+1<<16)
	if err != nil {
		return Mask{}, err
	}
	if digest(file) != e.SHA256 {
		return Mask{}, fault.Input("restore it or draw the masks again", "the file was changed: its SHA-256 is not that of %s", Manifest)
	}
	if m.Present, err = decodeRows(file, e.N); err != nil {
		return Mask{}, err
	}
	return m, m.Check(available)
}

// listed returns the entries of the folder's manifest, none if there is none.
func listed(dir string) ([]entry, error) {
	path := filepath.Join(dir, Manifest)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.Input("name a folder that can be read", "masks: %w", err)
	}
	entries, err := decodeManifest(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return entries, nil
}

// readSmall reads a file of at most limit bytes.
func readSmall(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.Input("restore it or draw the masks again", "%w", errors.Unwrap(err))
	}
	defer f.Close()
	file, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(file)) > limit {
		err = errors.New("the file is too large for its rows")
	}
	if err != nil {
		return nil, fault.Input("restore it or draw the masks again", "%w", err)
	}
	return file, nil
}
