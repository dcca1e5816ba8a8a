//go:build !amd64 && !arm64

package kernel

func detect() Level { return Generic }

func available(l Level) bool { return l == Generic }
