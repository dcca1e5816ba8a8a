package main

import (
	"context"
	"fmt"

	"gsdnet/experiment"
	"gsdnet/internal/count"
)

func init() {
	register[mergeCmd]("sweep merge", "Join the folders of all shards of a sweep.")
}

type mergeCmd struct {
	Dirs []string `arg:"" name:"dir" help:"Folders that gsdnet sweep --shard wrote, in any order." placeholder:"DIR"`
	Out  string   `help:"Folder for the whole sweep. It must not exist, or be empty." required:""`
	jsonFlag
}

// mergeResult is what --json prints.
type mergeResult struct {
	Out    string `json:"out"`
	Shards int    `json:"shards"`
	Cells  int    `json:"cells"`
}

// Help is the example under --help.
func (mergeCmd) Help() string {
	return `Example:
  gsdnet sweep merge shards/1 shards/2 shards/3 --out runs/quick

The result is the folder that one process would have written. Shards of other grids, other
data or another version of the program are refused, and so are shards and cells that are
missing. The folders of the shards are not changed.`
}

// Run joins the folders.
func (c *mergeCmd) Run(ctx context.Context, term *terminal) error {
	cells, err := experiment.SweepDir(c.Out).Merge(ctx, c.Dirs)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(term.out, mergeResult{c.Out, len(c.Dirs), cells})
	}
	_, err = fmt.Fprintf(term.out, "%s: %s of %s\n", c.Out, count.Of(cells, "cell"), count.Of(len(c.Dirs), "shard"))
	return err
}
