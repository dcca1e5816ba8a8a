package turns

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"gsdnet/dataset"
	"gsdnet/internal/fault"
)

// Tier is a tier to write, with a value for each turn. A turn whose value is "" gets no
// annotation.
type Tier struct {
	Name   string
	Values []string
}

const (
	kind       = "gsdnet" // the linguistic type of written tiers
	constraint = `    <CONSTRAINT DESCRIPTION="1-1 association with a parent annotation" STEREOTYPE="Symbolic_Association"/>` + "\n"
)

// Annotate writes an ELAN file with the transcript and with tiers that belong to it. For
// each tier of a speaker, such as A, there is a tier NAME@A whose annotations belong to
// those of A. Of an ELAN file everything else is kept as it is; of another transcript a new
// file is made. A tier that is there already is an error.
func (t *Talk) Annotate(w io.Writer, tiers []Tier) error {
	talk := t
	if t.source == nil {
		talk = t.asEAF()
	}
	at, err := talk.gaps()
	if err != nil {
		return err
	}
	var added bytes.Buffer
	id := 0
	for _, tier := range tiers {
		for _, speaker := range talk.tierNames() {
			name := tier.Name + "@" + speaker
			if at.tiers[name] {
				return fault.Input("choose another name for the tier", "%s: it has a tier %.80q already", dataset.Title(t.Path), name)
			}
			fmt.Fprintf(&added, "    <TIER LINGUISTIC_TYPE_REF=%q PARENT_REF=\"%s\" TIER_ID=\"%s\">\n", kind, escaped(speaker), escaped(name))
			for i, turn := range talk.Turns {
				if turn.tier != speaker || tier.Values[i] == "" {
					continue
				}
				for id++; at.ids[fmt.Sprint("g", id)]; id++ {
				}
				fmt.Fprintf(&added, "        <ANNOTATION>\n            <REF_ANNOTATION ANNOTATION_ID=\"g%d\" ANNOTATION_REF=\"%s\">\n                <ANNOTATION_VALUE>%s</ANNOTATION_VALUE>\n            </REF_ANNOTATION>\n        </ANNOTATION>\n",
					id, escaped(turn.annotation), escaped(tier.Values[i]))
			}
			added.WriteString("    </TIER>\n")
		}
	}
	types := ""
	if !at.types[kind] {
		types = fmt.Sprintf("    <LINGUISTIC_TYPE CONSTRAINTS=\"Symbolic_Association\" GRAPHIC_REFERENCES=\"false\" LINGUISTIC_TYPE_ID=%q TIME_ALIGNABLE=\"false\"/>\n", kind)
	}
	constraints := ""
	if !at.constrained {
		constraints = constraint
	}
	source := talk.source
	for _, piece := range [][]byte{
		source[:at.afterTiers], []byte("\n"), bytes.TrimRight(added.Bytes(), "\n"),
		source[at.afterTiers:at.afterTypes], []byte("\n" + strings.TrimRight(types, "\n")),
		source[at.afterTypes:at.beforeConstraints], []byte(constraints), source[at.beforeConstraints:],
	} {
		if _, err := w.Write(piece); err != nil {
			return err
		}
	}
	return nil
}

// tierNames lists the tiers of the turns, in the order in which they first speak.
func (t *Talk) tierNames() []string {
	var texts []string
	for _, turn := range t.Turns {
		texts = append(texts, turn.tier)
	}
	_, names := dataset.Number(texts)
	return names
}

// gaps are the places of an ELAN file at which elements are added, as bytes from its
// beginning, and what is there already.
type gaps struct {
	afterTiers, afterTypes, beforeConstraints int64

	tiers, types, ids map[string]bool
	constrained       bool
}

