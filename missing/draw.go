package missing

import (
	"math/rand/v2"

	"gsdnet/erc"
)

// patterns are the seven sets of modalities that an utterance can keep, in the
// order of the paper's tables: {t}, {a}, {v}, {t,a}, {t,v}, {a,v}, {t,a,v}.
var patterns = [7]erc.Present{0b001, 0b010, 0b100, 0b011, 0b101, 0b110, 0b111}

// parts is the denominator of shares. They are whole numbers of ten-thousandths,
// so that counts are exact and the same on every machine.
const parts = 10_000

// round divides by parts, to the nearest whole number, halves up.
func round(x int) int { return (x + parts/2) / parts }

// pick draws keep of the modalities in has, all of them if there are no more.
func pick(has erc.Present, keep int, rng *rand.Rand) erc.Present {
	if has.Count() <= keep {
		return has
	}
	some := subsets(has, keep)
	return some[rng.IntN(len(some))]
}

// subsets returns the subsets of has with keep modalities, in the order of
// patterns.
func subsets(has erc.Present, keep int) []erc.Present {
	var out []erc.Present
	for _, p := range patterns {
		if p&^has == 0 && p.Count() == keep {
			out = append(out, p)
		}
	}
	return out
}
