package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"gsdnet/experiment"
	"gsdnet/internal/hint"
	"gsdnet/train"
)

type sweepCmd struct {
	File    string `arg:"" help:"TOML file of the experiment." placeholder:"FILE.toml"`
	Out     string `help:"Folder for the run directories; what is finished there is skipped." required:""`
	DataDir string `help:"Folder that data set paths are relative to." env:"GSDNET_DATA" default:"." placeholder:"DIR"`
	Workers int    `help:"Cells to run at a time (default: half the processors)." placeholder:"N"`
	backendFlag
}

// Help is the example under --help.
func (sweepCmd) Help() string {
	return `Example:
  gsdnet sweep configs/quick.toml --out runs/quick --workers 2

Stopped or killed, the same command goes on and ends with the same numbers.
gsdnet report turns the folder into tables and figures.`
}

// Run runs the cells that are not finished.
func (c *sweepCmd) Run(ctx context.Context, term *terminal) error {
	if c.Workers < 0 {
		return hint.Input("use 1 or more", "--workers %d", c.Workers)
	}
	grid, err := experiment.Load(c.File)
	if err != nil {
		return err
	}
	backend, err := train.Backend(c.Backend)
	if err != nil {
		return err
	}
	defer backend.Finalize()
	sweep, err := grid.Prepare(c.DataDir, c.Out)
	if err != nil {
		return err
	}
	sweep.Backend, sweep.Workers = backend, c.Workers
	if sweep.Workers == 0 {
		sweep.Workers = max(1, runtime.NumCPU()/2)
	}
	count := newShare(term, "cells", len(sweep.Cells)*experiment.CellParts)
	sweep.Progress = count.add
	skipped := 0
	sweep.Watch = func(e experiment.Ended) {
		if e.Skipped {
			skipped++
			return
		}
		count.clear()
		fmt.Fprintf(term.out, "%d/%d  %s  %s\n", e.Done, e.Total, e.Cell, ending(e))
	}
	err = sweep.Run(ctx)
	count.close()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(term.out, "%s: %d cells finished, %d of them before\n", c.Out, len(sweep.Cells), skipped)
	return err
}

// ending sums a cell up in a few words.
func ending(e experiment.Ended) string {
	if e.Err != nil {
		return "failed: " + e.Err.Error()
	}
	var parts []string
	for _, key := range []string{"mae", "corr", "wa", "ua", "rmse_raw"} {
		m := experiment.MeasureOf(key)
		if v := m.Of(&e.Record.Result.Mean); v != nil {
			parts = append(parts, m.Name+" "+m.Format(*v))
		}
	}
	return fmt.Sprintf("%s  (%s)", strings.Join(parts, "  "), e.Elapsed.Round(time.Second/10))
}
