package report

import "fmt"

// Declared is a part as tests see it.
type Declared struct {
	Name string
	Mark string // what its line of report.md begins with
}

// DeclaredParts lists the declared parts in the order of a report.
func DeclaredParts() (out []Declared) {
	for _, p := range parts {
		mark := "## " + p.title
		if p.figures != nil {
			mark = fmt.Sprintf("![%s-", p.name)
		}
		out = append(out, Declared{p.name, mark})
	}
	return out
}

// DeclareTwice declares a part whose name is taken.
func DeclareTwice() { declare(parts[0]) }

// DeclareNothing declares a part that shows nothing.
func DeclareNothing() { declare(part{name: "nothing", boards: (*board).compared}) }

// ModelOrder returns the place of a model in tables.
func ModelOrder(name string) int { return modelOrder(name) }
