package serve

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"mime/multipart"
	"net/http"

	"gsdnet/erc"
)

// partConversation is the part with the conversation in JSON, without features.
const partConversation = "conversation"

// readParts decodes a multipart body: the part "conversation" is the JSON of a body, and
// each of the parts "text", "audio" and "visual" holds the features of all utterances as
// float32, little-endian, row by row. A row of NaN is missing. A part that is left out is
// missing throughout.
func (s *Server) readParts(run *loaded, body []byte, boundary string) (*asked, error) {
	parts, err := partsOf(body, boundary)
	if err != nil {
		return nil, err
	}
	var c conversation
	text, ok := parts[partConversation]
	if !ok {
		return nil, invalid("body."+partConversation, "is missing: it is the JSON of the conversation, without features")
	}
	if err := decode(text, &c); err != nil {
		return nil, err
	}
	if err := s.checkLength(len(c.Utterances)); err != nil {
		return nil, err
	}
	for _, m := range erc.Modalities {
		raw, ok := parts[m.String()]
		if !ok {
			continue
		}
		n, width, at := len(c.Utterances), run.about.Dims[m], "body."+m.String()
		if want := 4 * n * width; len(raw) != want {
			return nil, invalid(at, fmt.Sprintf("has %d bytes, and %d rows of %d float32 values are %d bytes", len(raw), n, width, want))
		}
		for i := range c.Utterances {
			if c.Utterances[i].features(m).values != nil {
				return nil, invalid(fmt.Sprintf("body.%s.utterances[%d].%s", partConversation, i, m), "is given twice: in the conversation and as a part")
			}
			row, problem := float32s(raw[4*i*width : 4*(i+1)*width])
			if problem != "" {
				return nil, invalid(fmt.Sprintf("%s[%d]", at, i), problem)
			}
			c.Utterances[i].features(m).values = row
		}
	}
	return s.corpus(run, &c)
}

// partsOf splits a multipart body into its parts by name, which are those that readParts
// knows.
func partsOf(body []byte, boundary string) (map[string][]byte, error) {
	malformed := refuse(http.StatusBadRequest, "the body is not made of parts", "let your HTTP library write multipart/form-data", "body", "is malformed")
	if boundary == "" {
		return nil, malformed
	}
	known := map[string]bool{partConversation: true}
	for _, m := range erc.Modalities {
		known[m.String()] = true
	}
	parts := map[string][]byte{}
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := reader.NextRawPart()
		if err == io.EOF { //nolint:errorlint // a wrapped one is of a body that ends too early
			return parts, nil
		} else if err != nil {
			return nil, malformed
		}
		name := part.FormName()
		if _, twice := parts[name]; twice || !known[name] {
			return nil, refuse(http.StatusUnprocessableEntity, "the body has a part that is not known or is there twice",
				"the parts are conversation, text, audio and visual", "body", "has a part that is not known or is there twice")
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, malformed
		}
		parts[name] = data
	}
}

// float32s decodes a row. A row of NaN is nil: it is missing.
func float32s(raw []byte) (row []float32, problem string) {
	row = make([]float32, len(raw)/4)
	missing := 0
	for j := range row {
		row[j] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*j:]))
		switch x := float64(row[j]); {
		case math.IsNaN(x):
			missing++
		case math.IsInf(x, 0):
			return nil, fmt.Sprintf("value %d is infinite", j)
		}
	}
	switch missing {
	case 0:
		return row, ""
	case len(row):
		return nil, ""
	}
	return nil, "has some values that are not numbers; a row is missing if all are"
}
