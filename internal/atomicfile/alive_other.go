//go:build !unix

package atomicfile

import "os"

// alive reports whether a process of this machine exists. Where a process cannot be
// found it has ended.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	_ = p.Release()
	return true
}
