package missing

import (
	"math/rand/v2"
	"strings"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Fixed is the protocol in which every utterance has the same modalities. Its
// points are the patterns, written as their letters.
const Fixed = "fixed"

func init() {
	p := Protocol{
		Name: Fixed, Help: "every utterance has the same modalities",
		Point: "pattern", Write: "the letters of what is left, such as t, tv or tav",
		Parse: func(text string) (string, error) {
			pattern, err := parsePattern(text)
			return patternLetters(pattern), err
		},
		Show: func(point string) string {
			pattern, err := parsePattern(point)
			if err != nil {
				return point
			}
			return pattern.String()
		},
		Law: func(_, point string) Law {
			pattern, _ := parsePattern(point)
			return fixedLaw(pattern)
		},
		Table: 1,
	}
	for _, pattern := range patterns {
		p.Points = append(p.Points, patternLetters(pattern))
	}
	Declare(p)
}

// FixedRules returns the rules of the fixed protocol, one for each of patterns.
func FixedRules() []Rule {
	p, _ := Lookup(Fixed)
	return p.Rules("")
}

// fixedLaw keeps what an utterance has of the pattern; one that has nothing of it
// keeps one of its modalities, drawn uniformly.
func fixedLaw(pattern erc.Present) Law {
	return Law{
		Expected: 1 - float64(pattern.Count())/erc.NumModalities,
		Pattern:  pattern,
		Conversation: func(available []erc.Present, rng *rand.Rand) []erc.Present {
			out := make([]erc.Present, len(available))
			for i, has := range available {
				out[i] = has & pattern
				if out[i] == erc.None {
					out[i] = pick(has, 1, rng)
				}
			}
			return out
		},
	}
}

// parsePattern reads a pattern as people write it: "ta", "t,a" or "{t,a}".
func parsePattern(s string) (erc.Present, error) {
	var p erc.Present
	for _, letter := range strings.Trim(s, "{}") {
		if letter == ',' || letter == ' ' {
			continue
		}
		m := erc.Modality(strings.IndexRune("tav", letter))
		if m < 0 || p.Has(m) {
			return erc.None, fault.Input("name one to three of the letters t, a, v", "pattern %q is not known", s)
		}
		p = p.With(m)
	}
	if p == erc.None {
		return erc.None, fault.Input("name one to three of the letters t, a, v", "pattern %q leaves no modality", s)
	}
	return p, nil
}

// patternLetters is the inverse of parsePattern: "ta".
func patternLetters(p erc.Present) string {
	return strings.NewReplacer("{", "", "}", "", ",", "").Replace(p.String())
}
