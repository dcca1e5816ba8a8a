package turns

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gsdnet/internal/fault"
)

// decoded checks that text is UTF-8 and removes the byte order mark.
func decoded(text []byte) ([]byte, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if utf8.Valid(text) && !bytes.ContainsRune(text, 0) {
		return text, nil
	}
	line := 1
	for rest := text; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 || r == 0 {
			break
		}
		if r == '\n' {
			line++
		}
		rest = rest[n:]
	}
	return nil, fault.Input("convert it, for example with iconv -f WINDOWS-1252 -t UTF-8", "line %d: the text is not UTF-8", line)
}

// Clock writes a time as 00:01:02.345.
func Clock(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	ms := d.Milliseconds()
	return fmt.Sprintf("%s%02d:%02d:%02d.%03d", sign, ms/3600000, ms/60000%60, ms/1000%60, ms%1000)
}

// ParseClock reads 1:02.5, 00:01:02,345 or a number of seconds. A time has at most 1,000
// hours.
func ParseClock(text string) (time.Duration, error) {
	refuse := fmt.Errorf("%.40q is not a time such as 00:01:02.345", text)
	parts := strings.Split(strings.ReplaceAll(strings.TrimSpace(text), ",", "."), ":")
	if len(parts) > 3 {
		return 0, refuse
	}
	var seconds float64
	for i, part := range parts {
		last := i == len(parts)-1
		if part == "" || strings.Trim(part, "0123456789.") != "" || !last && strings.Contains(part, ".") {
			return 0, refuse
		}
		x, err := strconv.ParseFloat(part, 64)
		if err != nil || i > 0 && x >= 60 || x > 3.6e6 {
			return 0, refuse
		}
		seconds = seconds*60 + x
	}
	if seconds > 3.6e6 {
		return 0, refuse
	}
	return time.Duration(seconds*1e6+0.5) * time.Microsecond, nil
}

// named splits "Anna: what she says" into the name and the words. A name has at most
// three words, the first of which begins with a capital letter or a letter that has no
// case.
func named(line string) (speaker, words string, ok bool) {
	name, rest, found := strings.Cut(line, ":")
	name = strings.TrimSpace(name)
	first, _ := utf8.DecodeRuneInString(name)
	if !found || len(name) > 60 || !unicode.IsLetter(first) || unicode.IsLower(first) || len(strings.Fields(name)) > 3 ||
		strings.ContainsAny(name, ".,;!?\"()[]<>/") || rest != "" && rest[0] != ' ' {
		return "", line, false
	}
	return name, strings.TrimSpace(rest), true
}
