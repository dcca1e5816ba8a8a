package simd_test

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// TestIdleBackendSleeps: after an execution, helpers wait for the next one
// awake for a moment only. It measures a process of its own, which has no
// garbage of other tests to collect.
func TestIdleBackendSleeps(t *testing.T) {
	const alone = "GSDNET_TEST_ALONE"
	if os.Getenv(alone) == "" {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestIdleBackendSleeps$")
		cmd.Env = append(os.Environ(), alone+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	b := newBackend(t, "workers=7")
	if _, err := execute(b, large, largeInputs()); err != nil {
		t.Fatal(err)
	}
	const period = 2 * time.Second
	best := period
	for range 5 {
		time.Sleep(200 * time.Millisecond)
		before := cpuTime(t)
		time.Sleep(period)
		if best = min(best, cpuTime(t)-before); best < period/1000 {
			return
		}
	}
	t.Errorf("an idle backend takes %v of the processor in %v, want at most a thousandth", best, period)
}

// cpuTime is the processor time of this process.
func cpuTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
