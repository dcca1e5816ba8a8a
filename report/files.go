package report

import (
	"os"
	"path/filepath"

	"gsdnet/internal/fault"
)

// file is a file that Write writes: its path in the folder, and its content.
type file struct {
	name string
	data []byte
}

// staging is the pattern of the name of the folder in which files are made, within the
// folder that they are for.
const staging = ".report-*"

// writeFiles writes files into a folder. It makes all of them in a new folder within it
// first, and then moves them, so that a failure changes nothing. It removes such a folder
// of an earlier process that was stopped.
func writeFiles(to string, files []file) (err error) {
	const advice = "choose a folder that you may write to with --out, on a disk with space"
	made := missingFolders(to)
	defer func() {
		if err != nil {
			err = fault.Failure(advice, "writing the report: %w", err)
			for _, dir := range made {
				os.Remove(dir) // unless there is something in it
			}
		}
	}()
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	if old, err := filepath.Glob(filepath.Join(to, staging)); err == nil {
		for _, dir := range old {
			os.RemoveAll(dir)
		}
	}
	stage, err := os.MkdirTemp(to, staging)
	if err != nil {
		return err
	}
	defer os.RemoveAll(stage)
	for _, f := range files {
		path := filepath.Join(stage, f.name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, f.data, 0o644); err != nil {
			return err
		}
	}
	for _, f := range files {
		path := filepath.Join(to, f.name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.Rename(filepath.Join(stage, f.name), path); err != nil {
			return err
		}
	}
	return nil
}

// missingFolders lists the folders of a path that do not exist, the innermost first.
func missingFolders(path string) (out []string) {
	for path = filepath.Clean(path); ; path = filepath.Dir(path) {
		if _, err := os.Lstat(path); err == nil || path == filepath.Dir(path) {
			return out
		}
		out = append(out, path)
	}
}
