// Package npz reads and writes NumPy's .npz archives: a zip of .npy arrays. It
// is the outermost gate for files from strangers, so every size is checked
// before memory is taken, and pickled objects are refused without being read.
//
//	file, err := npz.ReadFile("corpus.npz")
//	file.Set("text_sd", npz.From(deviations, rows, width))
//	err = file.WriteFile("filled.npz") // all or nothing
//
// An array is kept as its raw bytes, header included, so that whatever is not
// touched is written back unchanged. That includes types that this package
// cannot interpret, such as objects and records.
//
// The parser is our own: github.com/sbinet/npyio panics on a malformed header,
// multiplies shapes unchecked, and reads a truncated array as zeros. It serves
// the tests as the second opinion.
//
// Start reading at File, then Read.
package npz

import "slices"

// File is an archive in memory: arrays by name, in the order of the archive.
// The zero value is an empty file ready to use.
type File struct {
	// Hash is the SHA-256 of the file it was read from, hexadecimal; empty for
	// a file that was not read by ReadFile. Changing arrays leaves it alone.
	Hash string

	names  []string
	arrays map[string]*Array
}

// Names returns the names of the arrays, in order, without ".npy".
func (f *File) Names() []string { return slices.Clone(f.names) }

// Get returns the array of that name, or nil.
func (f *File) Get(name string) *Array { return f.arrays[name] }

// Set replaces the array of that name in its place, or adds it at the end.
func (f *File) Set(name string, a *Array) {
	if f.arrays == nil {
		f.arrays = map[string]*Array{}
	}
	if f.arrays[name] == nil {
		f.names = append(f.names, name)
	}
	f.arrays[name] = a
}
