package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// kind is what decides how a file is compared: its name or its extension.
func kind(name string) string {
	base := filepath.Base(name)
	switch base {
	case "log.jsonl", "cost.json", "report.md", "report.txt", "config.toml":
		return base
	}
	if strings.HasPrefix(base, "cost-") {
		return "cost.json" // a table of costs of the report
	}
	return filepath.Ext(base)
}

// reducers take out of a file what may differ between two runs of one program.
var reducers = map[string]func([]byte) ([]byte, error){
	"log.jsonl":  withoutSeconds,
	"cost.json":  func([]byte) ([]byte, error) { return nil, nil },
	"report.md":  withoutCosts,
	"report.txt": withoutCosts,
}

var seconds = regexp.MustCompile(`"[a-z_]*seconds":[0-9.e-]+`)

func withoutSeconds(data []byte) ([]byte, error) { return seconds.ReplaceAll(data, nil), nil }

// withoutCosts leaves out the sections on training time, up to the next heading.
func withoutCosts(data []byte) ([]byte, error) {
	var out [][]byte
	costs := false
	for _, line := range bytes.Split(data, []byte("\n")) {
		if bytes.HasPrefix(line, []byte("#")) {
			costs = bytes.Contains(line, []byte("Training time"))
		}
		if !costs {
			out = append(out, line)
		}
	}
	return bytes.Join(out, []byte("\n")), nil
}

// withoutNewSections leaves out of b the sections whose heading a does not have.
func withoutNewSections(a, b []byte) []byte {
	headings := map[string]bool{}
	for _, line := range bytes.Split(a, []byte("\n")) {
		headings[string(line)] = true
	}
	var out [][]byte
	skipping := false
	for _, line := range bytes.Split(b, []byte("\n")) {
		if bytes.HasPrefix(line, []byte("#")) {
			if skipping = !headings[string(line)]; skipping {
				fmt.Printf("new: section %q of the report\n", line)
			}
		}
		if !skipping {
			out = append(out, line)
		}
	}
	return bytes.Join(out, []byte("\n"))
}

// withoutNewLines leaves out of b the lines that a does not have: the names of new files.
func withoutNewLines(a, b []byte) []byte {
	known := map[string]bool{}
	for _, line := range bytes.Split(a, []byte("\n")) {
		known[string(line)] = true
	}
	var out [][]byte
	for _, line := range bytes.Split(b, []byte("\n")) {
		if known[string(line)] {
			out = append(out, line)
		}
	}
	return bytes.Join(out, []byte("\n"))
}

// compareSettings compares settings files, and checkpoints, which hold settings.
func compareSettings(kind string, a, b []byte) error {
	if kind == "config.toml" {
		return commonKeys(string(a), string(b))
	}
	was, err := readCheckpoint(a)
	if err != nil {
		return err
	}
	is, err := readCheckpoint(b)
	if err != nil {
		return err
	}
	if err := commonKeys(was.settings, is.settings); err != nil {
		return err
	}
	for name, value := range was.parts {
		if !bytes.Equal(value, is.parts[name]) {
			return fmt.Errorf("%s differs", name)
		}
	}
	if len(was.parts) != len(is.parts) {
		return fmt.Errorf("%d tensors and entries became %d", len(was.parts), len(is.parts))
	}
	return nil
}

// commonKeys compares two settings files by the keys that both have. A setting and a
// table of the same name are different keys.
func commonKeys(a, b string) error {
	var was, is map[string]any
	if err := errors.Join(toml.Unmarshal([]byte(a), &was), toml.Unmarshal([]byte(b), &is)); err != nil {
		return err
	}
	return commonTables("", was, is)
}

func commonTables(path string, was, is map[string]any) error {
	for key, x := range was {
		y, ok := is[key]
		if !ok {
			continue
		}
		inner, isTable := x.(map[string]any)
		other, alsoTable := y.(map[string]any)
		if isTable != alsoTable {
			continue // the name of a setting became that of a table: not the same key
		}
		if isTable {
			if err := commonTables(path+key+".", inner, other); err != nil {
				return err
			}
		} else if !reflect.DeepEqual(x, y) {
			return fmt.Errorf("setting %s%s: %v became %v", path, key, x, y)
		}
	}
	return nil
}

// checkpoint is a safetensors file taken apart: the settings, and by name every
// tensor with its type and shape and every other entry of the metadata.
type checkpoint struct {
	settings string
	parts    map[string][]byte
}

func readCheckpoint(data []byte) (checkpoint, error) {
	c := checkpoint{parts: map[string][]byte{}}
	size := int(binary.LittleEndian.Uint64(data))
	var header map[string]json.RawMessage
	if err := json.Unmarshal(data[8:8+size], &header); err != nil {
		return c, err
	}
	for name, raw := range header {
		if name == "__metadata__" {
			continue
		}
		var tensor struct {
			DType   string `json:"dtype"`
			Shape   []int  `json:"shape"`
			Offsets [2]int `json:"data_offsets"`
		}
		if err := json.Unmarshal(raw, &tensor); err != nil {
			return c, err
		}
		head := fmt.Sprintf("%s%v", tensor.DType, tensor.Shape)
		c.parts[name] = append([]byte(head), data[8+size:][tensor.Offsets[0]:tensor.Offsets[1]]...)
	}
	var outer map[string]string
	var meta map[string]json.RawMessage
	if err := json.Unmarshal(header["__metadata__"], &outer); err != nil {
		return c, err
	}
	if err := json.Unmarshal([]byte(outer["gsdnet"]), &meta); err != nil {
		return c, err
	}
	for name, raw := range meta {
		if name == "config" {
			if err := json.Unmarshal(raw, &c.settings); err != nil {
				return c, err
			}
			continue
		}
		if name == "format" {
			continue // a number that grows when old files cannot be read
		}
		c.parts["metadata "+name] = withoutPlace(name, raw)
	}
	return c, nil
}

// withoutPlace leaves out how long the log is, which depends on the seconds in it, and
// where the data lay.
func withoutPlace(name string, raw []byte) []byte {
	if name != "progress" {
		return raw
	}
	return []byte(place.ReplaceAllString(strings.TrimSpace(string(raw)), ""))
}

var place = regexp.MustCompile(`"log_bytes":\d+,?|"data_path":"[^"]*"`)
