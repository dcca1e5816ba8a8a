package missing

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"gsdnet/erc"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
)

// Write puts masks into a folder: a file each (uint8 [n,3] npy, columns text,
// audio, visual, 1 present) and the Manifest that describes them. Masks already
// there stay; writing one again is fine as long as it is the same, and an error
// otherwise: what is frozen does not change.
//
// It is all or nothing. The files are made in a hidden folder within and moved up, the
// manifest last, so a failure leaves the folder as it was. One process at a time
// may write to a folder.
func Write(dir string, masks []Mask) error {
	if len(masks) == 0 {
		return nil
	}
	files, entries, err := encode(masks)
	if err != nil {
		return err
	}
	old, err := listed(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := conflict(dir, e, old); err != nil {
			return err
		}
	}
	for _, e := range old {
		if _, again := files[e.File]; !again {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.File, b.File) })
	text, err := encodeManifest(entries)
	if err != nil {
		return fault.Failure("", "writing masks: %w", err)
	}
	if err := place(dir, files, text); err != nil {
		return fault.Failure("see that the folder can be written to and the disk has room", "writing masks: %w", err)
	}
	return nil
}

// encode returns the files by name, and what the manifest says of them.
func encode(masks []Mask) (map[string][]byte, []entry, error) {
	files := make(map[string][]byte, len(masks))
	var entries []entry
	for _, m := range masks {
		if err := m.Check(complete(len(m.Present))); err != nil {
			return nil, nil, fmt.Errorf("mask %s: %w", m.Name(), err)
		}
		if m.DataHash == "" {
			return nil, nil, fault.Input("give the corpus a Hash", "mask %s: it does not say for which data it was drawn", m.Name())
		}
		file, err := encodeRows(m)
		if err != nil {
			return nil, nil, fault.Failure("", "mask %s: %w", m.Name(), err)
		}
		if _, twice := files[m.Name()]; twice {
			return nil, nil, fault.Input("name each rate, pattern and seed once", "mask %s is there twice", m.Name())
		}
		files[m.Name()] = file
		entries = append(entries, newEntry(m, file))
	}
	return files, entries, nil
}

// complete is data that lack nothing.
func complete(n int) []erc.Present {
	out := make([]erc.Present, n)
	for i := range out {
		out[i] = erc.All
	}
	return out
}

// conflict returns an error when the folder holds another mask under e's name, or
// masks of other data.
func conflict(dir string, e entry, old []entry) error {
	path := filepath.Join(dir, e.File)
	const advice = "frozen masks are not overwritten: choose another folder or seed, or delete this one"
	for _, o := range old {
		if o.DataHash != e.DataHash {
			return fault.Input("a folder holds masks of one data file: choose another", "%s: the masks there were drawn for other data", dir)
		}
		if o.File == e.File && o.SHA256 != e.SHA256 {
			return fault.Input(advice, "%s: a different mask of that name is already there", path)
		}
	}
	file, err := os.ReadFile(path)
	if err == nil && digest(file) != e.SHA256 {
		return fault.Input(advice, "%s: a different file of that name is already there", path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.Input("name a folder that can be read", "masks: %w", err)
	}
	return nil
}

// place moves the files into the folder, and undoes it all when that fails.
func place(dir string, files map[string][]byte, text []byte) (err error) {
	undo := []func(){}
	defer func() {
		if err != nil {
			for _, f := range slices.Backward(undo) {
				f()
			}
		}
	}()
	for parent := filepath.Clean(dir); ; parent = filepath.Dir(parent) {
		if _, err := os.Lstat(parent); err == nil || parent == filepath.Dir(parent) {
			break
		}
		undo = append([]func(){func() { os.Remove(parent) }}, undo...)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	if err := atomicfile.Clean(dir); err != nil {
		return err
	}
	temp, err := atomicfile.MkdirTemp(dir, "masks")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	for name, file := range files {
		if err := os.WriteFile(filepath.Join(temp, name), file, 0o666); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(temp, Manifest), text, 0o666); err != nil {
		return err
	}
	for name := range files {
		path := filepath.Join(dir, name)
		if _, err := os.Lstat(path); err == nil {
			continue // the same file, conflict saw to that
		}
		if err := os.Rename(filepath.Join(temp, name), path); err != nil {
			return err
		}
		undo = append(undo, func() { os.Remove(path) })
	}
	return os.Rename(filepath.Join(temp, Manifest), filepath.Join(dir, Manifest))
}
