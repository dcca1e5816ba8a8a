//go:build !linux

package train_test

import "os"

// peakMemory reports that the peak is unknown: systems differ in its unit, and some
// do not state it.
func peakMemory(*os.ProcessState) (bytes float64, ok bool) { return 0, false }
