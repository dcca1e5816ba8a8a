// Package count writes numbers of things in words: 1 epoch, 2 epochs.
package count

import "fmt"

// Of writes a number with its noun, which takes an s in the plural.
func Of(n int, noun string) string { return fmt.Sprintf("%d %s", n, Noun(n, noun)) }

// Noun returns the noun for a number of things.
func Noun(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
