package dataset

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"gsdnet/internal/fault"
)

// Format is one way of storing a corpus. A package declares its formats with
// Register in an init function.
type Format struct {
	// Name is a file extension with its dot, such as ".npz", or the name of a
	// corpus that is no file, which is opened as "name" or "name:settings". Where
	// several formats share an extension, Name is the extension, a space, and
	// what tells them apart, such as ".pkl MMSA".
	Name string
	// About says in a few words what the format is.
	About string
	// Read fills a table. The fields have been checked.
	Read func(source *Source, fields Fields) (*Table, error)
	// Recognise reports whether a file has this format. It is asked where
	// another format has the same extension, and for every folder. Nil stands
	// for a format that is known by its extension alone.
	Recognise func(source *Source) bool
	// Write writes a table, which has been checked, to a file that it replaces. Nil
	// stands for a format that is only read.
	Write func(path string, table *Table) error
}

// extension returns the part of the name that paths end in; of a corpus that is
// no file it is the name, and of a folder "/".
func (f *Format) extension() string {
	first, _, _ := strings.Cut(f.Name, " ")
	return first
}

var formats = map[string]*Format{}

// Register adds a format. A name that is there already panics.
func Register(f Format) {
	if formats[f.Name] != nil {
		panic(fmt.Sprintf("dataset: format %q registered twice", f.Name))
	}
	formats[f.Name] = &f
}

// Formats lists the registered formats, sorted by name.
func Formats() []Format {
	var out []Format
	for _, name := range slices.Sorted(maps.Keys(formats)) {
		out = append(out, *formats[name])
	}
	return out
}

// Export writes a table, which has been checked, in the format of the ending of path.
func (t *Table) Export(path string) error {
	if err := CheckExport(path); err != nil {
		return err
	}
	return formats[strings.ToLower(filepath.Ext(path))].Write(path, t)
}

// CheckExport returns an error unless the ending of path is that of a format that is
// written.
func CheckExport(path string) error {
	if f := formats[strings.ToLower(filepath.Ext(path))]; f != nil && f.Write != nil {
		return nil
	}
	var written []string
	for _, f := range Formats() {
		if f.Write != nil {
			written = append(written, f.Name)
		}
	}
	return fault.Input("name it "+strings.Join(written, ", "), "%s: the ending names no format that is written", Title(path))
}

// Invented reports whether path names a corpus that is no file, such as
// synthetic:seed=3.
func Invented(path string) bool {
	name, _, _ := strings.Cut(path, ":")
	return formats[name] != nil && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, Folder)
}

// recognise returns the format of a source.
func recognise(s *Source) (*Format, error) {
	extension := s.extension()
	var candidates, fitting []*Format
	for _, name := range slices.Sorted(maps.Keys(formats)) {
		if f := formats[name]; f.extension() == extension {
			candidates = append(candidates, f)
		}
	}
	if len(candidates) == 1 && candidates[0].Recognise == nil {
		return candidates[0], nil
	}
	for _, f := range candidates {
		if f.Recognise == nil || f.Recognise(s) {
			fitting = append(fitting, f)
		}
	}
	switch {
	case len(fitting) > 0:
		return fitting[0], nil
	case s.fault != nil:
		return nil, s.fault
	case len(candidates) > 0:
		return nil, fault.Input("docs/data.md describes what each of them holds", "%s: none of the known formats: %s", s.Title(), listed(candidates))
	}
	return nil, fault.Input("give one of "+strings.Join(extensions(), ", ")+", or - for standard input", "%s: no format %q", s.Title(), extension)
}

// extensions lists what paths may end in, without doubles.
func extensions() []string {
	var out []string
	for _, f := range Formats() {
		if e := f.extension(); e == Folder {
			out = append(out, "a folder")
		} else {
			out = append(out, e)
		}
	}
	return slices.Compact(out)
}

func listed(formats []*Format) string {
	var out []string
	for _, f := range formats {
		out = append(out, f.About)
	}
	return strings.Join(out, "; ")
}

// extension is what decides the format of a path.
func (s *Source) extension() string {
	if s.Path == Stdin {
		return ".npz"
	}
	if Invented(s.Path) {
		name, _, _ := strings.Cut(s.Path, ":")
		return name
	}
	if s.isFolder() {
		return Folder
	}
	return strings.ToLower(filepath.Ext(s.Path))
}
