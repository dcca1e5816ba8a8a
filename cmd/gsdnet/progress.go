package main

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"gsdnet/train"
)

// Columns of a line of progress.
const (
	narrowest = 48 // of a terminal in which progress is drawn
	barSpace  = 42 // for the bar, its percentage and the times
)

// drawn is one line of progress that never wraps: its description is cut to the
// width that the terminal has at the moment.
type drawn struct {
	term *terminal
	bar  *progressbar.ProgressBar // nil if nothing is drawn
	what string
}

// draw begins a line of progress up to a total, on a terminal that is wide enough.
func draw(term *terminal, total int, options ...progressbar.Option) drawn {
	if !term.live || term.columns() < narrowest {
		return drawn{}
	}
	options = append([]progressbar.Option{
		progressbar.OptionSetWriter(term.err),
		progressbar.OptionFullWidth(),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(200 * time.Millisecond),
		progressbar.OptionClearOnFinish(),
	}, options...)
	return drawn{term: term, bar: progressbar.NewOptions(total, options...)}
}

// describe shows as many of the parts as there is room for, the first ones first.
func (d *drawn) describe(parts ...string) {
	room := d.term.columns() - barSpace
	text := ""
	for _, part := range parts {
		if part == "" {
			continue
		}
		if len(text)+len(part)+2 > room {
			break
		}
		text += part + "  "
	}
	if text != d.what {
		d.what = text
		d.bar.Describe(text)
	}
}

func (d *drawn) close() {
	if d.bar != nil {
		_ = d.bar.Exit()
	}
}

// bar draws training progress, on a terminal only.
type bar struct {
	drawn
	term       *terminal
	validation float64
}

func newBar(term *terminal) *bar { return &bar{term: term, validation: math.NaN()} }

// show takes one event of the fit.
func (b *bar) show(e train.Event) {
	if !b.term.live {
		return
	}
	if b.bar == nil {
		b.drawn = draw(b.term, e.Epochs*e.Steps)
	}
	if b.bar == nil {
		return
	}
	if !math.IsNaN(e.Validation) {
		b.validation = e.Validation
	}
	b.describe(fmt.Sprintf("epoch %d/%d", e.Epoch+1, e.Epochs), number("loss", e.Losses["loss"], 3),
		number("validation", b.validation, 4), number("best", e.Best, 4), fmt.Sprintf("rate %.1e", e.Rate))
	_ = b.bar.Set(e.Epoch*e.Steps + e.Step)
}

// number is a named number, or nothing if there is none yet.
func number(name string, value float64, digits int) string {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return ""
	}
	return fmt.Sprintf("%s %.*f", name, digits, value)
}

// counter draws how much of a long calculation is done, on a terminal only.
type counter struct{ drawn }

// newCounter counts things, which the line shows.
func newCounter(term *terminal, what string, total int) *counter {
	return begin(term, what, total, progressbar.OptionShowCount())
}

// newShare shows which share of the total is done, and not the numbers.
func newShare(term *terminal, what string, total int) *counter { return begin(term, what, total) }

func begin(term *terminal, what string, total int, options ...progressbar.Option) *counter {
	c := &counter{draw(term, total, options...)}
	if c.bar != nil {
		c.bar.Describe(what + strings.Repeat(" ", 2))
	}
	return c
}

func (c *counter) add(n int) {
	if c.bar != nil {
		_ = c.bar.Add(n)
	}
}

// clear removes the line of progress, so that a line of text can be printed.
func (c *counter) clear() {
	if c.bar != nil {
		_ = c.bar.Clear()
	}
}