func (t *Talk) gaps() (*gaps, error) {
	g := &gaps{tiers: map[string]bool{}, types: map[string]bool{}, ids: map[string]bool{}}
	d := xml.NewDecoder(bytes.NewReader(t.source))
	for {
		before := d.InputOffset()
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fault.Input(hintEAF, "%s: it is not XML, or was cut", dataset.Title(t.Path))
		}
		switch e := token.(type) {
		case xml.StartElement:
			for _, a := range e.Attr {
				switch a.Name.Local {
				case "TIER_ID":
					g.tiers[a.Value] = true
				case "LINGUISTIC_TYPE_ID":
					g.types[a.Value] = true
				case "ANNOTATION_ID":
					g.ids[a.Value] = true
				case "STEREOTYPE":
					g.constrained = g.constrained || a.Value == "Symbolic_Association"
				}
			}
			if e.Name.Local == "CONSTRAINT" && g.beforeConstraints == 0 {
				g.beforeConstraints = before
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "TIER":
				g.afterTiers = d.InputOffset()
			case "LINGUISTIC_TYPE":
				g.afterTypes = d.InputOffset()
			case "ANNOTATION_DOCUMENT":
				if g.beforeConstraints == 0 {
					g.beforeConstraints = before
				}
			}
		}
	}
	if g.afterTypes == 0 || g.afterTypes < g.afterTiers || g.beforeConstraints < g.afterTypes {
		return nil, fault.Input(hintEAF, "%s: its elements are not in the order of an ELAN file", dataset.Title(t.Path))
	}
	return g, nil
}

// asEAF returns the transcript as an ELAN file, with a tier for each speaker.
func (t *Talk) asEAF() *Talk {
	out := &Talk{Path: t.Path, Name: t.Name, Turns: append([]Turn(nil), t.Turns...)}
	for i := range out.Turns {
		turn := &out.Turns[i]
		turn.annotation, turn.tier = fmt.Sprint("a", i+1), turn.Speaker
		if turn.tier == "" {
			turn.tier = "unknown"
		}
	}
	var b bytes.Buffer
	b.WriteString(xml.Header + `<ANNOTATION_DOCUMENT AUTHOR="" DATE="1970-01-01T00:00:00+00:00" FORMAT="3.0" VERSION="3.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">
    <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds"/>
    <TIME_ORDER>
`)
	for i, turn := range out.Turns {
		fmt.Fprintf(&b, "        <TIME_SLOT TIME_SLOT_ID=\"ts%d\" TIME_VALUE=\"%d\"/>\n        <TIME_SLOT TIME_SLOT_ID=\"ts%d\" TIME_VALUE=\"%d\"/>\n", 2*i+1, turn.Begin.Milliseconds(), 2*i+2, turn.End.Milliseconds())
	}
	b.WriteString("    </TIME_ORDER>\n")
	for _, name := range out.tierNames() {
		fmt.Fprintf(&b, "    <TIER LINGUISTIC_TYPE_REF=\"default-lt\" PARTICIPANT=\"%[1]s\" TIER_ID=\"%[1]s\">\n", escaped(name))
		for i, turn := range out.Turns {
			if turn.tier == name {
				fmt.Fprintf(&b, "        <ANNOTATION>\n            <ALIGNABLE_ANNOTATION ANNOTATION_ID=\"%s\" TIME_SLOT_REF1=\"ts%d\" TIME_SLOT_REF2=\"ts%d\">\n                <ANNOTATION_VALUE>%s</ANNOTATION_VALUE>\n            </ALIGNABLE_ANNOTATION>\n        </ANNOTATION>\n",
					turn.annotation, 2*i+1, 2*i+2, escaped(turn.Words))
			}
		}
		b.WriteString("    </TIER>\n")
	}
	b.WriteString("    <LINGUISTIC_TYPE GRAPHIC_REFERENCES=\"false\" LINGUISTIC_TYPE_ID=\"default-lt\" TIME_ALIGNABLE=\"true\"/>\n" + constraint + "</ANNOTATION_DOCUMENT>\n")
	out.source = b.Bytes()
	return out
}

// escaped returns text as XML has it between tags and in attributes.
func escaped(text string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(text)) // a buffer takes everything
	return b.String()
}
