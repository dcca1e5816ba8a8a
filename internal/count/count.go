// Package count writes a number with its noun in the singular or plural: "1 epoch",
// "2 epochs".
package count

import "fmt"

// Of returns the number and the noun, such as "2 epochs". The plural must end in s.
func Of(n int, noun string) string { return fmt.Sprintf("%d %s", n, Noun(n, noun)) }

// Noun returns the noun alone: "epoch" if n is 1, otherwise "epochs".
func Noun(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
