package kernel

// detect needs to ask nobody: every arm64 processor that Go runs on has NEON.
func detect() Level { return NEON }

func available(l Level) bool { return l == Generic || l == NEON }
