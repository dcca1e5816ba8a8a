package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"gsdnet/engine"
	"gsdnet/experiment"
	"gsdnet/experiment/nats"
	"gsdnet/internal/count"
	"gsdnet/internal/dirlock"
	"gsdnet/internal/fault"
	"gsdnet/rundir"
)

func init() { register[workerCmd]("worker", "Run cells of a sweep on another machine.") }

type workerCmd struct {
	Server   string `arg:"" help:"Address that gsdnet sweep --listen prints, or that of the server of --nats." placeholder:"URL"`
	Dir      string `help:"Folder for data sets and runs (default: gsdnet in the user's cache folder). Several workers may share it." placeholder:"DIR"`
	DataDir  string `name:"data-dir" help:"Folder that has the data sets already. Without it they are copied from the sweep." placeholder:"DIR"`
	Workers  int    `help:"Number of cells that run at the same time (default: half the processors)." placeholder:"N" limit:"0..256"`
	Patience int    `help:"Seconds to wait for a sweep that does not answer, as it may be started again." default:"600" placeholder:"SECONDS" limit:"1..604800"`
	accessFlags
	backendFlag
}

// Help is the example under --help.
func (workerCmd) Help() string {
	return `Example:
  gsdnet worker nats://head.example:4222 --workers 4

Takes cells of the sweep that listens there, and sends their results back, until every
cell has ended. A worker may be stopped or killed at any time: its cells go to others. The
program must be of the same version as that of the sweep.`
}

// Run runs cells until every cell of the sweep has ended.
func (c *workerCmd) Run(ctx context.Context, term *terminal) error {
	access, err := c.access()
	if err != nil {
		return err
	}
	program, err := programVersion()
	if err != nil {
		return err
	}
	backend, err := engine.OpenToTrain(c.Backend)
	if err != nil {
		return err
	}
	defer backend.Finalize()
	patience := time.Duration(c.Patience) * time.Second
	conn, err := nats.Dial(ctx, c.Server, access, patience)
	if err != nil {
		return err
	}
	defer conn.Close()
	worker := &experiment.Worker{Backend: backend}
	run := func(s experiment.Spec) string { return filepath.Join(worker.Out, s.String()) }
	var telling sync.Mutex
	finished := 0
	remote, err := nats.Join(ctx, conn, nats.RemoteOptions{
		Name: c.Name, Program: program, Patience: patience,
		Pack: func(s experiment.Spec, _ *experiment.Record, w io.Writer) error {
			return experiment.RunDir(run(s)).Pack(w)
		},
		Log: func(s experiment.Spec) string { return tailOf(filepath.Join(run(s), rundir.LogFile)) },
		Stored: func(e experiment.Ended) {
			telling.Lock()
			defer telling.Unlock()
			finished++
			_ = os.RemoveAll(run(e.Cell)) // the head has it
			fmt.Fprintf(term.out, "%s  %s\n", e.Cell, ending(e))
		},
		Warn: func(text string) { term.note("%s", text) },
	})
	if err != nil {
		return err
	}
	defer remote.Close()
	leave, err := c.prepare(ctx, worker, remote)
	if err != nil {
		return err
	}
	if err := c.work(ctx, worker, remote); err != nil {
		leave()
		return err
	}
	leave()
	_ = os.RemoveAll(filepath.Dir(worker.Out))            // the sweep is over
	_ = os.Remove(filepath.Dir(filepath.Dir(worker.Out))) // if no other worker has a folder there
	_, err = fmt.Fprintf(term.out, "%s ended here\n", count.Of(finished, "cell"))
	return err
}

// work runs cells, several at the same time.
func (c *workerCmd) work(ctx context.Context, worker *experiment.Worker, remote *nats.Remote) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	errs := make([]error, workers(c.Workers))
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			if errs[i] = worker.Work(ctx, remote); errs[i] != nil {
				stop() // what one cannot do, the others cannot
			}
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fault.Failure("start the worker again to go on", "stopped; its cells go to other workers")
	}
	return nil
}

// prepare takes a folder of its own below the folder of the workers, and sees that the data
// are there. The function that it returns leaves the folder.
func (c *workerCmd) prepare(ctx context.Context, worker *experiment.Worker, remote *nats.Remote) (leave func(), err error) {
	base := c.Dir
	if base == "" {
		if base, err = os.UserCacheDir(); err != nil {
			return nil, fault.Input("name a folder with --dir", "%w", err)
		}
		base = filepath.Join(base, "gsdnet")
	}
	host, _ := os.Hostname()
	for i := 1; ; i++ {
		dir := filepath.Join(base, remote.Sweep()[:16], host+"-"+strconv.Itoa(i))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fault.Failure("choose a folder you may write to with --dir", "%w", err)
		}
		lock, err := dirlock.Acquire(dir)
		if err != nil && i < 1000 {
			continue // another worker has it
		} else if err != nil {
			return nil, err
		}
		worker.Out, worker.DataDir = filepath.Join(dir, "runs"), filepath.Join(dir, "data")
		if err = os.MkdirAll(worker.Out, 0o755); err == nil {
			if c.DataDir == "" {
				err = remote.FetchData(ctx, worker.DataDir)
			} else {
				worker.DataDir = c.DataDir
				err = remote.CheckData(c.DataDir)
			}
		}
		if err != nil {
			lock.Release()
		}
		return lock.Release, err
	}
}

// maxTail bounds what is sent of a log.
const maxTail = 32 << 10

// tailOf returns the end of a file, "" if there is none.
func tailOf(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text[max(0, len(text)-maxTail):])
}
