//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	datanpz "gsdnet/dataset/npz"
	"gsdnet/dataset/synthetic"
	"gsdnet/experiment/nats"
)

// clusterGrid is a grid of short cells, two for each seed.
const clusterGrid = `
models = ["zero", "regression"]
rates = [0.0, 0.5]
seeds = [%[1]s]
samples = 2
[[dataset]]
name = "d"
path = "sets/data.npz"
[train]
epochs = %[2]d
batch = 2
patience = 0
[zero]
width = %[3]d
hidden = 8
[regression]
width = %[3]d
hidden = 8
`

// task is what each cell of a cluster trains.
type task struct {
	corpus        synthetic.Config
	epochs, width int
}

// short is a cell that the disk takes longer for than the processor.
var short = synthetic.Config{Train: 6, Valid: 2, Test: 2, MinTurns: 4, MaxTurns: 8, Dims: [3]int{4, 3, 2}}

// cluster is a sweep with workers in processes of their own.
type cluster struct {
	t       *testing.T
	program string
	dir     string
	address string
	lost    time.Duration

	processes []*process // in the order in which they were started
}

// process is a running command with its output.
type process struct {
	*exec.Cmd
	name     string
	out, err bytes.Buffer
	done     chan struct{}
}

// newCluster builds the program and makes a grid with data.
func newCluster(t *testing.T, cells int, of task, lost time.Duration) *cluster {
	t.Helper()
	c := &cluster{t: t, dir: t.TempDir(), program: filepath.Join(t.TempDir(), "gsdnet"), lost: lost}
	if out, err := exec.Command("go", "build", "-o", c.program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.Mkdir(filepath.Join(c.dir, "sets"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := datanpz.Write(filepath.Join(c.dir, "sets", "data.npz"), synthetic.New(of.corpus)); err != nil {
		t.Fatal(err)
	}
	var seeds []string
	for i := range cells / 2 {
		seeds = append(seeds, strconv.Itoa(i+1))
	}
	grid := fmt.Sprintf(clusterGrid, strings.Join(seeds, ", "), of.epochs, of.width)
	if err := os.WriteFile(filepath.Join(c.dir, "grid.toml"), []byte(grid), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.address = l.Addr().String()
	l.Close()
	return c
}

// start starts the program.
func (c *cluster) start(name string, args ...string) *process {
	c.t.Helper()
	p := &process{Cmd: exec.Command(c.program, args...), name: name, done: make(chan struct{})}
	p.Dir, p.Stdout, p.Stderr = c.dir, &p.out, &p.err
	c.processes = append(c.processes, p)
	p.Env = append(os.Environ(), "GSDNET_DATA=") // the data lie beside the grid
	if args[0] == "worker" {
		p.Env = append(p.Env, "GOMAXPROCS=1")
	}
	if err := p.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func() {
		_ = p.Wait()
		close(p.done)
	}()
	c.t.Cleanup(func() {
		_ = p.Process.Kill()
		<-p.done
	})
	return p
}

// head starts the process of the sweep, which runs no cells itself.
func (c *cluster) head(out string, more ...string) *process {
	c.t.Helper()
	args := []string{"sweep", "grid.toml", "--out", out, "--listen", c.address, "--no-work", "--lost-after", strconv.Itoa(int(c.lost.Seconds())), "--tries", "5"}
	return c.start("head", append(args, more...)...)
}

// worker starts a worker of one cell at a time, on one processor.
func (c *cluster) worker(i int) *process {
	c.t.Helper()
	return c.start(fmt.Sprint("worker ", i), "worker", "nats://"+c.address, "--workers", "1", "--dir", "workers")
}

// ends waits for a process to end and wants the exit code 0.
func (c *cluster) ends(p *process, within time.Duration) {
	c.t.Helper()
	select {
	case <-p.done:
	case <-time.After(within):
		_ = p.Process.Signal(syscall.SIGQUIT) // it writes down what its goroutines do
		<-p.done
		for _, q := range c.processes {
			_ = q.Process.Kill() // if it has not ended
			<-q.done
			c.t.Logf("%s: %v\n%s%s", q.name, q.ProcessState, q.out.String(), q.err.String())
		}
		c.t.Fatalf("%s still ran after %s", p.name, within)
	}
	if code := p.ProcessState.ExitCode(); code != 0 {
		c.t.Errorf("%s: exit code %d\n%s%s", p.name, code, p.out.String(), p.err.String())
	}
}

// until waits until the status of the sweep is as wanted.
func (c *cluster) until(what string, reached func(*nats.Status) bool) *nats.Status {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 3*time.Minute)
	defer cancel()
	conn, err := nats.Dial(ctx, "nats://"+c.address, nats.Access{}, time.Minute)
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close()
	for ctx.Err() == nil {
		if s, err := nats.Ask(ctx, conn, nats.DefaultName); err == nil && reached(s) {
			return s
		}
		time.Sleep(20 * time.Millisecond)
	}
	c.t.Fatalf("waited in vain until %s", what)
	return nil
}

// runs waits until a worker has a cell.
func (c *cluster) runs(p *process) {
	c.t.Helper()
	c.until(p.name+" has a cell", func(s *nats.Status) bool {
		for _, r := range s.Running {
			if strings.Contains(r.Worker, fmt.Sprintf("-%d-", p.Process.Pid)) {
				return true
			}
		}
		return false
	})
}

// TestCluster runs a grid by a head and four workers. Two workers are killed while they run
// a cell, one is stopped for longer than the head waits for it, and the head is killed and
// started again. Every cell ends once, with the bytes of a sweep in one process.
// GSDNET_CLUSTER is the number of cells; make cluster asks for 48.
func TestCluster(t *testing.T) {
	asked := os.Getenv("GSDNET_CLUSTER")
	if asked == "" {
		t.Skip("SKIPPED: it takes minutes of two idle processors; make cluster runs it")
	}
	cells, err := strconv.Atoi(asked)
	if err != nil {
		t.Fatal(err)
	}
	lost := 10 * time.Second
	if cells < 20 {
		lost = 3 * time.Second
	}
	const epochs = 60 // so that the sweep goes on when the worker that was stopped comes back
	c := newCluster(t, cells, task{short, epochs, 8}, lost)
	c.ends(c.start("the sweep in one process", "sweep", "grid.toml", "--out", "whole", "--workers", "2"), 8*time.Minute)
	head := c.head("spread")
	var workers []*process
	for i := range 4 {
		workers = append(workers, c.worker(i))
	}
	for _, p := range workers[:2] {
		c.runs(p)
		_ = p.Process.Kill()
	}
	c.runs(workers[2])
	_ = workers[2].Process.Signal(syscall.SIGSTOP)
	stopped := time.Now()
	c.until("a cell has ended", func(s *nats.Status) bool { return s.Ended > 0 })
	_ = head.Process.Kill()
	<-head.done
	again := c.head("spread")
	c.until("the head answers again", func(s *nats.Status) bool { return s.Workers > 0 })
	time.Sleep(time.Until(stopped.Add(3 * lost)))
	if s := c.until("the head is there", func(*nats.Status) bool { return true }); s.Ended == cells {
		t.Fatal("the sweep had ended before the worker that was stopped came back; give its cells more epochs")
	}
	_ = workers[2].Process.Signal(syscall.SIGCONT)
	c.ends(again, 3*time.Minute)
	for _, p := range workers[2:] {
		c.ends(p, time.Minute)
	}
	if fault := folderDifference(filepath.Join(c.dir, "whole"), filepath.Join(c.dir, "spread")); fault != "" {
		t.Errorf("the sweep with workers and that in one process: %s", fault)
	}
	nothingLeft(t, "the sweep", filepath.Join(c.dir, "spread"))
	seen := map[string]int{}
	for _, line := range strings.Split(head.out.String()+again.out.String(), "\n") {
		if _, rest, is := strings.Cut(line, "  d--"); is {
			name, _, _ := strings.Cut(rest, " ")
			seen[name]++
		}
	}
	for name, n := range seen {
		if n != 1 {
			t.Errorf("%s ended %d times", name, n)
		}
	}
	if len(seen) < cells-1 { // the head may be killed between storing a cell and printing it
		t.Errorf("%d cells were reported, want %d", len(seen), cells)
	}
	t.Logf("head: %s", again.err.String())
}

// TestTwoWorkersAgainstOne wants two workers of a processor each to be 1.7 times as fast as
// one. It needs two idle processors, so that it is part of make cluster alone.
func TestTwoWorkersAgainstOne(t *testing.T) {
	if os.Getenv("GSDNET_CLUSTER") == "" {
		t.Skip("SKIPPED: needs idle processors; set GSDNET_CLUSTER")
	}
	c := newCluster(t, 12, task{synthetic.Config{Train: 32, Valid: 8, Test: 8, MinTurns: 24, MaxTurns: 24, Dims: [3]int{256, 128, 64}}, 12, 128}, 30*time.Second)
	var took []time.Duration
	for n := 1; n <= 2; n++ {
		head := c.head(fmt.Sprint("with", n))
		var all []*process
		for i := range n {
			all = append(all, c.worker(i))
		}
		c.until("the workers are there", func(s *nats.Status) bool { return len(s.Running) == n })
		started := time.Now()
		c.ends(head, 8*time.Minute)
		took = append(took, time.Since(started))
		for _, p := range all {
			c.ends(p, time.Minute)
		}
	}
	ratio := took[0].Seconds() / took[1].Seconds()
	t.Logf("12 cells: one worker %s, two workers %s: %.2f times as fast", took[0], took[1], ratio)
	if ratio < 1.7 {
		t.Errorf("got %.2f times as fast, want 1.7", ratio)
	}
}
