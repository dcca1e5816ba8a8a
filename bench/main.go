// Command bench measures gsdnet against its peers and writes docs/benchmarks.md:
//
//	go run ./bench [-quick] [-out docs/benchmarks.md]
//
// Every figure is a ratio of two things timed in alternation in this run, the
// median over several rounds. Our side is the repository's Go benchmarks, built
// once; the peers' is bench/reference/peer.py under NumPy with OpenBLAS and under
// PyTorch. A row whose peer is missing says so.
//
// Start reading at page.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"gsdnet/bench/section"
)

// session is what the sections measure with.
type session struct {
	rounds int
	dir    string // of the built benchmarks
	python string
	torch  *peer  // two threads, the settings that serve PyTorch best
	answer string // the sentence that opens the page
}

func main() {
	quick := flag.Bool("quick", false, "fewer rounds")
	out := flag.String("out", "docs/benchmarks.md", "page to write")
	python := flag.String("python", "/usr/bin/python3", "Python with PyTorch and NumPy")
	flag.Parse()
	if err := run(*quick, *out, *python); err != nil {
		fmt.Fprintf(os.Stderr, "bench: error: %v\n", err)
		os.Exit(1)
	}
}

func run(quick bool, out, python string) error {
	s := &session{rounds: 7, python: python}
	if quick {
		s.rounds = 3
	}
	var err error
	if s.dir, err = os.MkdirTemp("", "gsdnet-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(s.dir)
	if err := s.build(); err != nil {
		return err
	}
	s.torch = startPeer(python, "OMP_WAIT_POLICY=passive", "GOMP_SPINCOUNT=0", "OPENBLAS_CORETYPE=SKYLAKEX", "OMP_NUM_THREADS=2")
	defer s.torch.close()
	text, err := s.page()
	if err != nil {
		return err
	}
	for _, name := range []string{"workers", "arm64", "serving"} { // other commands make these
		kept, err := section.Read(out, name)
		if err != nil {
			return err
		}
		if kept != nil {
			text = slices.Concat(text, []byte{'\n'}, kept)
		}
	}
	return os.WriteFile(out, text, 0o644)
}

// builds are the programs that the page runs, each compiled once. The training
// benchmark is built a second time for the Go backend's own vector code.
var builds = []struct {
	name string
	env  string // a variable to build with, if not empty
	args []string
}{
	{"kernel", "", []string{"test", "-c", "./simd/internal/kernel"}},
	{"simd", "", []string{"test", "-c", "./simd"}},
	{"train", "", []string{"test", "-c", "./train"}},
	{"train-experiment", "GOEXPERIMENT=simd", []string{"test", "-c", "./train"}},
	{"gsdnet", "", []string{"build", "./cmd/gsdnet"}},
}

// build compiles the benchmarks and the command.
func (s *session) build() error {
	for _, b := range builds {
		last := len(b.args) - 1
		args := append(slices.Clone(b.args[:last]), "-o", filepath.Join(s.dir, b.name), b.args[last])
		fmt.Fprintf(os.Stderr, "building %s\n", b.name)
		cmd := exec.Command("go", args...)
		if b.env != "" {
			cmd.Env = append(os.Environ(), b.env)
		}
		if text, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s go %s: %w\n%s", b.env, strings.Join(args, " "), err, text)
		}
	}
	return nil
}

// page measures section by section.
func (s *session) page() ([]byte, error) {
	var b, head bytes.Buffer
	s.machine(&b)
	for _, section := range []func(*bytes.Buffer) error{s.products, s.fewRows, s.scaling, s.operations, s.convolutions, s.types, s.step, s.bfloat16, s.start, s.growth} {
		if err := section(&b); err != nil {
			return nil, err
		}
	}
	fmt.Fprintf(&head, `# Benchmarks

%s
`+"`make bench`"+` writes this page. Each ratio compares two programs that were timed in turn
in one run, and is the median over several rounds. A ratio above 1 means that gsdnet is
faster. Other work on the machine changes the times more than the ratios.

`, s.answer)
	return append(head.Bytes(), b.Bytes()...), nil
}

func (s *session) machine(b *bytes.Buffer) {
	fmt.Fprintf(b, "- %s, %d processors, %s/%s, %s\n", processor(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	if v, err := s.torch.ask(map[string]any{"op": "versions"}); err == nil {
		fmt.Fprintf(b, "- PyTorch %v on %v threads, NumPy %v with OpenBLAS on one\n", v["torch"], v["threads"], v["numpy"])
	}
	fmt.Fprintf(b, "- %d rounds\n", s.rounds)
}

// processor names the processor; family and model tell apart those of one name.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	found := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok {
			found[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	if found["model name"] == "" {
		return "unknown processor"
	}
	return fmt.Sprintf("%s (family %s, model %s)", found["model name"], found["cpu family"], found["model"])
}
