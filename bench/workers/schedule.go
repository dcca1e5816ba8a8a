package main

import (
	"slices"
	"time"

	"gsdnet/simd"
)

// handover is what a wave takes beside its tasks on more than one worker: to
// publish it, to wake the workers as a tree, and to see that all are done. It is
// an assumption, of what a line of memory takes from one processor to another.
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
			d += sum(s)
		}
	}
	return d
}

func sum(s simd.Step) (d time.Duration) {
	for _, t := range s.Tasks {
		d += t.Time
	}
	return d
}

// products is the time of the matrix products, elementwise that of loops.
func products(p *simd.ExecutionPlan) (d time.Duration) {
	for _, w := range p.Waves {
		for _, s := range w.Steps {
			for _, t := range s.Tasks {
				if s.Kind == "product" || s.Kind == "product and loop" {
					d += t.Time - t.Loop
				}
			}
		}
	}
	return d
}

func elementwise(p *simd.ExecutionPlan) (d time.Duration) {
	for _, w := range p.Waves {
		for _, s := range w.Steps {
			for _, t := range s.Tasks {
				d += t.Loop
			}
		}
	}
	return d
}

// schedule returns how long the plan takes on some workers. Where even is set, each task
// counts with the mean of its step.
func schedule(p *simd.ExecutionPlan, workers int, even bool) (d time.Duration) {
	for _, w := range p.Waves {
		d += wave(w, workers, even)
	}
	return d
}

func wave(w simd.Wave, workers int, even bool) time.Duration {
	if w.Alone {
		workers = 1
	}
	var tasks []time.Duration
	for _, s := range w.Steps {
		for _, t := range s.Tasks {
			if even {
				t.Time = sum(s) / time.Duration(len(s.Tasks))
			}
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
