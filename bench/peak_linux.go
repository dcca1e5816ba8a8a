package main

import (
	"fmt"
	"os"
	"syscall"
)

// peakMiB returns the peak of the resident memory of an ended process, in MiB.
func peakMiB(ended *os.ProcessState) (float64, error) {
	usage, ok := ended.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, fmt.Errorf("the system does not report the memory of a process")
	}
	return float64(usage.Maxrss) / 1024, nil
}
