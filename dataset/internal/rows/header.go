package rows

import (
	"fmt"
	"strconv"
	"strings"

	"gsdnet/internal/fault"
)

// Header checks the names of the columns and finds the numbered ones: text_0,
// text_1, … are one vector.
func (c *Columns) Header(names []string) error {
	seen := map[string]bool{}
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
		if seen[names[i]] && names[i] != "" {
			return fault.Input("give every column a name of its own", "column %.80q is there twice", names[i])
		}
		seen[names[i]] = true
	}
	c.Known = names
	for m := range c.numbered {
		name := c.vectors[m]
		for seen[name+"_"+strconv.Itoa(len(c.numbered[m]))] {
			c.numbered[m] = append(c.numbered[m], name+"_"+strconv.Itoa(len(c.numbered[m])))
		}
		if len(c.numbered[m]) > 0 && seen[name] {
			return fault.Input("rename one of them", "both column %q and numbered columns %s", name, name+"_0, …")
		}
		if gap := c.gap(name, len(c.numbered[m]), seen); gap != "" {
			return fault.Input("number the columns of a modality from 0 without gaps", "column %q, but no column %q", gap, fmt.Sprintf("%s_%d", name, len(c.numbered[m])))
		}
	}
	return nil
}

// gap returns a numbered column of name that does not follow the first n.
func (c *Columns) gap(name string, n int, seen map[string]bool) string {
	for _, column := range c.Known {
		rest, ok := strings.CutPrefix(column, name+"_")
		if !ok || rest == "" {
			continue
		}
		if i, err := strconv.Atoi(rest); err == nil && i >= n && strconv.Itoa(i) == rest && seen[column] {
			return column
		}
	}
	return ""
}
