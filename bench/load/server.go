package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// server is one of the servers and what was measured of it.
type server struct {
	name, path, url string
	command         *exec.Cmd
	client          *http.Client
	check           func(got []said, r request) error
	mu              sync.Mutex
	times           []time.Duration
	elapsed         time.Duration
	failed          error
	resident, peak  float64 // MiB
}

// start starts a server, which prints "… at http://ADDRESS" when it is ready.
func (s *server) start(command []string) error {
	s.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1024}}
	s.command = exec.Command(command[0], command[1:]...)
	s.command.Stderr = os.Stderr
	out, err := s.command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := s.command.Start(); err != nil {
		return err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	_, url, found := strings.Cut(strings.TrimSpace(line), " at ")
	if err != nil || !found {
		s.stop()
		return fmt.Errorf("%s did not start: it printed %q", s.name, line)
	}
	s.url = url
	return nil
}

// stop ends the server and waits for it.
func (s *server) stop() {
	_ = s.command.Process.Signal(syscall.SIGTERM)
	_ = s.command.Wait()
}

// load lets clients ask for some time. Each begins its next request when the one before is
// answered.
func (s *server) load(clients int, requests []request, duration time.Duration) error {
	began := time.Now()
	until := began.Add(duration)
	var wg sync.WaitGroup
	for k := range clients {
		wg.Go(func() {
			for i := k; time.Now().Before(until); i++ {
				asked := time.Now()
				err := s.ask(requests[i%len(requests)])
				s.mu.Lock()
				s.times, s.failed = append(s.times, time.Since(asked)), errors.Join(s.failed, err)
				s.mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	s.elapsed += time.Since(began)
	return s.failed
}

// ask sends one request and checks its answer.
func (s *server) ask(r request) error {
	response, err := s.client.Post(s.url+s.path, "application/json", bytes.NewReader(r.body))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	var answer struct{ Utterances []said }
	if err := json.Unmarshal(text, &answer); err != nil || response.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d: %.300s", response.StatusCode, text)
	}
	return s.check(answer.Utterances, r)
}

// exact compares an answer bit for bit.
func exact(answer []said, r request) error {
	got, err := json.Marshal(answer)
	if err == nil && !bytes.Equal(got, r.answer) {
		err = errors.New("an answer differs from that of the run")
	}
	return err
}

// tolerance is the largest difference to answers in another order of the sums.
const tolerance = 2e-3

// near compares scores within the tolerance.
func near(answer []said, r request) error {
	if len(answer) != len(r.want) {
		return fmt.Errorf("got %d utterances, want %d", len(answer), len(r.want))
	}
	for i, got := range answer {
		want := r.want[i].Score
		if want == nil || got.Score == nil {
			return errors.New("only scores can be compared")
		}
		if d := math.Abs(got.Score.Mean - want.Mean); d > tolerance {
			return fmt.Errorf("utterance %d: the score differs by %g", i, d)
		}
		if d := math.Abs(got.Score.Deviation - want.Deviation); d > tolerance*want.Deviation {
			return fmt.Errorf("utterance %d: the deviation differs by %g", i, d)
		}
	}
	return nil
}

// residentMiB returns the resident memory of a process, or its peak.
func residentMiB(pid int, which string) (float64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, found := strings.CutPrefix(line, which+":"); found {
			kibi, err := strconv.ParseFloat(strings.Fields(value)[0], 64)
			return kibi / 1024, err
		}
	}
	return 0, fmt.Errorf("the system does not report %s", which)
}
