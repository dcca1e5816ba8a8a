// Command gsdnet trains, evaluates and serves emotion recognition in
// conversations with missing modalities. Each verb has a file of its own; main
// only parses and calls it.
//
// Results go to the standard output, progress and notes to the standard error.
// The exit code is 0 if the work is done, 1 if it failed or was stopped, and 2 if
// the command line or the input is wrong. An error is one line, and a hint on a
// second line says what to do about it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
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
	Version versionFlag `help:"Print the version."`
	Quiet   bool        `help:"Print neither progress nor notes. Results, warnings and errors are still printed." short:"q"`

	Demo       demoCmd       `cmd:"" help:"Train and compare three models on synthetic conversations. This takes half a minute."`
	Data       dataCmd       `cmd:"" help:"Describe data files, and draw frozen masks."`
	Eval       evalCmd       `cmd:"" help:"Evaluate a run on the test split and print a table."`
	Impute     imputeCmd     `cmd:"" help:"Copy a data file and fill in its missing features."`
	Predict    predictCmd    `cmd:"" help:"Predict the emotion of every utterance, with intervals."`
	Report     reportCmd     `cmd:"" help:"Turn the runs of a sweep into tables and figures."`
	Sweep      sweepCmd      `cmd:"" help:"Train and evaluate a grid of models, data and seeds."`
	Train      trainCmd      `cmd:"" help:"Train one model and write a run directory."`
	Completion completionCmd `cmd:"" help:"Print a script that completes commands in a shell."`
}

func main() {
	signal.Ignore(syscall.SIGPIPE) // writes fail instead, and the command ends in order
	ctx := untilSignalled()
	os.Exit(run(ctx, os.Args[1:], &terminal{out: os.Stdout, err: os.Stderr, live: isTerminal(os.Stderr)}))
}

// untilSignalled returns a context that an interrupt or a request to terminate ends, so
// that the command stops in order. A second signal ends the program at once.
func untilSignalled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		fmt.Fprintln(os.Stderr, "gsdnet: error: stopped by a second signal")
		fmt.Fprintln(os.Stderr, "gsdnet: hint: temporary files may be left; one signal lets the command remove them")
		os.Exit(exitFailed)
	}()
	return ctx
}

// exit carries the parser's wish to end, as after --help.
type exit int

// run runs one command line and returns the exit code.
func run(ctx context.Context, args []string, t *terminal) int {
	out := &sink{to: t.out}
	term := &terminal{out: out, err: t.err, live: t.live}
	err := dispatch(ctx, args, term)
	if out.err != nil {
		return term.fail(out.fault())
	}
	if err != nil {
		return term.fail(err)
	}
	return 0
}

// dispatch parses the command line and runs its verb.
func dispatch(ctx context.Context, args []string, term *terminal) (err error) {
	defer func() {
		switch stopped := recover().(type) {
		case nil, exit:
		default:
			err = internalError(term, stopped, debug.Stack())
		}
	}()
	var c cli
	parser, err := kong.New(&c,
		kong.Name("gsdnet"),
		kong.Description("Emotion recognition in conversations when modalities are missing."),
		kong.ValueFormatter(helpText),
		protocolVars(),
		kong.Writers(term.out, term.err),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(term),
	)
	if err != nil {
		return err
	}
	nameValues(parser.Model.Node)
	parsed, err := parser.Parse(args)
	if err != nil {
		return usage(parser.Model, err)
	}
	if err := noneEmpty(parsed); err != nil {
		return err
	}
	if err := limit.Flags(parsed.Selected().Target.Addr().Interface()); err != nil {
		return err
	}
	term.quiet = c.Quiet
	term.live = term.live && !c.Quiet
	return parsed.Run()
}

// internalError reports a fault of the program itself, without the trace that
// only its developers can read.
func internalError(term *terminal, value any, trace []byte) error {
	if os.Getenv("GSDNET_TRACE") != "" {
		fmt.Fprintf(term.err, "%v\n\n%s\n", value, trace)
		return hint.Failure("report it with the lines above", "internal error: this is a fault of gsdnet")
	}
	return hint.Failure("please report it, with what the same command prints when GSDNET_TRACE=1 is set",
		"internal error: this is a fault of gsdnet")
}
