package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"gsdnet/dataset"
	datanpz "gsdnet/dataset/npz"
	"gsdnet/experiment"
	"gsdnet/experiment/nats"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
)

// accessFlags say how a command proves to a NATS server who it is.
type accessFlags struct {
	Name   string `help:"Name of the sweep on the NATS server, if the server has several." default:"sweep" placeholder:"NAME"`
	Creds  string `help:"Credentials for the NATS server, a .creds file." placeholder:"FILE"`
	Nkey   string `help:"Seed of an NKey for the NATS server." placeholder:"FILE"`
	TLSCA  string `name:"tls-ca" help:"Certificates of the authority that signed the server's certificate, PEM." placeholder:"FILE"`
	TLSCrt string `name:"tls-cert" help:"Certificate that shows the server who this is, PEM." placeholder:"FILE"`
	TLSKey string `name:"tls-key" help:"Key of --tls-cert, PEM." placeholder:"FILE"`
}

// access returns the files, which must exist.
func (f *accessFlags) access() (nats.Access, error) {
	for _, path := range []string{f.Creds, f.Nkey, f.TLSCA, f.TLSCrt, f.TLSKey} {
		if path == "" {
			continue
		}
		if info, err := os.Stat(path); err != nil {
			return nats.Access{}, fault.Input("check the path", "%w", err)
		} else if info.IsDir() {
			return nats.Access{}, fault.Input("give the path of a file", "%s: it is a folder", path)
		}
	}
	return nats.Access{Credentials: f.Creds, NKey: f.Nkey, CA: f.TLSCA, Cert: f.TLSCrt, Key: f.TLSKey}, nil
}

// headFlags let workers on other machines take part in a sweep.
type headFlags struct {
	Listen     string `help:"Let workers (gsdnet worker) take part, over a NATS server at this address of this process." placeholder:"HOST:PORT"`
	NATS       string `name:"nats" help:"Let workers take part, over a NATS server with JetStream that is running." placeholder:"URL"`
	NATSConfig string `name:"nats-config" help:"Configuration of NATS for the server of --listen: users, NKeys, TLS." placeholder:"FILE"`
	LostAfter  int    `name:"lost-after" help:"Seconds without a sign of life after which the cell of a worker goes to another." default:"120" placeholder:"SECONDS" limit:"1..86400"`
	Tries      int    `help:"Number of workers that may be lost with a cell before it is set aside." default:"3" placeholder:"N" limit:"1..100"`
	NoWork     bool   `name:"no-work" help:"Leave all cells to workers."`
	accessFlags

	server *nats.Server // of --listen, set by check
}

// remote reports whether workers take part.
func (f *headFlags) remote() bool { return f.Listen != "" || f.NATS != "" }

// check returns an error for flags that are wrong or contradict each other.
func (f *headFlags) check() (err error) {
	const hint = "give one of --listen and --nats"
	switch {
	case f.Listen != "" && f.NATS != "":
		return fault.Input(hint, "--listen and --nats are both given")
	case f.NATSConfig != "" && f.Listen == "":
		return fault.Input("give --listen HOST:PORT, or configure the running server", "--nats-config is given without --listen")
	case f.NoWork && !f.remote():
		return fault.Input(hint, "--no-work leaves the cells to workers, and none can take part")
	}
	if f.Listen != "" {
		if f.server, err = nats.Configure(f.Listen, f.NATSConfig); err != nil {
			return err
		}
	}
	return nats.Check(f.Name, f.NATS)
}

// Folders in the folder of a sweep with workers.
const (
	queueDir  = "queue"  // the streams of the server, while the sweep runs
	failedDir = "failed" // a text for every cell that failed
)

