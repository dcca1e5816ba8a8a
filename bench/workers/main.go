// Command workers simulates how a training step of the default GSDNet runs on
// many workers, and prints the section "Many workers" of docs/benchmarks.md:
//
//	go run ./bench/workers [-page docs/benchmarks.md] [-steps 16] [-plan]
//
// It trains on one worker, measures every task of the engine's plan, and hands
// the tasks out to 1, 2, 4, 16 and 64 workers as the engine does: wave after
// wave, the next task to whoever is free. Beside it stands what two workers gain on
// this machine. Start reading at schedule.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gsdnet/bench/section"
	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	_ "gsdnet/model/all"
	"gsdnet/rundir"
	"gsdnet/simd"
	"gsdnet/train"
)

func main() {
	page := flag.String("page", "", "the page whose section is renewed; empty prints the section")
	steps := flag.Int("steps", 16, "training steps to measure; each task counts with its shortest time")
	show := flag.Bool("plan", false, "print the plan with the times of its steps, and no section")
	flag.Parse()
	if err := run(*page, *steps, *show); err != nil {
		fmt.Fprintf(os.Stderr, "workers: error: %v\n", err)
		os.Exit(1)
	}
}

func run(page string, steps int, show bool) error {
	var sims []simulation
	for _, n := range simulated {
		plan, err := measure(steps, n)
		if err != nil {
			return err
		}
		if show {
			printPlan(plan)
			return nil
		}
		sims = append(sims, simulation{n, plan})
	}
	measured, err := twoAgainstOne(steps)
	if err != nil {
		return err
	}
	return section.Write(page, "workers", text(sims, measured))
}

// fit trains the default model for some steps of the size of the page's other figures:
// 8 conversations of 96 utterances.
func fit(steps int, config string, watch func(train.Event), options ...simd.Option) error {
	backend, err := simd.New(config, options...)
	if err != nil {
		return err
	}
	defer backend.Finalize()
	out, err := os.MkdirTemp("", "gsdnet-workers-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(out)
	settings := rundir.DefaultConfig()
	settings.Train.Epochs = 1
	_, err = train.Fit(context.Background(), train.Options{
		Config: settings, Backend: backend, Out: filepath.Join(out, "run"), Watch: watch,
		Corpus: synthetic.New(synthetic.Config{
			Train: steps * settings.Train.Batch, Valid: 1, Test: 1, MinTurns: 96, MaxTurns: 96,
			Dims: [erc.NumModalities]int{785, 384, 66},
		}),
	})
	return err
}

// measure returns the plan of the training step for some workers, with the times of its
// tasks on one.
func measure(steps, workers int) (*simd.ExecutionPlan, error) {
	var plans []*simd.ExecutionPlan
	err := fit(steps, fmt.Sprintf("workers=%d", workers), nil, simd.WithPlans(func(_ string, p *simd.ExecutionPlan) {
		if p != nil {
			p.Record()
			plans = append(plans, p)
		}
	}))
	if err != nil {
		return nil, err
	}
	return longest(plans)
}

// longest returns the plan with the longest products, that of the training step.
func longest(plans []*simd.ExecutionPlan) (best *simd.ExecutionPlan, err error) {
	for _, p := range plans {
		p.Stop()
		if best == nil || products(p) > products(best) {
			best = p
		}
	}
	if best == nil {
		return nil, errors.New("training compiled no plan")
	}
	return best, nil
}

// twoAgainstOne returns how much faster a training step is on two workers than on one,
// as the median over rounds in alternation.
func twoAgainstOne(steps int) (float64, error) {
	var ratios []float64
	for range 3 {
		one, err := step(steps, "workers=1")
		if err != nil {
			return 0, err
		}
		two, err := step(steps, "workers=2")
		if err != nil {
			return 0, err
		}
		ratios = append(ratios, one.Seconds()/two.Seconds())
	}
	slices.Sort(ratios)
	return ratios[len(ratios)/2], nil
}

// step returns the shortest time from one training step to the next.
func step(steps int, config string) (time.Duration, error) {
	shortest, last := time.Hour, time.Duration(0)
	err := fit(steps, config, func(e train.Event) {
		if e.Step > 1 && last > 0 {
			shortest = min(shortest, e.Elapsed-last)
		}
		last = e.Elapsed
	})
	return shortest, err
}
