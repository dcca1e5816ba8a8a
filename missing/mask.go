package missing

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"gsdnet/erc"
	"gsdnet/internal/fault"
	"gsdnet/internal/stream"
)

// Mask is a frozen draw: what every model sees of one split, the same for all of
// them, published with the results.
type Mask struct {
	Rule
	Seed     uint64
	Split    erc.Split     // Valid or Test; Train for a mask whose values are deleted (Delete)
	DataHash string        // Hash of the corpus it was drawn for
	Present  []erc.Present // one an utterance: conversations by ID, utterances by turn
}

// Freeze draws the mask of one split. It depends on the seed, the rule, the split
// and what the data lack, and on nothing else.
func Freeze(c *erc.Corpus, s erc.Split, r Rule, seed uint64) (Mask, error) {
	if err := r.Check(); err != nil {
		return Mask{}, err
	}
	convs := c.In(s)
	available := make([][]erc.Present, len(convs))
	for i := range convs {
		available[i] = availableIn(convs[i : i+1])
	}
	m := Mask{Rule: r.named(), Seed: seed, Split: s, DataHash: c.Hash}
	m.Present = r.Draw(available, stream.New(seed, "frozen mask "+m.stem()))
	return m, m.Check(slices.Concat(available...))
}

// FreezeAll draws the masks of one split, one for each rule.
func FreezeAll(c *erc.Corpus, s erc.Split, rules []Rule, seed uint64) ([]Mask, error) {
	masks := make([]Mask, len(rules))
	for i, rule := range rules {
		var err error
		if masks[i], err = Freeze(c, s, rule, seed); err != nil {
			return nil, err
		}
	}
	return masks, nil
}

// availableIn returns which modalities the data have, utterance by utterance.
func availableIn(convs []erc.Conversation) []erc.Present {
	out := make([]erc.Present, 0, erc.CountUtterances(convs))
	for i := range convs {
		for j := range convs[i].Utterances {
			out = append(out, convs[i].Utterances[j].Present)
		}
	}
	return out
}

// ByConversation cuts the mask into the conversations of its split. It panics
// when they have another number of utterances than the mask.
func (m Mask) ByConversation(convs []erc.Conversation) [][]erc.Present {
	if n := erc.CountUtterances(convs); n != len(m.Present) {
		panic(fmt.Sprintf("missing: a mask of %d utterances for %d", len(m.Present), n))
	}
	out := make([][]erc.Present, len(convs))
	rest := m.Present
	for i := range convs {
		n := len(convs[i].Utterances)
		out[i], rest = rest[:n:n], rest[n:]
	}
	return out
}

// Name returns the mask's file name: random-valid-0.3-seed0.npy,
// random-batch-test-0.3-seed0.npy or fixed-test-ta-seed0.npy.
func (m Mask) Name() string { return fmt.Sprintf("%s-seed%d.npy", m.stem(), m.Seed) }

func (m Mask) stem() string { return fmt.Sprintf("%s-%s-%s", m.Kind(), m.Split, m.Point) }

// Check returns an error unless the mask fits data with the available modalities:
// a split that exists, as many rows as utterances, at least one modality in
// each, none that the data lack. The error names the row, counted from 0.
func (m Mask) Check(available []erc.Present) error {
	if err := m.Rule.Check(); err != nil {
		return err
	}
	if !slices.Contains(erc.Splits[:], m.Split) {
		return fault.Input("masks are of train, valid or test", "masks of %s are not known", m.Split)
	}
	if len(m.Present) != len(available) {
		return fault.Input("it was drawn for other data: draw the masks again", "%d rows, but the %s split has %d utterances", len(m.Present), m.Split, len(available))
	}
	if len(available) == 0 {
		return fault.Input("give the data a split of that name", "the %s split has no utterances", m.Split)
	}
	for i, p := range m.Present {
		switch has := available[i]; {
		case has == erc.None:
			return fault.Input("leave such utterances out", "row %d: the data have no modality at all", i)
		case p == erc.None:
			return fault.Input("an utterance keeps at least one modality", "row %d: no modality is present", i)
		case p&^has != 0:
			return fault.Input("it was drawn for other data: draw the masks again", "row %d: present %s, but the data have %s", i, p, has)
		}
	}
	return nil
}

// rows returns the mask as it lies in its file: 1 present, 0 absent, [n,3].
func (m Mask) rows() [][erc.NumModalities]uint8 {
	out := make([][erc.NumModalities]uint8, len(m.Present))
	for i, p := range m.Present {
		for _, mod := range erc.Modalities {
			if p.Has(mod) {
				out[i][mod] = 1
			}
		}
	}
	return out
}

// Hash names a set of masks, for the record of a run: the SHA-256 over the names,
// data hashes and contents of the masks, hexadecimal, whatever their order.
func Hash(masks []Mask) string {
	lines := make([]string, len(masks))
	for i, m := range masks {
		content := sha256.New()
		for _, row := range m.rows() {
			content.Write(row[:])
		}
		lines[i] = fmt.Sprintf("%s %s %x\n", m.Name(), m.DataHash, content.Sum(nil))
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return hex.EncodeToString(sum[:])
}
