// Command load measures gsdnet serve under load beside a minimal PyTorch server of the same
// run, and writes the section "Serving" of a page:
//
//	make build && go run ./bench/load [-run runs/first -data corpus.npz] [-page docs/benchmarks.md]
//
// Both servers run at the same time, and the clients ask one after the other in several
// rounds. Every answer of gsdnet is compared with that of the run itself, and those of the
// other server with it within a tolerance. It fails if a request fails or an answer differs.
//
// Start reading at measure.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

type settings struct {
	run, data, program, python, reference, page string
	clients, seconds, rounds, length, number    int
	samples                                     int
}

func main() {
	var s settings
	flag.StringVar(&s.run, "run", "", "run directory to serve; one of the default sizes is trained if it is empty")
	flag.StringVar(&s.data, "data", "", "data file to make conversations of; synthetic ones if it is empty")
	flag.StringVar(&s.program, "program", "bin/gsdnet", "gsdnet to measure")
	flag.StringVar(&s.python, "python", "/usr/bin/python3", "Python with PyTorch and NumPy")
	flag.StringVar(&s.reference, "reference", "bench/reference/serve.py", "the other server; empty measures gsdnet alone")
	flag.StringVar(&s.page, "page", "", "page whose section to replace; it is printed if empty")
	flag.IntVar(&s.clients, "clients", 16, "clients at once")
	flag.IntVar(&s.seconds, "seconds", 60, "seconds to measure each server, over all rounds")
	flag.IntVar(&s.rounds, "rounds", 4, "rounds in which the servers take turns")
	flag.IntVar(&s.length, "length", 96, "utterances of a conversation")
	flag.IntVar(&s.number, "number", 32, "different conversations")
	flag.IntVar(&s.samples, "samples", 16, "completions of each")
	flag.Parse()
	if err := measure(s); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// measure starts the servers, lets the clients ask them in turn, and reports.
func measure(s settings) error {
	dir, err := os.MkdirTemp("", "gsdnet-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if s.run == "" {
		s.run = filepath.Join(dir, "run")
		if err := trainRun(s.run); err != nil {
			return err
		}
	}
	requests, err := prepare(s)
	if err != nil {
		return err
	}
	servers := []*server{{name: "gsdnet serve", path: "/v1/predict?samples=" + fmt.Sprint(s.samples), check: exact}}
	commands := [][]string{{s.program, "serve", s.run, "--addr", "127.0.0.1:0"}}
	if s.reference != "" {
		servers = append(servers, &server{name: "PyTorch server", path: "/v1/predict", check: near})
		commands = append(commands, []string{s.python, s.reference, s.run})
	}
	for i, one := range servers {
		if err := one.start(commands[i]); err != nil {
			return err
		}
		defer one.stop()
		if err := one.ask(requests[0]); err != nil { // not measured: it compiles and loads
			return fmt.Errorf("%s: %w", one.name, err)
		}
	}
	for range s.rounds {
		for _, one := range servers {
			if err := one.load(s.clients, requests, time.Duration(s.seconds)*time.Second/time.Duration(s.rounds)); err != nil {
				return fmt.Errorf("%s: %w", one.name, err)
			}
		}
	}
	for _, one := range servers {
		if one.resident, err = residentMiB(one.command.Process.Pid, "VmRSS"); err != nil {
			return err
		}
		if one.peak, err = residentMiB(one.command.Process.Pid, "VmHWM"); err != nil {
			return err
		}
	}
	return cmp.Or(failures(servers), report(s, servers, len(requests[0].body)))
}

// failures returns the first error that a client met.
func failures(servers []*server) error {
	for _, one := range servers {
		if one.failed != nil {
			return fmt.Errorf("%s: %w", one.name, one.failed)
		}
	}
	return nil
}
