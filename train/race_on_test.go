//go:build race

package train_test

// raceDetector reports whether the race detector is on, which needs several times the memory.
const raceDetector = true
