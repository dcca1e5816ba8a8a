// Package words describes the text of a turn by the mean of word vectors that the user
// has, such as GloVe or word2vec. No vectors come with the program.
//
//	vectors, err := words.Read(ctx, "glove.6B.100d.txt", texts)
//	features, err := vectors.Encode(ctx, "Good morning!")
//
// Read keeps the vectors of the words that occur in the texts, so that memory does not grow
// with the size of the file.
//
// Start reading at Read.
package words

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// Vectors are the vectors of the words of some texts. They may be used from several
// goroutines.
type Vectors struct {
	width int
	known map[string][]float32
	names []string
}

// Names returns the names of the features: the channels of the vectors, and the share of
// the words that have one.
func (v *Vectors) Names() []string { return v.names }

// These are the errors of texts that have no features.
var (
	errEmpty   = errors.New("no words")
	errUnknown = errors.New("none of the words has a vector")
)

// Encode returns the mean of the vectors of the words of a text, and the share of its words
// that have one. Its errors are a text without words, and one of whose words none has a
// vector. A text must be one of those that Read was given.
func (v *Vectors) Encode(_ context.Context, text string) ([]float32, error) {
	tokens := Tokens(text)
	if len(tokens) == 0 {
		return nil, errEmpty
	}
	sums := make([]float64, v.width)
	count, share := 0, 0.0
	for _, token := range tokens {
		found, covered := v.vectors(token)
		for _, vector := range found {
			for i, x := range vector {
				sums[i] += float64(x)
			}
		}
		count += len(found)
		share += covered
	}
	if count == 0 {
		return nil, errUnknown
	}
	features := make([]float32, v.width+1)
	for i, sum := range sums {
		features[i] = float32(sum / float64(count))
	}
	features[v.width] = float32(share / float64(len(tokens)))
	return features, nil
}

// vectors returns the vectors of a word, or else those of its parts, and the share of the
// word that they cover.
func (v *Vectors) vectors(token string) ([][]float32, float64) {
	if vector := v.vector(token); vector != nil {
		return [][]float32{vector}, 1
	}
	if unspaced(token) {
		return v.longest([]rune(token))
	}
	var found [][]float32
	parts := split(token)
	for _, part := range parts {
		if vector := v.vector(part); vector != nil {
			found = append(found, vector)
		}
	}
	return found, float64(len(found)) / float64(max(len(parts), 1))
}

// vector looks a word up as it is written, and in lower case.
func (v *Vectors) vector(word string) []float32 {
	if vector := v.known[word]; vector != nil {
		return vector
	}
	return v.known[strings.ToLower(word)]
}

// longest cuts writing without spaces into the longest words that are known, from its
// begin on.
func (v *Vectors) longest(text []rune) (found [][]float32, share float64) {
	covered := 0
	for i := 0; i < len(text); {
		size := 1
		for n := min(longestWord, len(text)-i); n > 0; n-- {
			if vector := v.vector(string(text[i : i+n])); vector != nil {
				found, covered, size = append(found, vector), covered+n, n
				break
			}
		}
		i += size
	}
	return found, float64(covered) / float64(len(text))
}

// longestWord is the number of characters of a word of writing without spaces.
const longestWord = 8

// Tokens returns the words of a text: runs of letters, digits and marks, with the
// apostrophes and hyphens inside them. Writing without spaces is one word.
func Tokens(text string) []string {
	text = strings.NewReplacer("’", "'", "‐", "-").Replace(text)
	var tokens []string
	for _, field := range strings.FieldsFunc(text, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && r != '\'' && r != '-'
	}) {
		if field = strings.Trim(field, "'-"); field != "" {
			tokens = append(tokens, field)
		}
	}
	return tokens
}

// split divides a word as the Penn Treebank does, which GloVe follows: "don't" is "do" and
// "n't", "it's" is "it" and "'s". A hyphen divides too.
func split(token string) []string {
	lower := strings.ToLower(token)
	if stem, ok := strings.CutSuffix(lower, "n't"); ok && stem != "" {
		return []string{stem, "n't"}
	}
	if at := strings.LastIndex(lower, "'"); at > 0 {
		return []string{lower[:at], lower[at:]}
	}
	if parts := strings.FieldsFunc(token, func(r rune) bool { return r == '-' }); len(parts) > 1 {
		return parts
	}
	return nil
}

// unspaced reports whether a word is in a script that does not put spaces between words.
func unspaced(token string) bool {
	return strings.IndexFunc(token, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
	}) >= 0
}

// wanted lists every form in which the words of texts may be looked up.
func wanted(texts []string) map[string]bool {
	forms := map[string]bool{}
	add := func(word string) { forms[word], forms[strings.ToLower(word)] = true, true }
	for _, text := range texts {
		for _, token := range Tokens(text) {
			add(token)
			for _, part := range split(token) {
				add(part)
			}
			if !unspaced(token) {
				continue
			}
			runes := []rune(token)
			for i := range runes {
				for n := 1; n <= longestWord && i+n <= len(runes); n++ {
					add(string(runes[i : i+n]))
				}
			}
		}
	}
	return forms
}

// named returns the names of the features of vectors.
func named(width int) []string {
	names := make([]string, 0, width+1)
	for i := range width {
		names = append(names, fmt.Sprint("word_", i))
	}
	return append(names, "known_share")
}
