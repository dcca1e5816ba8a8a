package bulk

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gsdnet/internal/fault"
)

// Inputs returns the files that text names, in the order of the alphabet: the path of a
// Parquet file, a folder, of which it is all files that end in .parquet, or a pattern such
// as calls/part-*.parquet (path/filepath.Match). Files whose names begin with "_" or "."
// are left out of folders and patterns, because other programs keep notes in them. Two
// files of the same name are refused, because the output is named by them.
func Inputs(text string) ([]string, error) {
	info, err := os.Stat(text)
	var found []string
	switch {
	case err == nil && info.IsDir():
		found, err = matches(filepath.Join(escaped(text), "*.parquet"))
	case err == nil && strings.EqualFold(filepath.Ext(text), ".parquet"):
		return []string{text}, nil
	case err == nil:
		return nil, fault.Input("write it as Parquet with gsdnet data import, or name a file with --out", "--in %s: bulk input is Parquet", text)
	case strings.ContainsAny(text, "*?["):
		found, err = matches(text)
	default:
		return nil, fault.Input("check the path", "--in %s: no such file", text)
	}
	if err != nil {
		return nil, fault.Input("write * for any characters of a name", "--in %s: not a pattern of paths", text)
	}
	if len(found) == 0 {
		return nil, fault.Input("name a .parquet file, a folder of them, or a pattern in quotes", "--in %s: no Parquet files", text)
	}
	named := map[string]string{}
	for _, path := range found {
		name := PartName(path, 0)
		if other, taken := named[name]; taken {
			return nil, fault.Input("rename one of them, or use another --out for each folder", "%s and %s have the same name, which that of the output would be", other, path)
		}
		named[name] = path
	}
	return found, nil
}

// matches returns the files of a pattern that are data.
func matches(pattern string) ([]string, error) {
	found, err := filepath.Glob(pattern)
	found = slices.DeleteFunc(found, func(path string) bool {
		base := filepath.Base(path)
		info, err := os.Stat(path)
		return strings.HasPrefix(base, "_") || strings.HasPrefix(base, ".") || err != nil || info.IsDir()
	})
	slices.Sort(found)
	return found, err
}

// escaped returns a path as a pattern that matches it alone.
func escaped(path string) string {
	if os.PathSeparator == '\\' {
		return path // a backslash escapes nothing there
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
