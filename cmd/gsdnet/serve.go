package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"gsdnet"
	"gsdnet/internal/fault"
	"gsdnet/internal/limit"
	"gsdnet/internal/results"
	"gsdnet/report"
	"gsdnet/serve"
	"gsdnet/serve/web"
)

func init() { register[serveCmd]("serve", "Answer HTTP requests with trained runs.") }

type serveCmd struct {
	Runs    []string `arg:"" name:"run" help:"Run directories that gsdnet train wrote. A request chooses one by the name of its directory." placeholder:"RUN"`
	Addr    string   `help:"Address to listen on; port 0 chooses a free one." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	Token   string   `name:"token-file" help:"File with the token that requests must carry. The environment variable GSDNET_TOKEN may hold it instead." placeholder:"FILE"`
	Hosts   []string `name:"host" help:"Name that clients call the server by, beside localhost and IP addresses. The flag may be repeated." placeholder:"NAME" sep:"none"`
	Show    []string `help:"Data file whose conversations the page offers: those of its test split, or all. The flag may be repeated." placeholder:"FILE" sep:"none"`
	Media   []string `help:"Recording, or folder of recordings, that the page plays beside the conversation of the same name; a transcript beside it has the times. The flag may be repeated." placeholder:"PATH" sep:"none"`
	Results []string `help:"Folder of gsdnet sweep, report or eval whose results the page shows, beside those of the runs. The flag may be repeated." placeholder:"DIR" sep:"none"`
	backendFlag
	serve.Limits
}

// tokenVariable is the environment variable that may hold the token.
const tokenVariable = "GSDNET_TOKEN"

// Help is the example under --help.
func (serveCmd) Help() string {
	return `Example:
  gsdnet serve runs/first --show conversations.npz --results runs/quick
  gsdnet serve runs/first --show talks.npz --media recordings
  curl http://127.0.0.1:8080/v1/models

Shows a page at http://127.0.0.1:8080 on which you open a conversation, switch
modalities off and watch the emotions change. Answers POST /v1/predict, /v1/impute and /v1/explain for a whole conversation,
and keeps conversations that go on at /v1/conversations. /openapi.json describes
everything, /metrics is for Prometheus, and docs/serve.md has examples. The
server is reachable from this machine alone unless --addr says otherwise; then it
needs a token. It stops in order on an interrupt, finishing what it accepted, and
opens the runs and files again on a hang-up signal (kill -HUP) without dropping a request.`
}

// Run serves until ctx ends.
func (c *serveCmd) Run(ctx context.Context, term *terminal) error {
	token, err := c.token()
	if err != nil {
		return err
	}
	return c.serve(ctx, term, token)
}

// serve opens the runs, says where they are served, and answers until ctx ends.
func (c *serveCmd) serve(ctx context.Context, term *terminal, token string) error {
	if os.Getenv("GOGC") == "" {
		// Bodies are garbage as soon as they are decoded. Collecting it twice as often costs
		// about 2 % of the time, and saves a quarter of the memory under load.
		defer debug.SetGCPercent(debug.SetGCPercent(50))
	}
	log := slog.New(slog.NewTextHandler(term.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	sources, err := c.sources()
	if err != nil {
		return err
	}
	server, err := serve.New(serve.Config{
		Runs: c.Runs, Addr: c.Addr, Token: token, Hosts: c.Hosts, Limits: c.Limits, Log: log,
		Show: c.Show, Media: c.media(), Results: sources, Page: web.Files(),
		Open: func(dir string) (*gsdnet.Run, error) { return gsdnet.Open(dir, gsdnet.WithBackend(c.Backend)) },
	})
	if err != nil {
		return err
	}
	defer server.Close()
	listener, err := server.Listen()
	if err != nil {
		return err
	}
	defer c.reloads(server, term)()
	if _, err := fmt.Fprintf(term.out, "serving %s at http://%s\n", strings.Join(server.Runs(), ", "), listener.Addr()); err != nil {
		return errors.Join(err, listener.Close()) // nobody would know the address
	}
	return server.Serve(ctx, listener)
}

// sources lists the folders whose results the page shows: those of --results and the runs.
func (c *serveCmd) sources() ([]serve.Source, error) {
	var out []serve.Source
	for _, dir := range append(slices.Clone(c.Results), c.Runs...) {
		absolute, err := filepath.Abs(dir)
		if err != nil {
			return nil, fault.Input("name a folder with --results", "%w", err)
		}
		if info, err := os.Stat(absolute); err != nil || !info.IsDir() {
			return nil, fault.Input("name the folder of gsdnet sweep, report or eval", "%s: there is no such folder", dir)
		}
		out = append(out, serve.Source{
			Name:    filepath.Base(absolute),
			View:    func(ctx context.Context) (*results.View, error) { return report.View(ctx, absolute) },
			Picture: func(file string) ([]byte, error) { return report.PictureOf(absolute, file) },
		})
	}
	return out, nil
}

// reloads opens the runs again at every hang-up signal until the returned function is
// called.
func (c *serveCmd) reloads(server *serve.Server, term *terminal) (stop func()) {
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		defer close(done)
		for range signals {
			if err := server.Reload(); err == nil {
				term.note("the runs and the files of --show were opened again")
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(signals)
		<-done
	}
}

// token returns the token of the file, or of the environment variable.
func (c *serveCmd) token() (string, error) {
	if c.Token == "" {
		return strings.TrimSpace(os.Getenv(tokenVariable)), nil
	}
	text, err := limit.ReadFile(c.Token)
	if err != nil {
		return "", fault.Input("name a file that can be read and holds the token alone", "%w", err)
	}
	token := strings.TrimSpace(string(text))
	if token == "" {
		return "", fault.Input("make one with: openssl rand -hex 32", "%s: the token is empty", c.Token)
	}
	return token, nil
}
