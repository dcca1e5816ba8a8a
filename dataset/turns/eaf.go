package turns

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"gsdnet/internal/fault"
)

const (
	hintEAF  = "open it in ELAN and save it again"
	maxDepth = 32 // of elements; an annotation file has 6
)

// tier is a tier of an ELAN file.
type tier struct {
	id, participant, kind, parent string
	annotations                   []annotation
}

// annotation has times of its own, or the annotation it belongs to.
type annotation struct {
	id, ref, begin, end, value string
}

// eaf is what is read of an ELAN file: EAF 2.7 to 3.0
// (https://www.mpi.nl/tools/elan/EAF_Annotation_Format_3.0_and_ELAN.pdf).
type eaf struct {
	slots map[string]time.Duration // those that have a time
	tiers []tier
}

// readEAF reads the turns of an ELAN file. The speaker of a tier is its participant, or
// its ID where it has none.
func readEAF(t *Talk, text []byte, o Options) error {
	f, err := parseEAF(text)
	if err != nil {
		return err
	}
	t.source = text
	labels := map[*tier]bool{}
	class, err := f.role(o.Class, labels)
	if err != nil {
		return err
	}
	label, err := f.role(o.Label, labels)
	if err != nil {
		return err
	}
	for _, name := range o.Tiers {
		if !slices.ContainsFunc(f.tiers, func(t tier) bool { return t.id == name }) {
			return fault.Input("the file has the tiers "+f.names(), "tier %.80q: not in the file", name)
		}
	}
	for i := range f.tiers {
		of := &f.tiers[i]
		if labels[of] || len(o.Tiers) > 0 && !slices.Contains(o.Tiers, of.id) || len(o.Tiers) == 0 && of.parent != "" {
			continue
		}
		for _, a := range of.annotations {
			turn := Turn{Words: strings.Join(strings.Fields(a.value), " "), annotation: a.id, tier: of.id, Speaker: of.participant}
			if turn.Speaker == "" {
				turn.Speaker = of.id
			}
			place := fmt.Sprintf("tier %.80q, annotation %.40q", of.id, a.id)
			if turn.Begin, turn.End, err = f.times(a); err != nil {
				return fault.Input(fault.Of(err), "%s: %w", place, err)
			}
			turn.Class, turn.Label = class.of(a, turn), label.of(a, turn)
			if err := t.add(place, turn); err != nil {
				return err
			}
		}
	}
	return nil
}

// times returns the times of an annotation.
func (f *eaf) times(a annotation) (begin, end time.Duration, err error) {
	if a.ref != "" {
		return 0, 0, fault.Input("choose tiers whose annotations have times of their own", "it has no times of its own")
	}
	for _, slot := range []struct {
		name string
		at   *time.Duration
	}{{a.begin, &begin}, {a.end, &end}} {
		x, ok := f.slots[slot.name]
		if !ok {
			return 0, 0, fault.Input("give the annotation times in ELAN, or leave its tier out", "its time slot %.40q has no time", slot.name)
		}
		*slot.at = x
	}
	return begin, end, nil
}

// names lists the tiers for a hint.
func (f *eaf) names() string {
	var out []string
	for _, t := range f.tiers {
		if len(out) == 12 {
			out = append(out, "…")
			break
		}
		out = append(out, fmt.Sprintf("%.40q", t.id))
	}
	return strings.Join(out, ", ")
}

// labels finds the annotation of a tier that belongs to a turn.
type labels struct {
	byRef map[string]string // by the annotation that they belong to
	timed []timed
}

type timed struct {
	begin, end time.Duration
	value      string
}

// role returns the labels of the tiers that a name of Options means, nil if it is "".
func (f *eaf) role(name string, taken map[*tier]bool) (*labels, error) {
	if name == "" {
		return nil, nil
	}
	out := &labels{byRef: map[string]string{}}
	found := false
	for i := range f.tiers {
		t := &f.tiers[i]
		if before, _, _ := strings.Cut(t.id, "@"); t.id != name && before != name && t.kind != name {
			continue
		}
		found, taken[t] = true, true
		for _, a := range t.annotations {
			value := strings.TrimSpace(a.value)
			if a.ref != "" {
				out.byRef[a.ref] = value
			} else if begin, end, err := f.times(a); err == nil {
				out.timed = append(out.timed, timed{begin, end, value})
			}
		}
	}
	if !found {
		return nil, fault.Input("the file has the tiers "+f.names(), "tier %.80q: not in the file", name)
	}
	slices.SortStableFunc(out.timed, func(a, b timed) int { return int(a.begin - b.begin) })
	return out, nil
}

