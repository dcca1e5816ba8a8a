package nats

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
)

// offer puts the files of the data sets into the store, those that are not there yet.
func (h *Head) offer(ctx context.Context) error {
	if len(h.options.Files) == 0 {
		return nil
	}
	store, err := h.conn.js.CreateOrUpdateObjectStore(ctx, jetstream.ObjectStoreConfig{Bucket: h.names.data()})
	if err != nil {
		return failure("making the store of data sets", err)
	}
	for i := range h.options.Files {
		f := &h.options.Files[i]
		if f.Hash, err = hashFile(f.From); err != nil {
			return err
		}
		if _, err := store.GetInfo(ctx, f.Hash); err == nil {
			continue
		}
		content, err := os.Open(f.From)
		if err != nil {
			return fault.Input("check the file's permissions", "%w", err)
		}
		_, err = store.Put(ctx, jetstream.ObjectMeta{Name: f.Hash}, content)
		content.Close()
		if err != nil {
			return failure("offering "+f.Path+" to the workers", err)
		}
	}
	return nil
}

// hashFile returns the SHA-256 of a file, in hexadecimal.
func hashFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fault.Input("check the path and the file's permissions", "%w", err)
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", fault.Failure("check the disk", "%w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// CheckData returns an Input error unless a folder has the files of the data sets as the
// head has them.
func (r *Remote) CheckData(dir string) error {
	for _, f := range r.files {
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		hash, err := hashFile(path)
		if err != nil {
			return err
		}
		if hash != f.Hash {
			return fault.Input("copy the head's file, or leave --data-dir out and the data come from the head", "%s: the SHA-256 of the file is %s, and that of the head's is %s", path, hash, f.Hash)
		}
	}
	return nil
}

// FetchData copies the files of the data sets from the head into a folder. A file that is
// there and has its hash is not copied again. A file appears when it is complete.
func (r *Remote) FetchData(ctx context.Context, dir string) error {
	for _, f := range r.files {
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return fault.Input("start a sweep whose data sets are below its data directory", "the head offers %q, which is not below a folder", f.Path)
		}
		path := filepath.Join(dir, filepath.FromSlash(f.Path))
		if hash, err := hashFile(path); err == nil && hash == f.Hash {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fault.Failure("choose a folder you may write to with --dir", "%w", err)
		}
		if err := r.fetchFile(ctx, f, path); err != nil {
			return err
		}
	}
	return nil
}

// fetchFile copies one file.
func (r *Remote) fetchFile(ctx context.Context, f File, path string) error {
	for {
		one, cancel := r.conn.steady(ctx, 60*requestWait)
		object, err := r.data.Get(one, f.Hash)
		if err == nil {
			err = atomicfile.WriteFunc(path, func(w io.Writer) error {
				_, err := io.Copy(w, &hashed{r: object, sum: sha256.New(), want: f.Hash})
				return err
			})
			object.Close()
		}
		cancel()
		var disk *fs.PathError
		switch {
		case err == nil:
			r.answered()
			return nil
		case errors.Is(err, errHash), errors.Is(err, jetstream.ErrDigestMismatch):
			return fault.Failure("start the sweep again, which offers the data anew", "%s: the data arrived damaged: the SHA-256 is not %s", f.Path, f.Hash)
		case errors.As(err, &disk):
			return err
		}
		if err := r.wait(ctx); err != nil {
			return err
		}
	}
}

// lastLine returns the last line of a text.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
