package main

import (
	"fmt"
	"strings"
	"time"

	"gsdnet/simd"
)

// simulated are the numbers of workers.
var simulated = []int{2, 4, 16, 64}

// wanted is how many times as fast as on one worker a step is to be.
var wanted = map[int]float64{16: 12, 64: 30}

var yes = map[bool]string{true: "yes", false: "no"}

// A simulation is the plan for some workers.
type simulation struct {
	workers int
	plan    *simd.ExecutionPlan
}

// text returns the section of the page.
func text(sims []simulation, measured float64) string {
	var b strings.Builder
	last := sims[len(sims)-1].plan
	fmt.Fprintf(&b, `
## Many workers

`+"`go run ./bench/workers -page docs/benchmarks.md`"+` writes this section. It simulates the training
step above on machines that are not at hand: every task of the engine's plan is
measured on one worker, and the tasks are handed out as the engine does, wave after wave. A wave
takes as long as its last worker, and %v (2 workers) to %v (64) for the hand-over, which is an
assumption. Memory is taken to be as fast for many workers as for one. The plan for 64
workers has %d waves and %d tasks.

In the first column of speeds, each task counts with the mean of its step, whose tasks are of the
same size. In the second it counts with its own time, and the last column says of each whether
it is enough. The first task of a step is the longest there: alone, it reads from memory what
the others find in the cache.

| workers | ms/step | times as fast | with each task's own time | at least |
|--:|--:|--:|--:|:--|
`, handover(2), handover(64), len(last.Waves), tasks(last))
	for _, s := range sims {
		one := total(s.plan).Seconds()
		even, own := schedule(s.plan, s.workers, true), schedule(s.plan, s.workers, false)
		bar := "–"
		if want, ok := wanted[s.workers]; ok {
			bar = fmt.Sprintf("%.0f: %s, %s", want, yes[one/even.Seconds() >= want], yes[one/own.Seconds() >= want])
		}
		fmt.Fprintf(&b, "| %d | %.2f | %.1f | %.1f | %s |\n", s.workers, 1e3*even.Seconds(), one/even.Seconds(), one/own.Seconds(), bar)
	}
	p := sims[0].plan
	fmt.Fprintf(&b, `
Measured on this machine, two workers are %.2f times as fast as one. Element-wise loops are
%.0f %% of the time of a step on one worker, matrix products %.0f %%, the rest is copying.
`, measured, percent(elementwise(p), total(p)), percent(products(p), total(p)))
	return b.String()
}

func percent(part, whole time.Duration) float64 { return 100 * part.Seconds() / whole.Seconds() }

func tasks(p *simd.ExecutionPlan) (n int) {
	for _, w := range p.Waves {
		for _, s := range w.Steps {
			n += len(s.Tasks)
		}
	}
	return n
}

// printPlan prints the plan's steps with their times.
func printPlan(p *simd.ExecutionPlan) {
	for i, w := range p.Waves {
		fmt.Printf("wave %d, one worker %v\n", i, w.Alone)
		for _, s := range w.Steps {
			fmt.Printf("  %v in %d tasks: %s\n", sum(s), len(s.Tasks), s.Text)
		}
	}
}
