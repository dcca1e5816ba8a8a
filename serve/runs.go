package serve

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	"gsdnet"
	"gsdnet/internal/fault"
)

// shelf holds the runs that are served, by name.
type shelf struct {
	open   func(dir string) (*gsdnet.Run, error)
	dirs   map[string]string // by name
	order  []string          // names as they were given
	mu     sync.Mutex
	loaded map[string]*loaded
	closed bool
}

// loaded is one run in memory. It is closed when it has been replaced and nobody uses it
// any more.
type loaded struct {
	shelf   *shelf
	name    string
	run     *gsdnet.Run
	about   gsdnet.About
	users   int // under the mutex of the shelf
	retired bool
}

// openShelf opens the runs. The name of a run is that of its directory.
func openShelf(dirs []string, open func(dir string) (*gsdnet.Run, error)) (*shelf, error) {
	s := &shelf{open: open, dirs: map[string]string{}, loaded: map[string]*loaded{}}
	for _, dir := range dirs {
		absolute, err := filepath.Abs(dir)
		if err != nil {
			absolute = dir
		}
		name := filepath.Base(absolute)
		if first, twice := s.dirs[name]; twice {
			s.close()
			return nil, fault.Input("rename one of the directories", "%s and %s have the same name, by which requests would choose between them", first, dir)
		}
		s.dirs[name], s.order = dir, append(s.order, name)
		if err := s.load(name); err != nil {
			s.close()
			return nil, err
		}
	}
	return s, nil
}

// load opens a run and replaces the one that was loaded under that name before.
func (s *shelf) load(name string) error {
	run, err := s.open(s.dirs[name])
	if err != nil {
		return err
	}
	next := &loaded{shelf: s, name: name, run: run, about: run.About()}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		run.Close()
		return fault.Failure("start the server again", "the server is closed")
	}
	before := s.loaded[name]
	s.loaded[name] = next
	if before != nil {
		before.retire()
	}
	return nil
}

// reload loads every run again, and returns what went wrong with some of them.
func (s *shelf) reload() error {
	var failed []error
	for _, name := range s.order {
		if err := s.load(name); err != nil {
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// acquire returns the run of that name, or the only one if the name is "". The caller
// releases it after use.
func (s *shelf) acquire(name string) (*loaded, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name == "" {
		if len(s.order) > 1 {
			return nil, refuse(422, "the server has several runs", fmt.Sprintf("choose one of %d with the parameter run; GET /v1/models lists them", len(s.order)), "query.run", "is needed")
		}
		name = s.order[0]
	}
	l := s.loaded[name]
	if l == nil {
		return nil, refuse(404, "there is no such run", "GET /v1/models lists the runs", "query.run", "is not the name of a run")
	}
	l.users++
	return l, nil
}

// retain adds a user to a run that the caller has acquired.
func (l *loaded) retain() {
	l.shelf.mu.Lock()
	defer l.shelf.mu.Unlock()
	l.users++
}

// release ends one use.
func (l *loaded) release() {
	l.shelf.mu.Lock()
	defer l.shelf.mu.Unlock()
	l.users--
	if l.retired && l.users == 0 {
		l.run.Close()
	}
}

// retire closes the run as soon as nobody uses it. The mutex is held.
func (l *loaded) retire() {
	l.retired = true
	if l.users == 0 {
		l.run.Close()
	}
}

// names lists the runs in the order in which they were given.
func (s *shelf) names() []string { return slices.Clone(s.order) }

// close closes all runs, whether they are in use or not.
func (s *shelf) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, l := range s.loaded {
		l.run.Close()
	}
}