// of returns the label of a turn: the annotation that belongs to it, or the one that
// overlaps it most and is the first of these.
func (l *labels) of(a annotation, turn Turn) string {
	if l == nil {
		return ""
	}
	if value, ok := l.byRef[a.id]; ok {
		return value
	}
	best, most := "", time.Duration(0)
	for _, other := range l.timed {
		if other.begin >= turn.End {
			break
		}
		if overlap := min(other.end, turn.End) - max(other.begin, turn.Begin); overlap > most {
			best, most = other.value, overlap
		}
	}
	return best
}

// parseEAF reads the time slots and the tiers.
func parseEAF(text []byte) (*eaf, error) {
	f := &eaf{slots: map[string]time.Duration{}}
	d := xml.NewDecoder(bytes.NewReader(text))
	depth, root := 0, false
	refuse := func(what string, args ...any) error {
		line, _ := d.InputPos()
		return fault.Input(hintEAF, "line %d: %s", line, fmt.Sprintf(what, args...))
	}
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && root:
			return f, nil
		case err != nil:
			return nil, refuse("it is not XML, or was cut")
		}
		switch e := token.(type) {
		case xml.StartElement:
			if depth++; depth > maxDepth {
				return nil, refuse("elements are nested more than %d deep", maxDepth)
			}
			if depth == 1 {
				if root = e.Name.Local == "ANNOTATION_DOCUMENT"; !root {
					return nil, refuse("not an ELAN file: it begins with %.40q", e.Name.Local)
				}
			}
			if err := f.element(e); err != nil {
				return nil, refuse("%s", err)
			}
		case xml.EndElement:
			depth--
		case xml.CharData:
			f.text(e)
		}
	}
}

// element takes the beginning of an element.
func (f *eaf) element(e xml.StartElement) error {
	get := func(name string) string {
		for _, a := range e.Attr {
			if a.Name.Local == name {
				return a.Value
			}
		}
		return ""
	}
	switch e.Name.Local {
	case "TIME_SLOT":
		if text := get("TIME_VALUE"); text != "" {
			ms, err := strconv.ParseInt(text, 10, 64)
			if err != nil || ms < 0 || ms > 3.6e9 {
				return fmt.Errorf("time slot %.40q: %.40q is not a number of milliseconds", get("TIME_SLOT_ID"), text)
			}
			f.slots[get("TIME_SLOT_ID")] = time.Duration(ms) * time.Millisecond
		}
	case "TIER":
		f.tiers = append(f.tiers, tier{id: get("TIER_ID"), participant: get("PARTICIPANT"), kind: get("LINGUISTIC_TYPE_REF"), parent: get("PARENT_REF")})
	case "ALIGNABLE_ANNOTATION", "REF_ANNOTATION":
		if len(f.tiers) == 0 {
			return fmt.Errorf("an annotation outside a tier")
		}
		last := &f.tiers[len(f.tiers)-1]
		if len(last.annotations) == maxTurns {
			return fmt.Errorf("more than %d annotations", maxTurns)
		}
		last.annotations = append(last.annotations, annotation{id: get("ANNOTATION_ID"), ref: get("ANNOTATION_REF"), begin: get("TIME_SLOT_REF1"), end: get("TIME_SLOT_REF2")})
	}
	return nil
}

// text takes the words between tags, which belong to the last annotation.
func (f *eaf) text(words []byte) {
	if len(f.tiers) == 0 {
		return
	}
	last := &f.tiers[len(f.tiers)-1]
	if n := len(last.annotations); n > 0 && len(last.annotations[n-1].value) <= maxWords {
		last.annotations[n-1].value += string(words)
	}
}
