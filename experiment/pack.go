package experiment

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gsdnet/internal/atomicfile"
	"gsdnet/internal/dirlock"
	"gsdnet/internal/fault"
	"gsdnet/rundir"
)

// maxPacked bounds the files of one run directory that another process packed.
const maxPacked = 8 << 30

// Pack writes the files of a run directory as a tar archive, in the order of their names
// and without their times, so that equal directories are equal archives.
func (d RunDir) Pack(w io.Writer) error {
	out := tar.NewWriter(w)
	err := filepath.WalkDir(string(d), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name := entry.Name()
		if name == dirlock.File || name == dirlock.OwnerFile || name == rundir.StateFile || strings.HasPrefix(name, ".") {
			return nil
		}
		rest, err := filepath.Rel(string(d), path)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := out.WriteHeader(&tar.Header{Name: filepath.ToSlash(rest), Size: int64(len(text)), Mode: 0o644, Format: tar.FormatPAX}); err != nil {
			return err
		}
		_, err = out.Write(text)
		return err
	})
	return errors.Join(err, out.Close())
}

// Unpack stores the results of a cell that another process packed, and returns their
// record. It reads r to its end first. The run directory appears when it is complete. An
// Input error says that the archive does not hold the results of the cell, any other that
// they cannot be stored.
func (w *Worker) Unpack(s Spec, r io.Reader) (*Record, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	aside, err := atomicfile.MkdirTemp(w.Out, s.String())
	if err != nil {
		return nil, fault.Failure("free some space on the disk", "%w", err)
	}
	defer os.RemoveAll(aside)
	dir := filepath.Join(aside, s.String())
	if err := unpack(dir, r); err != nil {
		return nil, err
	}
	const hint = "run the same program on every machine, and check the worker's disk and memory"
	if config, err := os.ReadFile(filepath.Join(dir, rundir.ConfigFile)); err != nil || !bytes.Equal(config, []byte(s.Config)) {
		return nil, fault.Input(hint, "they are of a run with other settings")
	}
	record := (&Worker{Out: aside}).Finished(s)
	if record == nil {
		return nil, fault.Input(hint, "they are not those of a finished cell")
	}
	if err := RunDir(dir).Verify(s.Identity); err != nil {
		return nil, err
	}
	final := filepath.Join(w.Out, s.String())
	if err := os.RemoveAll(final); err != nil { // what an earlier run left before its end
		return nil, fault.Failure("check the folder's permissions", "%w", err)
	}
	if err := os.Rename(dir, final); err != nil {
		return nil, fault.Failure("check the folder's permissions", "%w", err)
	}
	return record, nil
}

// unpack writes the files of an archive into a new folder.
func unpack(dir string, r io.Reader) error {
	in, total := tar.NewReader(r), int64(0)
	for {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			_, err := io.Copy(io.Discard, r) // what follows the archive; the reader may check a hash at its end
			return err
		}
		if err != nil {
			return noArchive(err)
		}
		name := filepath.FromSlash(header.Name)
		if total += header.Size; !filepath.IsLocal(name) || header.Typeflag != tar.TypeReg || total > maxPacked || slices.Contains(strings.Split(header.Name, "/"), "..") {
			return fault.Input("send the run directory alone", "it is no archive of a run directory: %q", header.Name)
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fault.Failure("free some space on the disk", "%w", err)
		}
		err = atomicfile.WriteFunc(path, func(w io.Writer) error {
			_, err := io.Copy(w, in)
			return err
		})
		if err != nil {
			return noArchive(err)
		}
	}
}

// noArchive turns the error of an archive that is none, or is cut off, into an Input error.
func noArchive(err error) error {
	if errors.Is(err, tar.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.Input("send it again", "they are no archive of a run directory")
	}
	return err
}