// run runs a sweep as the head of workers.
func (f *headFlags) run(ctx context.Context, sweep *experiment.Sweep, dataDir string, term *terminal) error {
	access, err := f.access()
	if err != nil {
		return err
	}
	files, err := dataFiles(sweep.Cells, dataDir)
	if err != nil {
		return err
	}
	program, err := programVersion()
	if err != nil {
		return err
	}
	return sweep.RunThrough(ctx, func(w *experiment.Worker, ended func(experiment.Ended)) (experiment.Queue, func(context.Context) error, error) {
		conn, closeServer, err := f.connect(ctx, access, sweep.Out, term)
		if err != nil {
			return nil, nil, err
		}
		var told sync.Mutex
		head, err := nats.NewHead(ctx, conn, sweep.Cells, nats.HeadOptions{
			Name: f.Name, Program: program, LostAfter: time.Duration(f.LostAfter) * time.Second, Tries: f.Tries, Files: files,
			Finished: w.Finished, Store: w.Unpack,
			Aside: func(s experiment.Spec, log string) { setAside(sweep.Out, s, log) },
			Remote: func() {
				if sweep.Progress != nil {
					sweep.Progress(sweep.Parts() / max(1, len(sweep.Cells)))
				}
			},
			Warn: func(text string) {
				told.Lock()
				defer told.Unlock()
				fmt.Fprintf(term.err, "gsdnet: warning: %s\n", text)
			},
		}, ended)
		if err != nil {
			conn.Close()
			closeServer(false)
			return nil, nil, err
		}
		return head, func(ctx context.Context) error {
			err := head.Wait(ctx)
			closing := head.Close()
			conn.Close()
			closeServer(err == nil && closing == nil)
			return errors.Join(err, closing)
		}, nil
	})
}

// connect connects to the server of --nats, or starts that of --listen. The function that it
// returns stops the server and, when the sweep is over, removes its streams.
func (f *headFlags) connect(ctx context.Context, access nats.Access, out string, term *terminal) (*nats.Conn, func(over bool), error) {
	if f.NATS != "" {
		conn, err := nats.Dial(ctx, f.NATS, access, time.Minute)
		return conn, func(bool) {}, err
	}
	store := filepath.Join(out, queueDir)
	if err := f.server.Start(store); err != nil {
		return nil, nil, err
	}
	conn, err := f.server.Dial(access)
	if err != nil {
		f.server.Close()
		return nil, nil, err
	}
	term.note("workers join by: gsdnet worker %s", f.server.Address())
	return conn, func(over bool) {
		f.server.Close()
		if over {
			_ = os.RemoveAll(store)
		}
	}, nil
}

// setAside keeps what is known of a cell that failed.
func setAside(out string, s experiment.Spec, log string) {
	dir := filepath.Join(out, failedDir)
	if os.MkdirAll(dir, 0o755) == nil {
		_ = atomicfile.Write(filepath.Join(dir, s.String()+".log"), []byte(log))
	}
}

// dataFiles lists the files of the data sets of cells, which workers copy. It returns an
// error for a data set that is not below the data directory.
func dataFiles(cells []experiment.Spec, dataDir string) ([]nats.File, error) {
	var all []nats.File
	seen := map[string]bool{}
	for _, s := range cells {
		path := s.Data.Path
		if seen[path] || dataset.Invented(path) {
			continue
		}
		seen[path] = true
		if !filepath.IsLocal(path) {
			return nil, fault.Input("name the folder of the data with --data-dir, and write the path in the grid relative to it", "%s: workers cannot copy a data set that is not below the data directory", path)
		}
		err := filepath.WalkDir(filepath.Join(dataDir, path), func(at string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			rest, err := filepath.Rel(dataDir, at)
			all = append(all, nats.File{Path: filepath.ToSlash(rest), From: at})
			return err
		})
		if err != nil {
			return nil, fault.Input("check the permissions", "%w", err)
		}
		names := datanpz.NamesFile(path) // beside a .npz
		if _, err := os.Stat(filepath.Join(dataDir, names)); err == nil && strings.EqualFold(filepath.Ext(path), ".npz") && !seen[names] {
			seen[names] = true
			all = append(all, nats.File{Path: filepath.ToSlash(names), From: filepath.Join(dataDir, names)})
		}
	}
	return all, nil
}
