package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gsdnet/internal/fault"
	"gsdnet/internal/npz"
)

// Special paths.
const (
	Stdin  = "-" // standard input
	Folder = "/" // the extension of formats that are folders of files
)

// maxFileBytes bounds a file that is read whole.
const maxFileBytes = 8 << 30

// Source is a file that is to be read. It remembers what was read of it, so that
// several formats can look at a file that is decoded once.
type Source struct {
	Path string

	decoded any // by Once
	fault   error
	once    bool
}

// Title returns what messages call the file: its path, quoted where it would not
// be one line of text otherwise.
func (s *Source) Title() string { return Title(s.Path) }

// Title returns what messages call the file at path.
func Title(path string) string {
	if path == Stdin {
		return "standard input"
	}
	return npz.Shown(path)
}

// baseName returns the name of a corpus that has no other.
func baseName(path string) string {
	base := filepath.Base(Title(path))
	return strings.TrimSuffix(base, filepath.Ext(base))
}

// Once returns what decode returns, which is called the first time only. If the
// file cannot be decoded and no format recognises it, its error is reported.
func (s *Source) Once(decode func() (any, error)) (any, error) {
	if !s.once {
		s.once = true
		s.decoded, s.fault = decode()
	}
	return s.decoded, s.fault
}

// Stream hands the whole file to decode, with its size in bytes, and returns its
// SHA-256, hexadecimal. Errors of decode get the file's name in front.
func (s *Source) Stream(decode func(r io.Reader, size int64) error) (hash string, err error) {
	err = s.open(func(f *os.File, size int64) error {
		sum := sha256.New()
		r := io.TeeReader(f, sum)
		if err := decode(r, size); err != nil {
			return s.Named(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			return s.unreadable()
		}
		hash = hex.EncodeToString(sum.Sum(nil))
		return nil
	})
	return hash, err
}

// Random is Stream for a format that reads a file in another order than from its
// beginning to its end.
func (s *Source) Random(decode func(r io.ReaderAt, size int64) error) (hash string, err error) {
	err = s.open(func(f *os.File, size int64) error {
		sum := sha256.New()
		if _, err := io.Copy(sum, f); err != nil {
			return s.unreadable()
		}
		hash = hex.EncodeToString(sum.Sum(nil))
		return s.Named(decode(f, size))
	})
	return hash, err
}

// Named puts the file's name in front of an error, and gives it a hint if it has none.
func (s *Source) Named(err error) error {
	if err == nil {
		return nil
	}
	tip := fault.Of(err)
	if tip == "" {
		tip = "copy the file again, or write it again with the program that made it"
	}
	return fault.Input(tip, "%s: %w", s.Title(), err)
}

func (s *Source) unreadable() error {
	return fault.Failure("check the disk", "%s: it cannot be read", s.Title())
}

// open opens the file and checks that it is one.
func (s *Source) open(use func(f *os.File, size int64) error) error {
	f, err := os.Open(s.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return fault.Input("check the path", "%s: no such file", s.Title())
	} else if err != nil {
		return fault.Input("check the path and its permissions", "%s: it cannot be opened", s.Title())
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil || !info.Mode().IsRegular():
		return fault.Input("give the path of a file", "%s: not a file", s.Title())
	case info.Size() > maxFileBytes:
		return fault.Input("split the corpus", "%s: more than %d bytes", s.Title(), int64(maxFileBytes))
	}
	return use(f, info.Size())
}

func (s *Source) isFolder() bool {
	info, err := os.Stat(s.Path)
	return err == nil && info.IsDir()
}
