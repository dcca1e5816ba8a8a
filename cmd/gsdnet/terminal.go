package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"gsdnet/train"
)

// backendFlag and jsonFlag are shared by the verbs.
type backendFlag struct {
	Backend string `help:"Engine that runs the graphs: simd (default), go, or, built with -tags xla, xla:cpu and xla:cuda." placeholder:"NAME"`
}

type jsonFlag struct {
	JSON bool `help:"Print JSON." name:"json"`
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// bar draws training progress, on a terminal only.
type bar struct {
	term       *terminal
	bar        *progressbar.ProgressBar
	validation float64
}

func newBar(term *terminal) *bar { return &bar{term: term, validation: math.NaN()} }

// show takes one event of the fit.
func (b *bar) show(e train.Event) {
	if !b.term.live {
		return
	}
	if b.bar == nil {
		b.bar = progressbar.NewOptions(e.Epochs*e.Steps,
			progressbar.OptionSetWriter(b.term.err),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionShowCount(),
			progressbar.OptionThrottle(200*time.Millisecond),
			progressbar.OptionClearOnFinish(),
		)
	}
	if !math.IsNaN(e.Validation) {
		b.validation = e.Validation
	}
	b.bar.Describe(fmt.Sprintf("epoch %d/%d  loss %.3f  validation %.4f (best %.4f)  rate %.1e ",
		e.Epoch+1, e.Epochs, e.Losses["loss"], b.validation, e.Best, e.Rate))
	_ = b.bar.Set(e.Epoch*e.Steps + e.Step)
}

func (b *bar) close() {
	if b.bar != nil {
		_ = b.bar.Exit()
	}
}

// counter draws how much of a long calculation is done, on a terminal only.
type counter struct{ bar *progressbar.ProgressBar }

func newCounter(term *terminal, what string, total int) *counter {
	if !term.live {
		return &counter{}
	}
	return &counter{progressbar.NewOptions(total,
		progressbar.OptionSetWriter(term.err),
		progressbar.OptionSetDescription(what),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionShowCount(),
		progressbar.OptionThrottle(200*time.Millisecond),
		progressbar.OptionClearOnFinish(),
	)}
}

func (c *counter) add(n int) {
	if c.bar != nil {
		_ = c.bar.Add(n)
	}
}

// clear makes way for a line of text.
func (c *counter) clear() {
	if c.bar != nil {
		_ = c.bar.Clear()
	}
}

func (c *counter) close() {
	if c.bar != nil {
		_ = c.bar.Exit()
	}
}
