package main

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// mayMount is the condition [mount].
func mayMount(cond string) (bool, error) {
	if cond != "mount" {
		return false, fmt.Errorf("unknown condition %q", cond)
	}
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	if syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4096") != nil {
		return false, nil
	}
	return true, syscall.Unmount(dir, 0)
}

// diskCmd mounts a file system to fail on: disk DIR full, or disk DIR readonly.
func diskCmd(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o755))
	flags, options := uintptr(0), "size=4096"
	if args[1] == "readonly" {
		flags, options = syscall.MS_RDONLY, ""
	}
	err := syscall.Mount("tmpfs", dir, "tmpfs", flags, options)
	ts.Check(err)
	ts.Defer(func() { _ = syscall.Unmount(dir, 0) })
	if args[1] == "full" {
		ts.Check(os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, 4096), 0o600))
	}
}

// bindCmd makes a folder read-only, whoever asks: bind DIR.
func bindCmd(ts *testscript.TestScript, _ bool, args []string) {
	dir := ts.MkAbs(args[0])
	ts.Check(syscall.Mount(dir, dir, "", syscall.MS_BIND, ""))
	ts.Defer(func() { _ = syscall.Unmount(dir, 0) })
	ts.Check(syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_BIND|syscall.MS_RDONLY, ""))
}
