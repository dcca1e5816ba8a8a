package turns

import (
	"fmt"
	"html"
	"regexp"
	"strings"

	"gsdnet/internal/fault"
)

const hintCue = "a cue is a line of times, 00:00:01.000 --> 00:00:02.500, and the words below it"

// readVTT reads WebVTT (https://www.w3.org/TR/webvtt1/): one turn a cue, or one for each
// voice of a cue, <v Anna>.
func readVTT(t *Talk, text []byte, _ Options) error {
	lines := split(text)
	if first := lines[0]; first != "WEBVTT" && !strings.HasPrefix(first, "WEBVTT ") && !strings.HasPrefix(first, "WEBVTT\t") {
		return fault.Input("the first line of WebVTT is WEBVTT", "line 1: it is not WEBVTT")
	}
	i := 1
	for i < len(lines) && lines[i] != "" { // the header
		i++
	}
	return cues(t, lines, i, true)
}

// readSRT reads SubRip: a number, a line of times and the words of each cue.
func readSRT(t *Talk, text []byte, _ Options) error { return cues(t, split(text), 0, false) }

// split cuts text into lines, which may end in the manner of any system.
func split(text []byte) []string {
	return strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(text)), "\n")
}

// cues reads the blocks of lines between empty lines from line i on.
func cues(t *Talk, lines []string, i int, vtt bool) error {
	speaker := "" // of the last cue that named one
	for i < len(lines) {
		if strings.TrimSpace(lines[i]) == "" {
			i++
			continue
		}
		start := i
		for i < len(lines) && strings.TrimSpace(lines[i]) != "" {
			i++
		}
		block := lines[start:i]
		if vtt && notCue(block) {
			continue
		}
		times := 0
		for times < len(block) && times < 2 && !strings.Contains(block[times], "-->") {
			times++
		}
		if times == len(block) || times == 2 {
			return fault.Input(hintCue, "line %d: a cue without times", start+1)
		}
		turn, err := span(block[times])
		if err != nil {
			return fault.Input(hintCue, "line %d: %w", start+times+1, err)
		}
		for _, said := range voices(strings.Join(block[times+1:], "\n"), vtt) {
			if said.speaker != "" {
				speaker = said.speaker
			}
			turn.Speaker, turn.Words = speaker, said.words
			if err := t.add(fmt.Sprintf("line %d", start+times+1), turn); err != nil {
				return err
			}
		}
	}
	return nil
}

// notCue reports whether a block of WebVTT is a comment, a style or a region.
func notCue(block []string) bool {
	word, _, _ := strings.Cut(block[0], " ")
	return (word == "NOTE" || word == "STYLE" || word == "REGION") && !strings.Contains(block[0], "-->")
}

// span reads a line of times. What follows them places the cue on the screen.
func span(line string) (Turn, error) {
	from, rest, _ := strings.Cut(line, "-->")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return Turn{}, fmt.Errorf("no end behind -->")
	}
	begin, err := ParseClock(from)
	if err != nil {
		return Turn{}, err
	}
	end, err := ParseClock(fields[0])
	return Turn{Begin: begin, End: end}, err
}

// voice is what one speaker says in a cue.
type voice struct{ speaker, words string }

var (
	voiceTag = regexp.MustCompile(`<v(?:\.[^\s>]*)?\s+([^>]*)>`)
	anyTag   = regexp.MustCompile(`</?[a-zA-Z0-9][^<>]*>|\{\\[^}]*\}`)
	dash     = regexp.MustCompile(`(?m)^[-–—]\s*`)
)

// voices splits the text of a cue at its voices, and else at a name before each line, as
// in "Anna: hello". Marks of style are removed.
func voices(text string, vtt bool) []voice {
	var out []voice
	if at := voiceTag.FindAllStringSubmatchIndex(text, -1); vtt && at != nil {
		if before := plain(text[:at[0][0]]); before != "" {
			out = append(out, voice{words: before})
		}
		for i, m := range at {
			end := len(text)
			if i+1 < len(at) {
				end = at[i+1][0]
			}
			out = append(out, voice{html.UnescapeString(strings.TrimSpace(text[m[2]:m[3]])), plain(text[m[1]:end])})
		}
		return out
	}
	for _, line := range strings.Split(text, "\n") {
		line = plain(dash.ReplaceAllString(line, ""))
		speaker, words, ok := named(line)
		switch {
		case ok || len(out) == 0:
			out = append(out, voice{speaker, words})
		case words != "":
			out[len(out)-1].words = strings.TrimSpace(out[len(out)-1].words + " " + words)
		}
	}
	return out
}

// plain removes marks of style, and makes one line of the words.
func plain(text string) string {
	return strings.Join(strings.Fields(html.UnescapeString(anyTag.ReplaceAllString(text, ""))), " ")
}
