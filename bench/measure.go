package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// bench runs one Go benchmark of a built binary for a while and returns one of
// its metrics.
func (s *session) bench(binary, pattern, benchtime, metric string) (float64, error) {
	return s.benchOn(instructions{}, binary, pattern, benchtime, metric)
}

// benchOn is bench with a set of instructions, the processor's best if none.
func (s *session) benchOn(set instructions, binary, pattern, benchtime, metric string) (float64, error) {
	cmd := exec.Command(filepath.Join(s.dir, binary), "-test.run", "^$", "-test.bench", pattern, "-test.benchtime", benchtime)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "GSDNET_SIMD="+set.ours)
	text, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w\n%s", binary, pattern, err, text)
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		for i := 3; i < len(fields); i += 2 {
			if fields[i] == metric {
				return strconv.ParseFloat(fields[i-1], 64)
			}
		}
	}
	return 0, fmt.Errorf("%s %s: no metric %s in\n%s", binary, pattern, metric, text)
}

// exact is the pattern of one benchmark by the parts of its name.
func exact(parts ...string) string {
	for i, part := range parts {
		parts[i] = "^" + part + "$"
	}
	return strings.Join(parts, "/")
}

// peer is a Python process that answers requests.
type peer struct {
	in    io.WriteCloser
	out   *bufio.Scanner
	cmd   *exec.Cmd
	fault error // it is not there
}

// startPeer starts bench/reference/peer.py with variables set. A peer that cannot
// start answers every request with why.
func startPeer(python string, env ...string) *peer {
	p := &peer{cmd: exec.Command(python, "bench/reference/peer.py")}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stderr = os.Stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		p.fault = err
		return p
	}
	out, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	p.fault, p.out = err, bufio.NewScanner(out)
	return p
}

// ask sends a request and returns the answer.
func (p *peer) ask(request map[string]any) (map[string]any, error) {
	if p.fault != nil {
		return nil, p.fault
	}
	text, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(p.in, "%s\n", text); err != nil {
		p.fault = err
		return nil, err
	}
	if !p.out.Scan() {
		p.fault = fmt.Errorf("the peer stopped: on Debian, apt-get install python3-torch libopenblas0-pthread")
		return nil, p.fault
	}
	var answer map[string]any
	return answer, json.Unmarshal(p.out.Bytes(), &answer)
}

// seconds asks for one number.
func (p *peer) seconds(request map[string]any, key string) (float64, error) {
	answer, err := p.ask(request)
	if err != nil {
		return 0, err
	}
	value, ok := answer[key].(float64)
	if !ok {
		return 0, fmt.Errorf("the peer has no %s", key)
	}
	return value, nil
}

func (p *peer) close() {
	if p.in != nil {
		_ = p.in.Close()
	}
	if p.fault == nil {
		_ = p.cmd.Wait()
	}
}

// pair is two things to time against each other, and what was found: the figures of
// every round, or what went wrong.
type pair struct {
	name         string
	ours, theirs func() (float64, error)
	as, bs       []float64
	err          error
}

// time runs one after the other.
func (p *pair) time() {
	a, err := p.ours()
	if err != nil {
		p.err = err
		return
	}
	b, err := p.theirs()
	if err != nil {
		p.err = err
		return
	}
	p.as, p.bs = append(p.as, a), append(p.bs, b)
}

// alternate times two things in turn and returns the median of each.
func (s *session) alternate(ours, theirs func() (float64, error)) (a, b float64, err error) {
	p := &pair{ours: ours, theirs: theirs}
	s.rotate([]*pair{p})
	if p.err != nil {
		return 0, 0, p.err
	}
	return median(p.as), median(p.bs), nil
}

// rotate times every pair once a round, so that what disturbs the machine for a
// few seconds touches one round of some and not all rounds of one.
func (s *session) rotate(pairs []*pair) {
	for round := range s.rounds {
		for _, p := range pairs {
			if p.err != nil {
				continue
			}
			if p.name != "" {
				fmt.Fprintf(os.Stderr, "%s, round %d of %d\n", p.name, round+1, s.rounds)
			}
			p.time()
		}
	}
}

func median(x []float64) float64 {
	return slices.Sorted(slices.Values(x))[len(x)/2]
}

// verdict says whether a ratio reaches its target.
func verdict(ratio, target float64) string {
	if ratio >= target {
		return "yes"
	}
	return "**no**"
}

// brief is an error on one line, for a cell of a table.
func brief(err error) string {
	return fmt.Sprintf("%.100s", strings.Join(strings.Fields(err.Error()), " "))
}
