//go:build !linux

package simd

// machineMemory returns an upper bound of the machine's memory in bytes.
func machineMemory() int { return maxBytes }
