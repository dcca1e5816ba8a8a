package draws

import (
	"encoding/json"
	"fmt"
	"math"
)

// Names of what metrics.json has of a completion beside the keys of Scores.
const (
	fieldCells      = "n"
	fieldDraws      = "draws"
	fieldModalities = "modalities"
)

// coverages returns where a completion keeps the coverages, by the keys of their scores.
func (c *Completion) coverages() map[string]*[]Coverage {
	return map[string]*[]Coverage{"draw_coverage": &c.Coverage, "conversation_coverage": &c.ConversationCoverage}
}

// Fields lists the keys of the JSON of a completion that are always there.
func (Completion) Fields() []string {
	out := []string{fieldCells, fieldDraws}
	for _, s := range scores {
		out = append(out, s.Key)
	}
	return out
}

// MarshalJSON writes the scores in the order of their declarations, and one that is not
// finite as null. A coverage is a list of levels.
func (c Completion) MarshalJSON() ([]byte, error) {
	out := fmt.Appendf(nil, `{%q:%d,%q:%d`, fieldCells, c.N, fieldDraws, c.Draws)
	add := func(name string, v any) error {
		text, err := json.Marshal(v)
		out = fmt.Appendf(out, `,%q:%s`, name, text)
		return err
	}
	lists := c.coverages()
	for _, s := range scores {
		var v any
		if list, is := lists[s.Key]; is {
			v = *list
		} else if x := c.Values[s.Key]; !math.IsNaN(x) && !math.IsInf(x, 0) {
			v = x
		}
		if err := add(s.Key, v); err != nil {
			return nil, err
		}
	}
	if c.Modalities != nil {
		if err := add(fieldModalities, c.Modalities); err != nil {
			return nil, err
		}
	}
	return append(out, '}'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote; a score that is null or not there becomes
// NaN.
func (c *Completion) UnmarshalJSON(text []byte) error {
	var head struct {
		N          int                    `json:"n"`
		Draws      int                    `json:"draws"`
		Modalities map[string]*Completion `json:"modalities"`
	}
	var fields map[string]json.RawMessage
	for _, into := range []any{&head, &fields} {
		if err := json.Unmarshal(text, into); err != nil {
			return err
		}
	}
	*c = Completion{N: head.N, Draws: head.Draws, Modalities: head.Modalities, Values: map[string]float64{}}
	lists := c.coverages()
	for _, s := range scores {
		value, there := fields[s.Key]
		if list, is := lists[s.Key]; is {
			if there {
				if err := json.Unmarshal(value, list); err != nil {
					return err
				}
			}
			continue
		}
		x := math.NaN()
		if there && string(value) != "null" {
			if err := json.Unmarshal(value, &x); err != nil {
				return err
			}
		}
		c.Values[s.Key] = x
	}
	return nil
}
