package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"gsdnet/experiment"
	"gsdnet/experiment/nats"
	"gsdnet/internal/count"
	"gsdnet/internal/fault"
)

func init() {
	register[statusCmd]("sweep status", "Show how far a sweep is.")
}

type statusCmd struct {
	Sweep string `arg:"" help:"Address of a sweep with workers, such as nats://127.0.0.1:4222, or the folder of any sweep." placeholder:"URL|DIR"`
	Watch bool   `help:"Show it again every two seconds until every cell has ended. Only with an address."`
	accessFlags
	jsonFlag
}

// Help is the example under --help.
func (statusCmd) Help() string {
	return `Example:
  gsdnet sweep status nats://127.0.0.1:4222 --watch
  gsdnet sweep status runs/quick

The address is asked for the cells that run, their workers, failures and the time that is
left. A folder only says which cells are finished.`
}

// Run asks and prints.
func (c *statusCmd) Run(ctx context.Context, term *terminal) error {
	if !strings.Contains(c.Sweep, "://") {
		if c.Watch {
			return fault.Input("give the address of the sweep", "--watch needs a sweep that answers, and %s is a folder", c.Sweep)
		}
		return c.folder(term)
	}
	access, err := c.access()
	if err != nil {
		return err
	}
	conn, err := nats.Dial(ctx, c.Sweep, access, 0)
	if err != nil {
		return err
	}
	defer conn.Close()
	for {
		s, err := nats.Ask(ctx, conn, c.Name)
		if err != nil {
			return err
		}
		if c.JSON {
			err = printJSON(term.out, s)
		} else {
			err = printStatus(term.out, s)
		}
		if err != nil || !c.Watch || s.Ended == s.Total {
			return err
		}
		select {
		case <-time.After(2 * time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// folderStatus is what --json prints of a folder.
type folderStatus struct {
	Total    int      `json:"total"`
	Finished int      `json:"finished"`
	Missing  []string `json:"missing"`
}

// folder prints which cells of a folder are finished.
func (c *statusCmd) folder(term *terminal) error {
	cells, err := experiment.SweepDir(c.Sweep).Planned()
	if err != nil {
		return err
	}
	if len(cells) == 0 {
		return fault.Input("give the --out folder of gsdnet sweep", "%s holds no sweep", c.Sweep)
	}
	s := folderStatus{Total: len(cells), Missing: []string{}}
	for _, id := range cells {
		if experiment.SweepDir(c.Sweep).Verify(id) == nil {
			s.Finished++
		} else {
			s.Missing = append(s.Missing, id.String())
		}
	}
	if c.JSON {
		return printJSON(term.out, s)
	}
	_, err = fmt.Fprintf(term.out, "%s: %d of %s finished\n", c.Sweep, s.Finished, count.Of(s.Total, "cell"))
	return err
}

// printStatus prints one line for the sweep, and one for each cell that runs or failed.
func printStatus(w io.Writer, s *nats.Status) error {
	left := ""
	if s.Left > 0 {
		left = ", about " + time.Duration(s.Left*float64(time.Second)).Round(time.Second).String() + " left"
	}
	_, err := fmt.Fprintf(w, "%d of %s ended, %d failed, %s%s\n", s.Ended, count.Of(s.Total, "cell"), s.Failed, count.Of(s.Workers, "worker"), left)
	for _, r := range s.Running {
		lost := ""
		if r.Lost > 0 {
			lost = fmt.Sprintf(", after %s was lost", count.Of(r.Lost, "worker"))
		}
		fmt.Fprintf(w, "  running  %s  on %s for %.0f s%s\n", r.Cell, r.Worker, r.Seconds, lost)
	}
	for _, f := range s.Failing {
		fmt.Fprintf(w, "  failed   %s\n", f)
	}
	return err
}
