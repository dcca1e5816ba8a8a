package main

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"strings"
	"time"

	"gsdnet/engine"
	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/internal/count"
	"gsdnet/metric"
)

func init() {
	registerGroupOf("sweep", "Train and evaluate a grid of models, data and seeds.", "run")
	register[sweepCmd]("sweep run", "Train and evaluate a grid of models, data and seeds. The word run may be left out.")
}

type sweepCmd struct {
	File    string `arg:"" help:"TOML file of the experiment." placeholder:"FILE.toml"`
	Out     string `help:"Folder for the run directories. Cells that are finished there are skipped." required:""`
	DataDir string `help:"Folder that data set paths are relative to." env:"GSDNET_DATA" default:"." placeholder:"DIR"`
	Workers int    `help:"Number of cells that run at the same time (default: half the processors)." placeholder:"N" limit:"0..256"`
	shardFlags
	headFlags
	backendFlag
	jsonFlag
}

// sweepResult is what --json prints when the sweep ends.
type sweepResult struct {
	Out      string      `json:"out"`
	Total    int         `json:"total"`    // cells of the grid
	Finished int         `json:"finished"` // those that have results now
	Before   int         `json:"before"`   // those that had them before
	Cells    []sweptCell `json:"cells"`    // in the order in which they ended
}

// sweptCell is a cell that was run, found finished, or failed.
type sweptCell struct {
	Run string `json:"run"`
	experiment.Identity
	Before  bool              `json:"before"`
	Seconds float64           `json:"seconds"`
	Error   string            `json:"error,omitempty"`
	Mean    *infer.MaskResult `json:"mean,omitempty"` // over the masks; not of a cell that failed
}

// Help is the example under --help.
func (sweepCmd) Help() string {
	return `Example:
  gsdnet sweep run configs/quick.toml --out runs/quick --workers 2
  gsdnet sweep configs/quick.toml --out shards/3 --shard 3/8

If a sweep is stopped or killed, the same command continues it, and the results are
the same.

With --shard i/n the process runs every n-th cell, beginning with the i-th. Each shard has
an --out of its own, and gsdnet sweep merge joins them. Without --shard, the number of
the shard is read from the variables of a SLURM array task (SLURM_ARRAY_TASK_ID and
SLURM_ARRAY_TASK_COUNT), a Kubernetes Indexed Job (JOB_COMPLETION_INDEX) or a Nomad
allocation (NOMAD_ALLOC_INDEX), if they are set. --shard 1/1 runs everything.

With --listen or --nats, workers on other machines (gsdnet worker) run cells too, and
gsdnet sweep status shows how far they are. docs/scale.md says when to use what.

gsdnet report turns the folder into tables and figures.`
}

// Run runs the cells that are not finished.
func (c *sweepCmd) Run(ctx context.Context, term *terminal) error {
	if err := c.headFlags.check(); err != nil {
		return err
	}
	grid, err := experiment.Load(c.File)
	if err != nil {
		return err
	}
	backend, err := engine.OpenToTrain(c.Backend)
	if err != nil {
		return err
	}
	defer backend.Finalize()
	sweep, err := grid.Prepare(ctx, c.DataDir, c.Out)
	if err != nil {
		return err
	}
	if err := c.divide(sweep, term); err != nil {
		return err
	}
	sweep.Backend, sweep.Workers = backend, workers(c.Workers)
	if c.NoWork {
		sweep.Workers = 0
	}
	counter := newShare(term, "cells", sweep.Parts())
	sweep.Progress = counter.add
	result := sweepResult{Out: c.Out, Total: len(sweep.Cells), Cells: []sweptCell{}}
	sweep.Watch = func(e experiment.Ended) {
		result.add(e)
		if e.Skipped || c.JSON {
			return
		}
		counter.clear()
		fmt.Fprintf(term.out, "%d/%d  %s  %s\n", e.Done, e.Total, e.Cell, ending(e))
	}
	if c.remote() {
		err = c.headFlags.run(ctx, sweep, c.DataDir, term)
	} else {
		err = sweep.Run(ctx)
	}
	counter.close()
	if c.JSON { // what is known is printed although some of it failed
		if broken := printJSON(term.out, result); broken != nil {
			return broken
		}
	}
	if err != nil || c.JSON {
		return err
	}
	_, err = fmt.Fprintf(term.out, "%s: %s finished, %d of them before\n", c.Out, count.Of(result.Finished, "cell"), result.Before)
	return err
}

// workers returns the number of cells that run at the same time, if n is asked for; 0 asks
// for half the processors.
func workers(n int) int {
	if n == 0 {
		return max(1, runtime.NumCPU()/2)
	}
	return n
}

// add records a cell that ended.
func (r *sweepResult) add(e experiment.Ended) {
	cell := sweptCell{Run: e.Cell.String(), Identity: e.Cell.Identity, Before: e.Skipped, Seconds: math.Round(10*e.Elapsed.Seconds()) / 10}
	if e.Err != nil {
		cell.Error = e.Err.Error()
	} else {
		r.Finished++
		cell.Mean = &e.Record.Result.Mean
	}
	if e.Skipped {
		r.Before++
	}
	r.Cells = append(r.Cells, cell)
}

// ending sums a cell up in a few words.
func ending(e experiment.Ended) string {
	if e.Err != nil {
		return "failed: " + e.Err.Error()
	}
	var parts []string
	mean := &e.Record.Result.Mean
	for _, m := range experiment.Measures() {
		if m.Has(mean) && m.In(metric.InLine) && (m.Recover == nil || m.Main) {
			parts = append(parts, m.Heading+" "+m.Format(m.Value(mean)))
		}
	}
	return fmt.Sprintf("%s  (%s)", strings.Join(parts, "  "), e.Elapsed.Round(time.Second/10))
}
