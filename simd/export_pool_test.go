package simd

import "github.com/gomlx/compute"

// A Team is the helpers of one execution.
type Team struct{ *team }

// Join makes a team as an execution does, and gives it its part of the helpers.
func Join(b compute.Backend) Team {
	t := b.(*backend).pool.join()
	t.resize(t.pool.share())
	return Team{t}
}

// Helpers renews the team's part and returns it.
func (t Team) Helpers() int {
	t.resize(t.pool.share())
	return len(*t.helpers.Load())
}

// Leave ends the team.
func (t Team) Leave() { t.leave() }

// Each runs n tasks as a wave does.
func (t Team) Each(n int, run func(task int)) {
	t.each(&worker{source: t.pool.memory}, n, func(_ *worker, task int) { run(task) })
}
