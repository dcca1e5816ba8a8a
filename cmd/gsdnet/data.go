package main

import (
	"context"
	"errors"

	"gsdnet/dataset"
	"gsdnet/dataset/croissant"
	"gsdnet/erc"
	"gsdnet/internal/interrupt"
	"gsdnet/missing"
)

func init() { registerGroup("data", "Describe data files, and draw frozen masks.") }

func init() {
	register[describeCmd]("data describe", "Show sizes, splits, labels, missing cells, and every array.")
}

type describeCmd struct {
	File string `arg:"" help:"Data file of any format, or synthetic[:seed=1,…]." placeholder:"FILE"`
	fieldFlags
	jsonFlag
}

// Help is the example under --help.
func (describeCmd) Help() string {
	return `Example:
  gsdnet data describe corpus.npz --set data.label=label_centered

Lists every array of a .npz file with its use, or the --set flag that would use it.
If the file is not a valid corpus, the list is printed before the error. FILE may be - for standard input.`
}

// Run prints the description.
func (c *describeCmd) Run(ctx context.Context, term *terminal) error {
	fields, err := c.over(dataset.Fields{})
	if err != nil {
		return err
	}
	var description dataset.Description
	err = interrupt.Run(ctx, func() (err error) {
		description, err = dataset.DescribeFile(c.File, fields)
		return err
	})
	if ctx.Err() != nil { // description may still be written to
		return ctx.Err()
	}
	if description.Name == "" {
		return err
	}
	// The part of the description that could be read is printed before the error.
	if c.JSON {
		return errors.Join(printJSON(term.out, description), err)
	}
	_, failed := description.WriteTo(term.out)
	return errors.Join(failed, err)
}

func init() {
	register[maskCmd]("data mask", "Draw frozen masks of the valid and test splits, and audit them.")
}

type maskCmd struct {
	File string `arg:"" help:"Data file to draw masks for." placeholder:"FILE"`
	Out  string `help:"Directory for the masks. Masks that are already there are not changed." required:""`
	Seed uint64 `help:"Seed of the masks." default:"0"`
	protocolFlags
	fieldFlags
	jsonFlag
}

// Help is the example under --help.
func (maskCmd) Help() string {
	return "Example:\n  gsdnet data mask corpus.npz --out masks --protocol random --rates 0.1,0.5"
}

// Run draws, writes and audits the masks.
func (c *maskCmd) Run(ctx context.Context, term *terminal) error {
	rules, err := c.rules()
	if err != nil {
		return err
	}
	fields, err := c.over(dataset.Fields{})
	if err != nil {
		return err
	}
	corpus, err := openCorpus(ctx, c.File, fields)
	if err != nil {
		return err
	}
	var masks []missing.Mask
	var audits []missing.Audit
	for _, split := range []erc.Split{erc.Valid, erc.Test} {
		convs := corpus.In(split)
		if len(convs) == 0 {
			term.note("%s has no %s split", corpus.Name, split)
			continue
		}
		drawn, err := missing.FreezeAll(corpus, split, rules, c.Seed)
		if err != nil {
			return err
		}
		for _, mask := range drawn {
			audits = append(audits, mask.Audit(convs))
		}
		masks = append(masks, drawn...)
	}
	if err := missing.Write(c.Out, masks); err != nil {
		return err
	}
	if len(masks) > 0 {
		if err := croissant.WriteMasks(c.Out, corpus); err != nil {
			return err
		}
	}
	if c.JSON {
		return printJSON(term.out, audits)
	}
	return missing.WriteTable(term.out, audits)
}
