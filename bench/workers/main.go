// Command workers simulates how a training step of the default GSDNet runs on
// many workers, and prints the section "Many workers" of docs/benchmarks.md:
//
//	go run ./bench/workers [-page docs/benchmarks.md] [-steps 12] [-plan]
//
// It trains on one worker, measures every task of the engine's plan, and hands
// the tasks out to 1, 2, 4, 16 and 64 workers as the engine does: wave after
// wave, the next task to whoever is free. Start reading at schedule.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"gsdnet/dataset/synthetic"
	"gsdnet/erc"
	_ "gsdnet/model/all"
	"gsdnet/rundir"
	"gsdnet/simd"
	"gsdnet/train"
)

func main() {
	page := flag.String("page", "", "the page whose section is renewed; empty prints it")
	steps := flag.Int("steps", 40, "training steps to measure; each task counts with its shortest time")
	workers := flag.Int("workers", 64, "workers that the plan is made for")
	show := flag.Bool("plan", false, "print the plan")
	flag.Parse()
	if err := run(*page, *steps, *workers, *show); err != nil {
		fmt.Fprintf(os.Stderr, "workers: error: %v\n", err)
		os.Exit(1)
	}
}

func run(page string, steps, workers int, show bool) error {
	plan, err := measure(steps, workers)
	if err != nil {
		return err
	}
	if show {
		fmt.Print(plan)
	}
	_ = page
	report(plan)
	return nil
}

// measure trains the default model for some steps on one worker and returns the
// plan of the training step, with the times of its tasks.
func measure(steps, workers int) (*simd.ExecutionPlan, error) {
	var plans []*simd.ExecutionPlan
	backend, err := simd.New(fmt.Sprintf("workers=%d", workers), simd.WithPlans(func(_ string, p *simd.ExecutionPlan) {
		if p != nil {
			p.Record()
			plans = append(plans, p)
		}
	}))
	if err != nil {
		return nil, err
	}
	defer backend.Finalize()
	out, err := os.MkdirTemp("", "gsdnet-workers-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(out)
	config := rundir.DefaultConfig()
	config.Train.Epochs = 1
	_, err = train.Fit(context.Background(), train.Options{
		Config: config, Backend: backend, Out: filepath.Join(out, "run"),
		Corpus: synthetic.New(synthetic.Config{
			Train: steps * config.Train.Batch, Valid: 1, Test: 1, MinTurns: 96, MaxTurns: 96, Dims: [erc.NumModalities]int{785, 384, 66},
		}),
	})
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
