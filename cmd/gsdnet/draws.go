package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gsdnet"
	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/npz"
)

// A draw is written as a file of its own, not as one array [K,n,D] beside the point
// estimate: every command and every other program reads such a file as a complete data set,
// the observed features are not stored K times in one archive, and the limit on the size of
// an array does not limit K.

// drawPath returns the path of draw k, counted from 1: "filled.npz" → "filled.draw1.npz".
func drawPath(out string, k int) string {
	ending := filepath.Ext(out)
	return fmt.Sprintf("%s.draw%d%s", strings.TrimSuffix(out, ending), k, ending)
}

// writeDraws writes a file for each draw: the arrays of file, which it does not change, with
// the holes filled by the draw. If it fails, it removes the files that it has written. The
// notes are those of fill, each once.
func writeDraws(out string, number int, file *npz.File, fields dataset.Fields, imputed []gsdnet.Imputed) (notes []string, err error) {
	var written []string
	defer func() {
		if err != nil {
			remove(written)
		}
	}()
	completed := slices.Clone(imputed)
	for k := range number {
		for i := range completed {
			completed[i].Features = imputed[i].Draws[k]
		}
		complete := &npz.File{}
		for _, name := range file.Names() {
			complete.Set(name, file.Get(name))
		}
		_, found, err := fill(complete, fields, completed, false)
		if err != nil {
			return nil, err
		}
		for _, note := range found {
			if !slices.Contains(notes, note) {
				notes = append(notes, note)
			}
		}
		path := drawPath(out, k+1)
		if err := complete.WriteFile(path); err != nil {
			return nil, err
		}
		written = append(written, path)
	}
	return notes, nil
}

// remove removes the files of draws after a failure.
func remove(paths []string) {
	for _, path := range paths {
		_ = os.Remove(path) // the error of the failure is the one to report
	}
}

// drawPaths lists the files of a number of draws.
func drawPaths(out string, number int) []string {
	var paths []string
	for k := range number {
		paths = append(paths, drawPath(out, k+1))
	}
	return paths
}

// sameDraws reports whether two or more draws were made of something and are all equal: the
// model does not draw.
func sameDraws(imputed []gsdnet.Imputed) bool {
	missing := false
	for _, u := range imputed {
		if len(u.Draws) < 2 {
			return false
		}
		for _, m := range erc.Modalities {
			if u.Present.Has(m) || u.Draws[0][m] == nil {
				continue
			}
			missing = true
			for _, draw := range u.Draws[1:] {
				if !slices.Equal(draw[m], u.Draws[0][m]) {
					return false
				}
			}
		}
	}
	return missing
}
