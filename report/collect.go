package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/pelletier/go-toml/v2"

	"gsdnet/experiment"
	"gsdnet/internal/fault"
	"gsdnet/rundir"
)

// run is a finished run directory of a sweep.
type run struct {
	*experiment.Record
	dir         string
	settings    map[string]any // config.toml
	predictions []experiment.Predictions
}

// sweep holds what a folder has: its finished runs, and the cells that are planned or
// started and not finished.
type sweep struct {
	runs    []*run
	missing []experiment.Identity
	printed map[string]string // data set of the paper, by that of the sweep
}

// collect reads every run of the sweeps under a folder.
func collect(dir string) (*sweep, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fault.Input("give the --out folder of gsdnet sweep", "%w", err)
	}
	s := &sweep{printed: map[string]string{}}
	planned, alone := map[string]experiment.Identity{}, 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		folder := filepath.Dir(path)
		switch entry.Name() {
		case rundir.MetricsFile:
			r, err := readRun(folder)
			if errors.Is(err, errNotOfSweep) {
				alone++ // a run evaluated by hand is no cell of a sweep
				return nil
			}
			if err == nil {
				s.runs = append(s.runs, r)
			}
			return err
		case rundir.ConfigFile:
			if id, is := experiment.ParseIdentity(filepath.Base(folder)); is {
				if _, known := planned[folder]; !known {
					planned[folder] = id
				}
			}
		case experiment.PlanFile:
			cells, err := experiment.SweepDir(folder).Planned()
			for _, id := range cells {
				planned[filepath.Join(folder, id.String())] = id
			}
			if err != nil {
				return err
			}
			return s.readPrintedNames(folder)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(s.runs) == 0 {
		return nil, noCells(dir, alone, len(planned))
	}
	for _, r := range s.runs {
		delete(planned, r.dir)
	}
	for _, id := range planned {
		s.missing = append(s.missing, id)
	}
	slices.SortFunc(s.missing, compareIdentities)
	return s, nil
}

// readPrintedNames reads for which data sets of a sweep's folder the paper prints figures.
// A name that the paper does not have is an error.
func (s *sweep) readPrintedNames(folder string) error {
	printed, err := experiment.SweepDir(folder).PrintedAs()
	for name, of := range printed {
		if err := fault.OneOf("printed of data set "+name, of, printedDatasets()...); err != nil {
			return fmt.Errorf("%s: %w", folder, err)
		}
		s.printed[name] = of
	}
	return err
}

// noCells returns the error for a folder without finished cells of a sweep.
func noCells(dir string, alone, planned int) error {
	switch {
	case planned > 0:
		return fault.Input("give the sweep again, which goes on where it stopped", "%s: no cell of the sweep is finished: %d are missing", dir, planned)
	case alone > 0:
		return fault.Input("give the --out folder of gsdnet sweep; gsdnet eval prints its own table", "%s: results of gsdnet eval, but no cells of a sweep", dir)
	}
	return fault.Input("give the --out folder of gsdnet sweep, with a finished cell in it", "%s: no evaluated cells", dir)
}

// errNotOfSweep is the error for the record of a run that is not a cell of a sweep.
var errNotOfSweep = errors.New("not a cell of a sweep")

func readRun(dir string) (*run, error) {
	record, err := experiment.RunDir(dir).Record()
	if err != nil {
		return nil, err
	}
	if record.Cell == nil {
		return nil, errNotOfSweep
	}
	r := &run{Record: record, dir: dir}
	path := filepath.Join(dir, rundir.ConfigFile)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Input("give the sweep again, or delete the run", "%w", err)
	}
	if err := toml.Unmarshal(text, &r.settings); err != nil {
		return nil, fault.Input("give the sweep again, or delete the run", "%s: it is not TOML", path)
	}
	return r, nil
}

// readPredictions returns the predictions of a run. It reads the file the first time only.
func (r *run) readPredictions() ([]experiment.Predictions, error) {
	var err error
	if r.predictions == nil {
		r.predictions, err = experiment.RunDir(r.dir).Predictions(r.Record)
	}
	return r.predictions, err
}
