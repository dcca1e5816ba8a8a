package npz

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"gsdnet/dataset"
	"gsdnet/erc"
	archive "gsdnet/internal/npz"
)

// array is what is found out about one array.
type array struct {
	dataset.ArrayInfo
	whole, words bool // only whole numbers; only names of splits
}

// Describe describes every array of a file, in its order, as the fields use it.
func Describe(file *archive.File, fields dataset.Fields) []dataset.ArrayInfo {
	fields = fields.Resolved()
	n := rowsOf(file, fields)
	var out []dataset.ArrayInfo
	missing := map[string]bool{} // parts that nothing plays
	for _, p := range fields.Columns() {
		missing[p.Role] = file.Get(*p.Name) == nil
	}
	for _, name := range file.Names() {
		a := file.Get(name)
		info := array{ArrayInfo: dataset.ArrayInfo{Name: name, Shape: a.Shape, Type: a.Type()}}
		info.measure(a)
		for _, p := range fields.Columns() {
			if *p.Name == name {
				info.Role = strings.TrimPrefix(info.Role+", "+p.Role, ", ")
			}
		}
		if info.Role == "" {
			info.CouldBe, info.Unused = info.parts(a.Kind(), n)
			info.rank(missing)
		}
		out = append(out, info.ArrayInfo)
	}
	return out
}

// rowsOf guesses how many utterances a file has: as many as its features, or
// its turns, or as most arrays have.
func rowsOf(file *archive.File, fields dataset.Fields) int {
	for _, name := range []string{fields.Text, fields.Audio, fields.Visual, fields.Turn, fields.Dialogue} {
		if a := file.Get(name); a != nil && len(a.Shape) > 0 {
			return a.Shape[0]
		}
	}
	counts, best := map[int]int{}, 0
	for _, name := range file.Names() {
		if shape := file.Get(name).Shape; len(shape) > 0 {
			counts[shape[0]]++
			if counts[shape[0]] > counts[best] {
				best = shape[0]
			}
		}
	}
	return best
}

// measure sums the elements up.
func (i *array) measure(a *archive.Array) {
	if a.Kind() == archive.Text && a.Len() <= dataset.MaxRows {
		i.words = true
		seen := map[string]bool{}
		texts, err := a.Strings()
		for _, text := range texts {
			_, split := erc.ParseSplit(text)
			i.words = i.words && split
			seen[text] = true
		}
		i.Names, i.words = len(seen), i.words && err == nil
		return
	}
	low, high, nan, all := math.Inf(1), math.Inf(-1), 0, 0
	i.whole = a.Kind().Number()
	for x := range a.Numbers() {
		all++
		i.whole = i.whole && x == math.Trunc(x)
		switch {
		case math.IsNaN(x):
			nan++
		case math.IsInf(x, 0):
			i.Infinite++
			i.whole = false
		default:
			low, high = min(low, x), max(high, x)
		}
	}
	if low <= high {
		i.Min, i.Max = &low, &high
	}
	if all > 0 {
		i.NaN = float64(nan) / float64(all)
	}
}

// parts lists what the array could be in a file of n utterances, or says why it
// can be nothing.
func (i *array) parts(kind archive.Kind, n int) (parts []string, unused string) {
	switch rank := len(i.Shape); {
	case kind == archive.Other:
		return nil, "this type is not read"
	case rank == 0, rank > 2:
		return nil, fmt.Sprintf("it has %d dimensions", rank)
	case i.Shape[0] != n:
		return nil, fmt.Sprintf("it has %d rows, others have %d", i.Shape[0], n)
	case rank == 2 && kind == archive.Text:
		return nil, "text cannot be features"
	case rank == 2 && i.Infinite > 0:
		return nil, "it holds infinite numbers"
	case rank == 2 && (i.Shape[1] < 1 || i.Shape[1] > dataset.MaxWidth):
		return nil, fmt.Sprintf("it is %d wide", i.Shape[1])
	case rank == 2:
		if i.Shape[1] == erc.NumModalities && i.within(0, 1) {
			parts = append(parts, "present")
		}
		return append(parts, "text", "audio", "visual"), ""
	case kind == archive.Text:
		parts = []string{"dialogue", "speaker"}
		if i.words {
			parts = append([]string{"split"}, parts...)
		}
		return parts, ""
	}
	for _, p := range []struct {
		role string
		fits bool
	}{
		{"split", i.within(0, float64(erc.Test))},
		{"class", i.within(float64(erc.Unlabelled), dataset.MaxClasses-1)},
		{"dialogue", i.within(0, math.MaxInt32)},
		{"turn", i.within(math.MinInt32, math.MaxInt32)},
		{"speaker", i.within(0, math.MaxInt32)},
		{"label", i.Min != nil && i.Infinite == 0 && *i.Min >= -dataset.MaxScore && *i.Max <= dataset.MaxScore},
	} {
		if p.fits {
			parts = append(parts, p.role)
		}
	}
	if parts == nil {
		return nil, "its numbers fit no part"
	}
	return parts, ""
}

// within reports whether all elements are whole numbers of that range.
func (i *array) within(low, high float64) bool {
	return i.whole && i.Min != nil && *i.Min >= low && *i.Max <= high
}

// words that data sets use in the names of arrays, by the part that they suggest.
var nameWords = map[string][]string{
	"text":     {"text", "txt", "bert", "lang", "word", "transcript"},
	"audio":    {"audio", "acoustic", "speech", "wav", "voice"},
	"visual":   {"vis", "video", "face", "image", "frame"},
	"present":  {"present", "avail", "mask"},
	"label":    {"label", "score", "sentiment", "valence"},
	"class":    {"class", "emotion", "label"},
	"dialogue": {"dial", "conv", "video", "session", "meeting"},
	"turn":     {"turn", "utt", "order", "pos", "index"},
	"speaker":  {"speak", "who", "person", "actor"},
	"split":    {"split", "fold", "part", "set"},
}

// rank puts parts first that the array's name suggests, then those that nothing
// plays yet.
func (i *array) rank(missing map[string]bool) {
	name := strings.ToLower(i.Name)
	weight := func(role string) int {
		w := 0
		if slices.ContainsFunc(nameWords[role], func(word string) bool { return strings.Contains(name, word) }) {
			w -= 2
		}
		if missing[role] {
			w--
		}
		return w
	}
	slices.SortStableFunc(i.CouldBe, func(a, b string) int { return cmp.Compare(weight(a), weight(b)) })
}
