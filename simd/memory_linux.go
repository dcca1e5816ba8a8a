package simd

import (
	"sync"
	"syscall"
)

// machineMemory returns the machine's memory and swap space in bytes. Where an
// allocation is larger, the Go runtime would end the process.
var machineMemory = sync.OnceValue(func() int {
	var info syscall.Sysinfo_t
	if err := syscall.Sysinfo(&info); err != nil {
		return maxBytes
	}
	total := (uint64(info.Totalram) + uint64(info.Totalswap)) * uint64(info.Unit)
	return int(min(total, maxBytes))
})
