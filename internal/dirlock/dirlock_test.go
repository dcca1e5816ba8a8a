package dirlock_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gsdnet/internal/dirlock"
	"gsdnet/internal/fault"
)

// TestMain is also the other process of the tests, if DIRLOCK_TEST_DIR is set: it takes
// the lock of that directory and waits until its standard input ends.
func TestMain(m *testing.M) {
	if dir := os.Getenv("DIRLOCK_TEST_DIR"); dir != "" {
		if _, err := dirlock.Acquire(dir); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("held")
		_, _ = os.Stdin.Read(make([]byte, 1))
		os.Exit(0) // without releasing the lock, as if it was killed
	}
	os.Exit(m.Run())
}

// hold starts a process that takes the lock of a directory, and returns a function that
// kills it.
func hold(t *testing.T, dir string) (kill func()) {
	t.Helper()
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), "DIRLOCK_TEST_DIR="+dir)
	in, err := other.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 5)
	if n, _ := out.Read(said); string(said[:n]) != "held\n" {
		t.Fatalf("the other process says %q, want held", said[:n])
	}
	kill = func() {
		_ = other.Process.Kill()
		_ = other.Wait()
		in.Close()
	}
	t.Cleanup(kill)
	return kill
}

func TestHeldByAnotherProcess(t *testing.T) {
	dir := t.TempDir()
	kill := hold(t, dir)
	_, err := dirlock.Acquire(dir)
	if err == nil || !strings.Contains(err.Error(), "in use by process ") || fault.Of(err) == "" {
		t.Fatalf("got error %v, want one that names the process, with a hint", err)
	}
	kill()
	l, err := dirlock.Acquire(dir) // the files are still there
	if err != nil {
		t.Fatalf("after the owner was killed: %v", err)
	}
	l.Release()
	if rest, _ := os.ReadDir(dir); len(rest) != 0 {
		t.Errorf("left over: %v", rest)
	}
}

func TestHeldByTheSameProcess(t *testing.T) {
	dir := t.TempDir()
	l, err := dirlock.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	if _, err := dirlock.Acquire(dir); err == nil {
		t.Error("the lock was taken twice")
	}
}

func TestAnotherHostIsNotTakenOver(t *testing.T) {
	dir := t.TempDir()
	text := `{"pid": 12, "host": "elsewhere.example", "started": "2026-01-01T00:00:00Z"}`
	if err := os.WriteFile(filepath.Join(dir, dirlock.OwnerFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := dirlock.Acquire(dir)
	if err == nil || !strings.Contains(err.Error(), "elsewhere.example") || !strings.Contains(fault.Of(err), "delete") {
		t.Errorf("got error %v with hint %q, want one that names the host and says what to delete", err, fault.Of(err))
	}
}

func TestCleansWhatAKillLeft(t *testing.T) {
	dir := t.TempDir()
	dead := exec.Command(os.Args[0], "-test.run=^$")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(dir, fmt.Sprintf(".checkpoint.safetensors.%d.1.tmp", dead.Process.Pid))
	mine := filepath.Join(dir, fmt.Sprintf(".log.%d.1.tmp", os.Getpid()))
	for _, path := range []string{left, mine} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	l, err := dirlock.Acquire(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	if _, err := os.Stat(left); err == nil {
		t.Errorf("%s is still there", left)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Errorf("the file of a living process was removed: %v", err)
	}
}
