package train_test

import (
	"os"
	"syscall"
)

// peakMemory returns the most memory that an ended process held, in bytes.
func peakMemory(ended *os.ProcessState) (bytes float64, ok bool) {
	usage, ok := ended.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, false
	}
	return float64(usage.Maxrss) * 1024, true
}
