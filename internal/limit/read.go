package limit

import (
	"fmt"
	"io"
	"os"
)

// MaxSettings bounds the bytes of a file of settings.
const MaxSettings = 1 << 20

// ReadFile reads a file of settings. One that is longer than MaxSettings, such as a
// device that never ends, is an error and is not read further.
func ReadFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, MaxSettings+1))
	if err != nil {
		return nil, err
	}
	if len(text) > MaxSettings {
		return nil, fmt.Errorf("%s: longer than 1 MiB, so this is no file of settings", path)
	}
	return text, nil
}
