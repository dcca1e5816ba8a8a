package serve

import (
	"bytes"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// conversation is the JSON body of a request.
type conversation struct {
	Dialogue   whole       `json:"dialogue,omitempty" doc:"Number of the conversation, from 0. Together with the seed it chooses the noise, as the dialogue of a file does. Default 0."`
	Utterances []utterance `json:"utterances" doc:"The utterances in the order in which they were spoken." minItems:"1"`
}

// utterance is one utterance of a body. A modality that is absent or null was not observed.
type utterance struct {
	Turn    whole   `json:"turn,omitempty" doc:"Number of the utterance, above that of the one before. Default: one more, from 0."`
	Speaker speaker `json:"speaker,omitempty"`
	Text    vector  `json:"text,omitempty" doc:"Text features; null or absent if they are missing."`
	Audio   vector  `json:"audio,omitempty" doc:"Audio features; null or absent if they are missing."`
	Visual  vector  `json:"visual,omitempty" doc:"Visual features; null or absent if they are missing."`
}

// features returns the vector of a modality.
func (u *utterance) features(m erc.Modality) *vector {
	return [erc.NumModalities]*vector{&u.Text, &u.Audio, &u.Visual}[m]
}

// Media types of bodies.
const (
	typeJSON  = "application/json"
	typeNPZ   = "application/zip"
	typeParts = "multipart/form-data"
)

// asked is a conversation that was asked about, checked and ready for the run.
type asked struct {
	corpus   *erc.Corpus
	speakers []speaker // of each utterance, for the answer
}

// read decodes a body of any media type for a run.
func (s *Server) read(run *loaded, in *incoming) (*asked, error) {
	media, parameters, err := mimeOf(in.contentType)
	known := slices.Contains([]string{typeJSON, typeNPZ, "application/x-npz", "application/octet-stream", typeParts}, media)
	if err != nil || !known {
		return nil, refuse(http.StatusUnsupportedMediaType, "the media type of the body is not known",
			"send "+typeJSON+", "+typeNPZ+" (a .npz file) or "+typeParts, "header.Content-Type", "is not one of these")
	}
	body, err := in.read(s.limits.bodyBytes())
	if err != nil {
		return nil, err
	}
	switch media {
	case typeJSON:
		return s.readJSON(run, body)
	case typeParts:
		return s.readParts(run, body, parameters["boundary"])
	}
	return s.readArchive(run, body)
}

// mimeOf splits a media type; without one, the body is JSON.
func mimeOf(contentType string) (media string, parameters map[string]string, err error) {
	if contentType == "" {
		return typeJSON, nil, nil
	}
	return mime.ParseMediaType(contentType)
}

// readJSON decodes a conversation.
func (s *Server) readJSON(run *loaded, body []byte) (*asked, error) {
	var c conversation
	if err := decode(body, &c); err != nil {
		return nil, err
	}
	return s.corpus(run, &c)
}

// field reads a field of a conversation.
func (c *conversation) field(key string, value jsonText, place string) error {
	switch key {
	case "dialogue":
		return c.Dialogue.UnmarshalJSON(value.bytes)
	case "utterances":
		at := place + ".utterances"
		return decodeArray(value, at, func(i int, element jsonText) error {
			c.Utterances = append(c.Utterances, utterance{})
			return decodeObject(element, fmt.Sprintf("%s[%d]", at, i), &c.Utterances[i])
		})
	}
	return errUnknown
}

// field reads a field of an utterance.
func (u *utterance) field(key string, value jsonText, _ string) error {
	switch key {
	case "turn":
		return u.Turn.UnmarshalJSON(value.bytes)
	case "speaker":
		return u.Speaker.UnmarshalJSON(value.bytes)
	}
	for _, m := range erc.Modalities {
		if key == m.String() {
			return u.features(m).UnmarshalJSON(value.bytes)
		}
	}
	return errUnknown
}

// corpus makes a corpus of a decoded conversation, and refuses values that do not fit the
// run.
func (s *Server) corpus(run *loaded, c *conversation) (*asked, error) {
	if err := s.checkLength(len(c.Utterances)); err != nil {
		return nil, err
	}
	if c.Dialogue.problem != "" || c.Dialogue.value < 0 {
		return nil, invalid("body.dialogue", "is not a whole number from 0 to 2147483647")
	}
	numbers := &names{}
	conv := erc.Conversation{ID: c.Dialogue.value, Split: erc.Test, Utterances: make([]erc.Utterance, len(c.Utterances))}
	out := &asked{speakers: make([]speaker, len(c.Utterances))}
	for i := range c.Utterances {
		made, err := c.Utterances[i].checked(run, numbers, fmt.Sprintf("body.utterances[%d]", i))
		if err != nil {
			return nil, err
		}
		made.Row, made.Turn = i, 0
		switch given := c.Utterances[i].Turn; {
		case given.given:
			made.Turn = int(given.value)
		case i > 0:
			made.Turn = conv.Utterances[i-1].Turn + 1
		}
		if i > 0 && made.Turn <= conv.Utterances[i-1].Turn {
			return nil, invalid(fmt.Sprintf("body.utterances[%d].turn", i), "does not come after the turn of the utterance before")
		}
		conv.Utterances[i], out.speakers[i] = made, c.Utterances[i].Speaker
	}
	out.corpus = corpusOf(run, conv)
	return out, nil
}

// corpusOf makes a corpus of one conversation.
func corpusOf(run *loaded, conv erc.Conversation) *erc.Corpus {
	return &erc.Corpus{Name: "the body", Task: erc.NoLabels, Dims: run.about.Dims, Conversations: []erc.Conversation{conv}}
}

// names numbers the speakers of one conversation. Either all are numbers or all are names.
type names struct {
	known map[string]int32
	any   bool
	named bool
}

// number returns the number of a speaker.
func (n *names) number(s speaker) (int32, bool) {
	if n.any && n.named != s.named {
		return 0, false
	}
	n.any, n.named = true, s.named
	if !s.named {
		return s.number, true
	}
	number, known := n.known[s.name]
	if !known {
		if n.known == nil {
			n.known = map[string]int32{}
		}
		number = int32(len(n.known))
		n.known[s.name] = number
	}
	return number, true
}

// clone returns a copy that can be changed.
func (n *names) clone() names { return names{known: maps.Clone(n.known), any: n.any, named: n.named} }

// checked makes an utterance of a corpus, or says what is wrong with it.
func (u *utterance) checked(run *loaded, numbers *names, place string) (erc.Utterance, error) {
	out := erc.Utterance{Class: erc.Unlabelled}
	if u.Turn.problem != "" {
		return out, invalid(place+".turn", u.Turn.problem)
	}
	if u.Speaker.problem != "" {
		return out, invalid(place+".speaker", u.Speaker.problem)
	}
	number, ok := numbers.number(u.Speaker)
	if !ok {
		return out, invalid(place+".speaker", "is a name where others are numbers, or the other way round")
	}
	out.Speaker = erc.Speaker(number)
	for _, m := range erc.Modalities {
		v, want := u.features(m), run.about.Dims[m]
		at := place + "." + m.String()
		switch {
		case v.problem != "":
			return out, invalid(at, v.problem)
		case v.values == nil:
			continue
		case want == 0:
			return out, invalid(at, "is not a modality of the run; leave it out")
		case len(v.values) != want:
			return out, invalid(at, fmt.Sprintf("has %d features, and the run takes %d", len(v.values), want))
		}
		out.Features[m], out.Present = v.values, out.Present.With(m)
	}
	if out.Present == erc.None {
		return out, invalid(place, "has no modality; at least one is needed")
	}
	return out, nil
}

// checkLength refuses conversations that are empty or too long.
func (s *Server) checkLength(n int) error {
	switch {
	case n == 0:
		return invalid("body.utterances", "is missing or empty")
	case n > s.limits.MaxUtterances:
		return refuse(http.StatusRequestEntityTooLarge, "the conversation is too long", "send fewer utterances, or start the server with a larger --max-utterances",
			"body.utterances", fmt.Sprintf("has %d utterances, more than %d", n, s.limits.MaxUtterances))
	}
	return nil
}

// invalid returns the problem of one place of a body.
func invalid(location, message string) *Problem {
	return refuse(http.StatusUnprocessableEntity, "the conversation is not valid", "GET /v1/models lists the widths of the features that a run takes", location, message)
}

// readArchive decodes the bytes of a .npz file with one conversation.
func (s *Server) readArchive(run *loaded, body []byte) (*asked, error) {
	corpus, err := run.run.Decode("the body", bytes.NewReader(body), int64(len(body)), s.limits.bodyBytes())
	if err != nil {
		return nil, refuse(http.StatusUnprocessableEntity, "the archive is not valid", fault.Of(err), "body", err.Error())
	}
	if n := len(corpus.Conversations); n != 1 {
		return nil, refuse(http.StatusUnprocessableEntity, "the archive is not valid", "send one request for each conversation", "body", fmt.Sprintf("has %d conversations, and one is wanted", n))
	}
	conv := &corpus.Conversations[0]
	if err := s.checkLength(len(conv.Utterances)); err != nil {
		return nil, err
	}
	if err := run.fits(corpus); err != nil {
		return nil, err
	}
	return &asked{corpus: corpus, speakers: speakersOf(corpus, conv)}, nil
}

// fits refuses a corpus whose features are not as wide as those that the run takes.
func (l *loaded) fits(corpus *erc.Corpus) error {
	for _, m := range erc.Modalities {
		if got, want := corpus.Dims[m], l.about.Dims[m]; got != 0 && got != want {
			return invalid("body."+m.String(), fmt.Sprintf("has %d features, and the run takes %d", got, want))
		}
	}
	return nil
}

// speakersOf lists who spoke each utterance of a conversation.
func speakersOf(corpus *erc.Corpus, conv *erc.Conversation) []speaker {
	out := make([]speaker, len(conv.Utterances))
	for i := range conv.Utterances {
		number := int32(conv.Utterances[i].Speaker)
		out[i] = speaker{number: number}
		if corpus.Speakers != nil {
			out[i] = speaker{name: corpus.Speakers[number], named: true}
		}
	}
	return out
}
