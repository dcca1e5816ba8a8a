package rows

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"path/filepath"

	"gsdnet/dataset/internal/pooled"
	"gsdnet/internal/fault"
)

// files reads the .npy files that cells name, and sums up what they hold.
type files struct {
	folder string
	sum    hash.Hash            // nil before the first file
	read   map[string][]float32 // by path: rows that name the same file share its vector
}

func newFiles(folder string) *files { return &files{folder: folder, read: map[string][]float32{}} }

// vector reads the .npy file at a path relative to the folder.
func (f *files) vector(path string) ([]float32, error) {
	if filepath.Ext(path) != ".npy" {
		return nil, fault.Input("write features as numbered columns, as a list [0.2, 0.7], or as the path of a .npy file", "%.80q is neither a list nor the path of a .npy file", path)
	}
	if !filepath.IsLocal(path) {
		return nil, fault.Input("paths are relative to the folder of the file and stay below it", "%.200q is outside the folder of the file", path)
	}
	if vector, done := f.read[path]; done {
		return vector, nil
	}
	vector, sum, err := pooled.File(filepath.Join(f.folder, path))
	if err != nil {
		return nil, err
	}
	if f.sum == nil {
		f.sum = sha256.New()
	}
	fmt.Fprintf(f.sum, "%s %s\n", sum, path)
	f.read[path] = vector
	return vector, nil
}

// hash adds what the files hold to the hash of the table itself.
func (f *files) hash(table string) string {
	if f.sum == nil {
		return table
	}
	fmt.Fprintf(f.sum, "%s\n", table)
	return hex.EncodeToString(f.sum.Sum(nil))
}
