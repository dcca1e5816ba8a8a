package dataset

import (
	"slices"
	"strings"
)

// ArrayInfo says what one array or column of a file holds, what it is used for, and what
// it could be used for.
type ArrayInfo struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
	Type  string `json:"type"`
	// Min and Max are those of the finite elements, nil without any.
	Min      *float64 `json:"min,omitempty"`
	Max      *float64 `json:"max,omitempty"`
	NaN      float64  `json:"nan_share"`
	Infinite int      `json:"infinite,omitempty"`
	Names    int      `json:"names,omitempty"` // different texts in an array of text
	// Role is the part that the array plays; empty without one.
	Role string `json:"role,omitempty"`
	// CouldBe lists the parts that it could play, the likeliest first.
	CouldBe []string `json:"could_be,omitempty"`
	// Unused says why it can play none.
	Unused string `json:"unused,omitempty"`
}

// Could reports whether the array could play a part.
func (i *ArrayInfo) Could(role string) bool { return slices.Contains(i.CouldBe, role) }

// Setting is the flag that gives the array a part.
func (i *ArrayInfo) Setting(role string) string {
	flag := "data." + role + "=" + i.Name
	if strings.ContainsFunc(flag, func(r rune) bool {
		return !strings.ContainsRune("._-=+/:@%", r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		flag = "'" + strings.ReplaceAll(flag, "'", `'\''`) + "'"
	}
	return "--set " + flag
}
