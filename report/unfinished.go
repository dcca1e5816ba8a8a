package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gsdnet/experiment"
	"gsdnet/infer"
	"gsdnet/internal/count"
)

// maxListed is the largest number of groups of missing cells that are named one by one.
const maxListed = 12

func compareIdentities(a, b experiment.Identity) int {
	return cmp.Or(
		strings.Compare(a.Dataset, b.Dataset), strings.Compare(a.Protocol, b.Protocol), cmp.Compare(modelOrder(a.Model), modelOrder(b.Model)),
		strings.Compare(a.Variant, b.Variant), strings.Compare(a.Training, b.Training),
		strings.Compare(a.Blank, b.Blank), strings.Compare(a.Labels, b.Labels), cmp.Compare(a.Folds, b.Folds), cmp.Compare(a.Fold, b.Fold), cmp.Compare(a.Seed, b.Seed))
}

// missingGroup is a set of missing cells that differ in their seeds alone.
type missingGroup struct {
	experiment.Identity
	seeds []string
}

// groupMissing puts sorted cells into groups.
func groupMissing(cells []experiment.Identity) []missingGroup {
	var out []missingGroup
	for _, id := range cells {
		seed := fmt.Sprint(id.Seed)
		id.Seed = 0
		if len(out) == 0 || out[len(out)-1].Identity != id {
			out = append(out, missingGroup{Identity: id})
		}
		out[len(out)-1].seeds = append(out[len(out)-1].seeds, seed)
	}
	return out
}

// String names a group within its board, such as "gsdnet (seeds 2, 3)".
func (g missingGroup) String() string {
	name := g.Variant
	if forPoint(g.Identity) {
		name += " trained for " + g.Training
	}
	if g.Folds != 0 {
		name += fmt.Sprintf(" on fold %d", g.Fold)
	}
	return fmt.Sprintf("%s (%s %s)", name, count.Noun(len(g.seeds), "seed"), strings.Join(g.seeds, ", "))
}

// verb returns "is" for one, and "are" for other numbers.
func verb(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// listCells names the groups of missing cells of a board. It counts those beyond maxListed.
func listCells(cells []experiment.Identity) string {
	var names []string
	groups := groupMissing(cells)
	for i, g := range groups {
		if i == maxListed {
			names = append(names, fmt.Sprintf("and %d more settings", len(groups)-i))
			break
		}
		names = append(names, g.String())
	}
	return strings.Join(names, ", ")
}

// warning says in one line how many cells of a sweep are missing. It is "" if none is.
func (s *sweep) warning() string {
	n := len(s.missing)
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("the sweep is not finished: %d of %s %s missing", n, count.Of(n+len(s.runs), "cell"), verb(n))
}

// unfinished names the missing cells of a sweep as markdown, a line for each data set and
// protocol. It is "" if none is missing.
func (s *sweep) unfinished() string {
	if len(s.missing) == 0 {
		return ""
	}
	byBoard := map[string][]experiment.Identity{}
	for _, id := range s.missing {
		key := id.Dataset + ", " + id.Protocol + " missing" + conditionOf(id).title()
		byBoard[key] = append(byBoard[key], id)
	}
	var b strings.Builder
	warning := s.warning()
	fmt.Fprintf(&b, "\n**%s.** Where models have different seeds, nothing is in bold and no interval is given.\n\n", strings.ToUpper(warning[:1])+warning[1:])
	for _, key := range slices.Sorted(maps.Keys(byBoard)) {
		fmt.Fprintf(&b, "- %s: %d missing: %s\n", key, len(byBoard[key]), listCells(byBoard[key]))
	}
	return b.String()
}

// unfinished says which cells of the board are missing, and what follows for its tables. It
// is "" if none is missing.
func (b *board) unfinished() string {
	var parts []string
	if n := len(b.missing); n > 0 {
		parts = append(parts, fmt.Sprintf("NOT COMPLETE: %d of %s %s missing: %s.", n, count.Of(n+b.finished, "cell"), verb(n), listCells(b.missing)))
	}
	if !equalTrials(b.methods) {
		if len(parts) == 0 {
			parts = append(parts, "NOT COMPLETE: the models were run with different seeds.")
		}
		parts = append(parts, "Models with different seeds are not compared: in such columns nothing is in bold, and the number of seeds is in brackets; there are no intervals.")
	}
	return strings.Join(parts, " ")
}

// equalTrials reports whether all methods have the same seeds, and the same rules
// under each.
func equalTrials(methods []*method) bool {
	for _, m := range methods {
		if !slices.Equal(m.seeds(), methods[0].seeds()) {
			return false
		}
		for seed, t := range m.trials {
			if !maps.EqualFunc(t.cells, methods[0].trials[seed].cells, func(_, _ *infer.MaskResult) bool { return true }) {
				return false
			}
		}
	}
	return true
}
