//go:build !linux

package main

import (
	"fmt"

	"github.com/rogpeppe/go-internal/testscript"
)

// mayMount is the condition [mount]: the tests mount file systems on Linux alone.
func mayMount(cond string) (bool, error) {
	if cond != "mount" {
		return false, fmt.Errorf("unknown condition %q", cond)
	}
	return false, nil
}

// diskCmd stands for the command of that name, which needs Linux.
func diskCmd(ts *testscript.TestScript, _ bool, _ []string) { ts.Fatalf("disk needs Linux") }

// bindCmd stands for the command of that name, which needs Linux.
func bindCmd(ts *testscript.TestScript, _ bool, _ []string) { ts.Fatalf("bind needs Linux") }
