// Command gsdnet trains, evaluates and serves emotion recognition in
// conversations with missing modalities. Each verb has a file of its own; main
// only parses and calls it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"gsdnet/internal/hint"
	"gsdnet/internal/limit"
	_ "gsdnet/model/all"
)

// Exit codes, a contract with scripts.
const (
	exitFailed = 1
	exitInput  = 2
)

// cli is the command line.
type cli struct {
	Demo    demoCmd    `cmd:"" help:"Train and compare on synthetic conversations, in seconds."`
	Data    dataCmd    `cmd:"" help:"Look at data files; draw and audit frozen masks."`
	Eval    evalCmd    `cmd:"" help:"Print a protocol's table on the test split."`
	Impute  imputeCmd  `cmd:"" help:"Write a file again with its holes filled."`
	Predict predictCmd `cmd:"" help:"Write an emotion for every utterance, with its interval."`
	Report  reportCmd  `cmd:"" help:"Turn the runs of a sweep into tables and figures."`
	Sweep   sweepCmd   `cmd:"" help:"Run a grid of models, data and seeds; go on where it stopped."`
	Train   trainCmd   `cmd:"" help:"Fit one model into a run directory."`
}

// terminal is where a command reads and writes.
type terminal struct {
	out, err io.Writer
	live     bool // err is a terminal: progress may be drawn
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], &terminal{out: os.Stdout, err: os.Stderr, live: isTerminal(os.Stderr)})
	stop()
	os.Exit(code)
}

// exit carries kong's wish to end, as after --help.
type exit int

func run(ctx context.Context, args []string, term *terminal) (code int) {
	defer func() {
		switch stopped := recover().(type) {
		case nil:
		case exit:
			code = int(stopped)
		default:
			panic(stopped)
		}
	}()
	var c cli
	parser, err := kong.New(&c,
		kong.Name("gsdnet"),
		kong.Description("Emotion recognition in conversations when modalities are missing."),
		kong.UsageOnError(),
		kong.Writers(term.out, term.err),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(term),
	)
	if err != nil {
		return term.fail(err)
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return term.fail(usage(err))
	}
	if err := limit.Flags(parsed.Selected().Target.Addr().Interface()); err != nil {
		return term.fail(err)
	}
	if err := parsed.Run(); err != nil {
		return term.fail(err)
	}
	return 0
}

// usage turns a parser's error into one with a hint.
func usage(err error) error {
	var parse *kong.ParseError
	verb := ""
	if errors.As(err, &parse) && parse.Context.Selected() != nil {
		verb = " " + parse.Context.Selected().Path()
	}
	return hint.Input("see gsdnet"+strings.TrimPrefix(verb, " gsdnet")+" --help", "%w", err)
}

// fail prints an error and its hint, and returns the exit code.
func (t *terminal) fail(err error) int {
	if errors.Is(err, context.Canceled) && hint.Of(err) == "" {
		err = hint.Failure("nothing was written", "stopped")
	}
	message, _, _ := strings.Cut(err.Error(), "\n")
	fmt.Fprintf(t.err, "gsdnet: error: %s\n", message)
	if h := hint.Of(err); h != "" {
		fmt.Fprintf(t.err, "gsdnet: hint: %s\n", h)
	}
	if hint.IsInput(err) {
		return exitInput
	}
	return exitFailed
}
