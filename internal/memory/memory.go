// Package memory says how much memory the process may use, so that work that needs more is
// refused before it begins.
//
// Start reading at Available.
package memory

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// Available returns the bytes that the process may use: the least of the machine's, its
// control group's and GOMEMLIMIT. It is infinite where none can be read.
func Available() float64 {
	least := float64(debug.SetMemoryLimit(-1)) // MaxInt64 without GOMEMLIMIT
	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		if text, err := os.ReadFile(path); err == nil {
			if n, err := strconv.ParseFloat(strings.TrimSpace(string(text)), 64); err == nil {
				least = min(least, n)
			}
		}
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kibi float64
		if _, err := fmt.Sscanf(string(text), "MemTotal: %f kB", &kibi); err == nil {
			least = min(least, kibi*1024)
		}
	}
	return least
}
