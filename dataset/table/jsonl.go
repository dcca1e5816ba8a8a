package table

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"gsdnet/dataset/internal/rows"
	"gsdnet/internal/fault"
)

// maxLine bounds a line, of which all is in memory.
const maxLine = 64 << 20

const hintJSON = `a line is an object, as {"dialogue": "talk1", "turn": 0, "text": [0.2, 0.7]}`

// jsonRows reads an object a line. Empty lines are passed over.
func jsonRows(file io.Reader, c *rows.Columns) error {
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, maxLine)
	known := map[string]bool{}
	for number := 1; lines.Scan(); number++ {
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 {
			continue
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal(text, &object); err != nil || object == nil {
			return fault.Input(hintJSON, "line %d: it is not a JSON object", number)
		}
		for key := range object {
			known[key] = true
		}
		if err := c.Add(number, func(column string) (string, error) { return cellOf(object[column]) }); err != nil {
			return err
		}
	}
	if lines.Err() != nil {
		return fault.Input("write large features to .npy files", "a line of more than %d bytes, or a file that cannot be read", maxLine)
	}
	c.Known = slices.Sorted(maps.Keys(known))
	return nil
}

// cellOf writes a value as a cell of a CSV would have it.
func cellOf(raw json.RawMessage) (string, error) {
	text := bytes.TrimSpace(raw)
	switch {
	case len(text) == 0 || string(text) == "null":
		return "", nil
	case text[0] == '"':
		var out string
		err := json.Unmarshal(text, &out)
		return out, err
	case text[0] == '{' || text[0] == 't' || text[0] == 'f':
		return "", fmt.Errorf("%.40s is neither a number, a text nor a list", text)
	}
	return string(text), nil
}
