package erc

import (
	"slices"
	"strconv"
)

// ClassNames returns a name for each of n classes, by Utterance.Class. A class beyond the
// list of names is called by its number. If a name is empty or is in the list twice, all
// classes are called by their numbers, so that the names returned always differ.
func ClassNames(names []string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = strconv.Itoa(i)
		if i < len(names) {
			out[i] = names[i]
		}
	}
	if sorted := slices.Sorted(slices.Values(out)); slices.Contains(out, "") || len(slices.Compact(sorted)) < n {
		return ClassNames(nil, n)
	}
	return out
}
