package main

import (
	"fmt"
	"slices"
	"time"

	"gsdnet/simd"
)

// handover is what a wave takes beside its tasks on more than one worker: to
// publish it, to wake the workers as a tree, and to see that all are done.
func handover(workers int) time.Duration {
	if workers == 1 {
		return 0
	}
	d := 500 * time.Nanosecond
	for n := 1; n < workers; n *= 2 {
		d += 250 * time.Nanosecond
	}
	return d
}

// total is the time of all tasks.
func total(p *simd.ExecutionPlan) (d time.Duration) {
	for _, w := range p.Waves {
		for _, s := range w.Steps {
			for _, t := range s.Tasks {
				d += t.Time
			}
		}
	}
	return d
}

// products is the time of the matrix products.
func products(p *simd.ExecutionPlan) (d time.Duration) {
	for _, w := range p.Waves {
		for _, s := range w.Steps {
			for _, t := range s.Tasks {
				if s.Kind != "loop" && s.Kind != "move" {
					d += t.Time - t.Loop
				}
			}
		}
	}
	return d
}

// schedule returns how long the plan takes on some workers.
func schedule(p *simd.ExecutionPlan, workers int) (d time.Duration) {
	for _, w := range p.Waves {
		d += wave(w, workers)
	}
	return d
}

func wave(w simd.Wave, workers int) time.Duration {
	if w.Alone {
		workers = 1
	}
	var tasks []time.Duration
	for _, s := range w.Steps {
		for _, t := range s.Tasks {
			tasks = append(tasks, t.Time)
		}
	}
	free := make([]time.Duration, workers)
	for len(tasks) > 0 {
		i := slices.Index(free, slices.Min(free))
		if i%2 == 0 { // takes from the front, others from the back
			free[i], tasks = free[i]+tasks[0], tasks[1:]
		} else {
			last := len(tasks) - 1
			free[i], tasks = free[i]+tasks[last], tasks[:last]
		}
	}
	return slices.Max(free) + handover(workers)
}

func report(p *simd.ExecutionPlan) {
	one := total(p)
	fmt.Printf("total %v, waves %d\n", one, len(p.Waves))
	for _, n := range []int{1, 2, 4, 16, 64} {
		d := schedule(p, n)
		fmt.Printf("%d workers %v: %.1f\n", n, d, float64(one)/float64(d))
	}
	kinds := map[string]time.Duration{}
	var loops, alone time.Duration
	for _, w := range p.Waves {
		if w.Alone {
			alone += wave(w, 1)
		}
		for _, s := range w.Steps {
			for _, t := range s.Tasks {
				kinds[s.Kind] += t.Time
				loops += t.Loop
			}
		}
	}
	fmt.Println(kinds, "loops", loops, "alone", alone, float64(loops)/float64(one))
	for i, w := range p.Waves {
		n := 0
		var sum, most time.Duration
		for _, s := range w.Steps {
			n += len(s.Tasks)
			for _, t := range s.Tasks {
				sum += t.Time
				most = max(most, t.Time)
			}
		}
		fmt.Printf("wave %d: alone %v, %d steps %d tasks, sum %v longest %v, at 16 %v, at 64 %v\n", i, w.Alone, len(w.Steps), n, sum, most, wave(w, 16), wave(w, 64))
		for _, s := range w.Steps {
			var sum, most time.Duration
			for _, t := range s.Tasks {
				sum += t.Time
				most = max(most, t.Time)
			}
			fmt.Printf("    %v (longest %v): %s\n", sum, most, s.Text)
		}
	}
}
