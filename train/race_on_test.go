//go:build race

package train_test

// raceDetector says that memory is several times what it is without it.
const raceDetector = true
