package erc_test

import (
	"slices"
	"testing"

	"gsdnet/erc"
)

func TestClassNames(t *testing.T) {
	for _, c := range []struct {
		names []string
		n     int
		want  []string
	}{
		{[]string{"joy", "anger"}, 2, []string{"joy", "anger"}},
		{nil, 3, []string{"0", "1", "2"}},
		{[]string{"joy"}, 2, []string{"joy", "1"}},
		{[]string{"joy", "anger", "fear"}, 2, []string{"joy", "anger"}},
		{[]string{"joy", "joy"}, 2, []string{"0", "1"}},
		{[]string{"joy", ""}, 2, []string{"0", "1"}},
		{[]string{"1"}, 2, []string{"0", "1"}}, // class 1 has no name and would be called 1, too
		{nil, 0, []string{}},
	} {
		if got := erc.ClassNames(c.names, c.n); !slices.Equal(got, c.want) {
			t.Errorf("%d classes named %q: got %q, want %q", c.n, c.names, got, c.want)
		}
	}
}
