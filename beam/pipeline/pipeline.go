// Package pipeline applies a run to Parquet files of any size as a pipeline of Apache Beam.
//
//	p, s := beam.NewPipelineWithRoot()
//	pipeline.Build(s, pipeline.Options{Run: "run", In: "in/*.parquet", Out: "out", Samples: 16})
//
// An element of the pipeline is a part of a file, as package bulk defines it, and each part is
// made by bulk.Worker. The output is therefore that of gsdnet predict and gsdnet impute, byte
// for byte. The rows do not go through the pipeline: a worker reads the rows of its part from
// the file.
//
// Start reading at Build.
package pipeline

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	_ "github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local" // paths of this machine
	"github.com/apache/beam/sdks/v2/go/pkg/beam/register"

	"gsdnet"
	"gsdnet/bulk"
)

// Options say what the pipeline does. Every worker must be able to read Run, a run directory
// on its own disk or in its container. In and Out are paths of any file system of Beam that
// the program imports.
type Options struct {
	Run     string // run directory
	In      string // pattern of Parquet files
	Out     string // folder
	Impute  bool   // fill in missing features; false: predict
	Samples int    // completions of each conversation; 0: 16
	Seed    uint64 // of the completions; 0: that of the run
	Rows    int    // of a part; 0: bulk.DefaultRows
}

// Part is an element: one part of one file.
type Part struct {
	Path   string
	Number int
}

func init() {
	register.Function1x2[fileio.FileMetadata, string, string](named)
	register.DoFn4x1[context.Context, string, func(*string) bool, func(Part), error](&splitFn{})
	register.DoFn3x1[context.Context, Part, func(string), error](&writeFn{})
	register.Iter1[string]()
	register.Emitter1[Part]()
	register.Emitter1[string]()
	beam.RegisterType(reflect.TypeFor[Part]())
}

// Build adds the pipeline to a scope. The result holds the paths of the output. The pipeline
// fails if no file matches, and if two files have the same name, by which the output is named.
func Build(s beam.Scope, o Options) beam.PCollection {
	if o.Rows == 0 {
		o.Rows = bulk.DefaultRows
	}
	if o.Samples == 0 {
		o.Samples = gsdnet.DefaultSamples
	}
	files := beam.ParDo(s, named, fileio.MatchFiles(s, o.In, fileio.MatchEmptyDisallow()))
	parts := beam.ParDo(s, &splitFn{Options: o}, beam.GroupByKey(s, files))
	return beam.ParDo(s, &writeFn{Options: o}, beam.Reshuffle(s, parts))
}

// named returns the name that the output of a file has, and its path.
func named(file fileio.FileMetadata) (name, path string) {
	return bulk.PartName(file.Path, 0), file.Path
}

// splitFn lists the parts of a file.
type splitFn struct{ Options Options }

// ProcessElement emits the parts of the one file whose output has a name.
func (fn *splitFn) ProcessElement(ctx context.Context, name string, paths func(*string) bool, emit func(Part)) error {
	var path, other string
	if paths(&path); paths(&other) {
		return fmt.Errorf("%s and %s have the same name, which that of the output would be (%s): rename one of them, or use another --out for each folder", path, other, name)
	}
	local, remove, err := stage(ctx, path)
	if err != nil {
		return err
	}
	defer remove()
	run, err := opened(fn.Options.Run)
	if err != nil {
		return err
	}
	in, err := bulk.Open(local, run.Fields(), fn.Options.Rows)
	if err != nil {
		return err
	}
	defer in.Close()
	for k := range in.Parts() {
		emit(Part{path, k})
	}
	return nil
}

// writeFn makes the parts. It keeps the last file open, because the parts of a bundle often
// belong to one.
type writeFn struct {
	Options Options

	path   string
	input  *bulk.Input
	remove func()
}

