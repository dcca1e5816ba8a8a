// Command gsdnet trains, evaluates and serves emotion recognition in
// conversations with missing modalities. Each verb is one file, which registers
// itself; main only parses the command line and calls the verb. Start reading at
// verb.go, then main.go.
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

	"gsdnet/internal/fault"
	"gsdnet/internal/limit"
	_ "gsdnet/model/all"
)

// Exit codes, a contract with scripts.
const (
	exitFailed = 1
	exitInput  = 2
)

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
	var flags root
	parser, err := newParser(&flags, term)
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return usage(parser.Model, err)
	}
	if err := noneEmpty(parsed); err != nil {
		return err
	}
	chosen := parsed.Selected().Target.Addr().Interface().(runner)
	if err := limit.Flags(chosen); err != nil {
		return err
	}
	term.quiet = flags.Quiet
	term.live = term.live && !flags.Quiet
	return chosen.Run(ctx, term)
}

// internalError reports a fault of the program itself, without the trace that
// only its developers can read.
func internalError(term *terminal, value any, trace []byte) error {
	if os.Getenv("GSDNET_TRACE") != "" {
		fmt.Fprintf(term.err, "%v\n\n%s\n", value, trace)
		return fault.Failure("report it with the lines above", "internal error: this is a fault of gsdnet")
	}
	return fault.Failure("please report it, with what the same command prints when GSDNET_TRACE=1 is set",
		"internal error: this is a fault of gsdnet")
}
