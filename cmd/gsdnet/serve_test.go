//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gsdnet"
	"gsdnet/dataset"
	datanpz "gsdnet/dataset/npz"
	"gsdnet/erc"
)

// served is gsdnet serve in a process of its own.
type served struct {
	cmd    *exec.Cmd
	url    string
	stderr bytes.Buffer
}

// startServer starts gsdnet serve with arguments on a free port.
func startServer(t *testing.T, args ...string) *served {
	t.Helper()
	return startProgram(t, append([]string{"serve"}, args...)...)
}

// startProgram starts a verb that serves, on a free port.
func startProgram(t *testing.T, args ...string) *served {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "gsdnet") // under this name the test is the command
	if err := os.Symlink(self, program); err != nil {
		t.Fatal(err)
	}
	s := &served{cmd: exec.Command(program, append(args, "--addr=127.0.0.1:0")...)}
	s.cmd.Stderr = &s.stderr
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, url, found := strings.Cut(lines.Text(), " at http"); found && strings.HasPrefix(lines.Text(), "serving ") {
			s.url = "http" + url
			return s
		}
	}
	t.Fatalf("got %v, want the address; %s", lines.Err(), s.stderr.String())
	return nil
}

// stop sends a signal and returns the exit code.
func (s *served) stop(t *testing.T, signal os.Signal) int {
	t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil && s.cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return s.cmd.ProcessState.ExitCode()
}

// The command answers with the numbers of gsdnet predict, opens its runs again on a
// hang-up signal, and finishes its requests when it is terminated under load.
func TestServeProcess(t *testing.T) {
	matrixFolder(t)
	corpus, err := dataset.Open("good.npz", dataset.Fields{Task: erc.NoLabels.String()})
	if err != nil {
		t.Fatal(err)
	}
	corpus.Conversations = corpus.Conversations[:1]
	table, err := dataset.Tabulate(corpus)
	if err != nil {
		t.Fatal(err)
	}
	if err := datanpz.Arrays(table).WriteFile("one.npz"); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), strings.Fields("predict run --in one.npz --out one.jsonl --samples 3"), &terminal{out: &out, err: &errs}); code != 0 {
		t.Fatal(errs.String())
	}
	want, err := os.ReadFile("one.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile("one.npz")
	if err != nil {
		t.Fatal(err)
	}
	server := startServer(t, "run")
	ask := func() (lines string, err error) {
		response, err := http.Post(server.url+"/v1/predict?samples=3", "application/zip", bytes.NewReader(body))
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		var got struct {
			Utterances []struct{ Score gsdnet.Score }
		}
		text, err := io.ReadAll(response.Body)
		if err != nil {
			return "", err
		}
		if err := json.Unmarshal(text, &got); err != nil || response.StatusCode != 200 {
			return fmt.Sprintf("status %d: %s", response.StatusCode, text), nil
		}
		for _, u := range got.Utterances {
			line, err := json.Marshal(u.Score)
			if err != nil {
				return "", err
			}
			lines += string(line) + "\n"
		}
		return lines, nil
	}
	var scores strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(string(want)), "\n") {
		_, score, _ := strings.Cut(line, `"score":`)
		scores.WriteString(strings.TrimSuffix(score, "}") + "\n")
	}
	if got, err := ask(); err != nil || got != scores.String() {
		t.Fatalf("got %s, error %v, want the numbers of predict, %s", got, err, scores.String())
	}
	var wg sync.WaitGroup
	var answered, lost atomic.Int64
	var stopped atomic.Bool
	for range 4 {
		wg.Go(func() {
			for !stopped.Load() {
				got, err := ask()
				switch {
				case err == nil && got == scores.String():
					answered.Add(1)
				case !stopped.Load() && err != nil:
					lost.Add(1)
				case err == nil && !strings.HasPrefix(got, "status 503"):
					t.Errorf("got %s", got)
				}
			}
		})
	}
	for i := range 3 {
		if err := server.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		for before, until := answered.Load(), time.Now().Add(20*time.Second); answered.Load() < before+10 && time.Now().Before(until); {
			time.Sleep(time.Millisecond)
		}
		if lost.Load() != 0 {
			t.Errorf("reload %d: %d requests were lost, want none", i, lost.Load())
		}
	}
	stopped.Store(true)
	if code := server.stop(t, syscall.SIGTERM); code != 0 {
		t.Errorf("got exit code %d, want 0: %s", code, server.stderr.String())
	}
	wg.Wait()
	if got := server.stderr.String(); strings.Count(got, "gsdnet: note: the runs and the files of --show were opened again\n") == 0 || strings.Contains(got, "error") {
		t.Errorf("got %q on the error stream, want notes of the reloads", got)
	}
}

// The token comes from a file or the environment, and is not shown.
func TestServeToken(t *testing.T) {
	matrixFolder(t)
	const secret = "correct-horse-battery-staple"
	if err := os.WriteFile("token", []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"run", "--token-file=token"}, {"run"}} {
		if len(args) == 1 {
			t.Setenv("GSDNET_TOKEN", secret)
		}
		server := startServer(t, args...)
		for token, want := range map[string]int{secret: 200, "another": 401} {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.url+"/v1/models", nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", "Bearer "+token)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			if response.StatusCode != want {
				t.Errorf("%v with the token %q: got status %d, want %d", args, token, response.StatusCode, want)
			}
		}
		if code := server.stop(t, os.Interrupt); code != 0 || strings.Contains(server.stderr.String(), secret) {
			t.Errorf("%v: got exit code %d, want 0, and no token in %s", args, code, server.stderr.String())
		}
	}
}