// ProcessElement makes a part: it is written aside and renamed, so that a bundle that is done
// again replaces the part by the same bytes.
func (fn *writeFn) ProcessElement(ctx context.Context, p Part, emit func(string)) error {
	run, err := opened(fn.Options.Run)
	if err != nil {
		return err
	}
	if err := fn.open(ctx, p.Path, run); err != nil {
		return err
	}
	w := &bulk.Worker{Run: run, Impute: fn.Options.Impute, Options: gsdnet.Options{Samples: fn.Options.Samples, Seed: fn.Options.Seed}}
	made, err := os.CreateTemp("", "gsdnet-part-*.parquet")
	if err != nil {
		return err
	}
	defer os.Remove(made.Name())
	defer made.Close()
	summary, err := w.Write(ctx, made, fn.input, p.Number)
	if err != nil || summary.Utterances == 0 {
		return err
	}
	if _, err := made.Seek(0, io.SeekStart); err != nil {
		return err
	}
	out := strings.TrimRight(fn.Options.Out, "/") + "/" + bulk.PartName(p.Path, p.Number) // in any file system
	if err := put(ctx, out, made); err != nil {
		return err
	}
	emit(out)
	return nil
}

// open opens a file and finds its conversations, unless it is the one that is open.
func (fn *writeFn) open(ctx context.Context, path string, run *gsdnet.Run) error {
	if fn.input != nil && fn.path == path {
		return nil
	}
	fn.close()
	local, remove, err := stage(ctx, path)
	if err != nil {
		return err
	}
	in, err := bulk.Open(local, run.Fields(), fn.Options.Rows)
	if err == nil {
		err = in.Divide(ctx)
	}
	if err != nil {
		remove()
		return err
	}
	fn.path, fn.input, fn.remove = path, in, remove
	return nil
}

func (fn *writeFn) close() {
	if fn.input != nil {
		fn.input.Close()
		fn.remove()
		fn.input = nil
	}
}

// Teardown closes the file.
func (fn *writeFn) Teardown() { fn.close() }

// runs are the runs that are open in this process, by directory.
var runs sync.Map

// opened returns a run that all elements of the process share.
func opened(dir string) (*gsdnet.Run, error) {
	once, _ := runs.LoadOrStore(dir, sync.OnceValues(func() (*gsdnet.Run, error) { return gsdnet.Open(dir) }))
	open, ok := once.(func() (*gsdnet.Run, error))
	if !ok {
		return nil, fmt.Errorf("%s: not a run", dir)
	}
	return open()
}

// stage returns a path of this machine for a path of any file system, and what removes the
// copy that it may have made.
func stage(ctx context.Context, path string) (local string, remove func(), err error) {
	if _, err := os.Stat(path); err == nil {
		return path, func() {}, nil
	}
	fs, err := filesystem.New(ctx, path)
	if err != nil {
		return "", nil, err
	}
	defer fs.Close()
	from, err := fs.OpenRead(ctx, path)
	if err != nil {
		return "", nil, err
	}
	defer from.Close()
	dir, err := os.MkdirTemp("", "gsdnet-stage-*")
	if err != nil {
		return "", nil, err
	}
	remove = func() { os.RemoveAll(dir) }
	local = filepath.Join(dir, filepath.Base(path))
	to, err := os.Create(local)
	if err == nil {
		_, err = io.Copy(to, from)
		if closed := to.Close(); err == nil {
			err = closed
		}
	}
	if err != nil {
		remove()
		return "", nil, err
	}
	return local, remove, nil
}

// put writes a file of any file system: aside and renamed, where the file system has that.
// Object stores show a file only when it is complete.
func put(ctx context.Context, path string, from io.Reader) error {
	fs, err := filesystem.New(ctx, path)
	if err != nil {
		return err
	}
	defer fs.Close()
	renamer, renames := fs.(filesystem.Renamer)
	if !renames {
		return write(ctx, fs, path, from)
	}
	aside := fmt.Sprintf("%s.%016x.tmp", path, rand.Uint64()) // two workers may write the same part
	if err = write(ctx, fs, aside, from); err == nil {
		err = renamer.Rename(ctx, aside, path)
	}
	if remover, is := fs.(filesystem.Remover); is && err != nil {
		_ = remover.Remove(ctx, aside) // the error that is returned says why
	}
	return err
}

// write writes a file.
func write(ctx context.Context, fs filesystem.Interface, path string, from io.Reader) error {
	to, err := fs.OpenWrite(ctx, path)
	if err != nil {
		return err
	}
	if _, err := io.Copy(to, from); err != nil {
		to.Close()
		return err
	}
	return to.Close()
}
