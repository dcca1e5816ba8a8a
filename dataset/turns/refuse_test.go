package turns_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"gsdnet/dataset/formattest"
	"gsdnet/dataset/turns"
)

const eafHead = `<?xml version="1.0" encoding="UTF-8"?><ANNOTATION_DOCUMENT>`

// hostile are files that are no transcripts, by their name, a number for those of one
// extension, and what the error says.
var hostile = []struct{ name, text, want string }{
	{"empty.eaf", "", "line 1: it is not XML, or was cut"},
	{"empty.vtt", "", "line 1: it is not WEBVTT"},
	{"empty.srt", "", "no turns"},
	{"empty.csv", "", "line 1: it names no columns"},
	{"talk.txt", "hello", "the ending names no format of transcripts"},
	{"html.eaf", "<html><body></body></html>", `line 1: not an ELAN file: it begins with "html"`},
	{"cut.eaf", eafHead + "<TIER TIER_ID='A'>", "it is not XML, or was cut"},
	{"none.eaf", eafHead + "</ANNOTATION_DOCUMENT>", "no turns"},
	{"deep.eaf", eafHead + strings.Repeat("<a>", 1<<20), "elements are nested more than 32 deep"},
	{"laughs.eaf", `<!DOCTYPE a [<!ENTITY b "` + strings.Repeat("ha", 1000) + `"><!ENTITY c "&b;&b;&b;">]>` + eafHead[38:] + `<TIER TIER_ID="&c;"/></ANNOTATION_DOCUMENT>`, "it is not XML, or was cut"},
	{"file.eaf", `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>` + eafHead[38:] + `<TIER TIER_ID="&b;"/></ANNOTATION_DOCUMENT>`, "it is not XML, or was cut"},
	{"outside.eaf", eafHead + `<ALIGNABLE_ANNOTATION ANNOTATION_ID="a"/></ANNOTATION_DOCUMENT>`, "an annotation outside a tier"},
	{"slot.eaf", eafHead + `<TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="-5"/></ANNOTATION_DOCUMENT>`, `time slot "t1": "-5" is not a number of milliseconds`},
	{"huge.eaf", eafHead + `<TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="99999999999999999999"/></ANNOTATION_DOCUMENT>`, "is not a number of milliseconds"},
	{"untimed.eaf", eafHead + `<TIER TIER_ID="A"><ALIGNABLE_ANNOTATION ANNOTATION_ID="a" TIME_SLOT_REF1="x" TIME_SLOT_REF2="y"/></TIER></ANNOTATION_DOCUMENT>`, `tier "A", annotation "a": its time slot "x" has no time`},
	{"child.eaf", eafHead + `<TIER TIER_ID="A"><REF_ANNOTATION ANNOTATION_ID="a" ANNOTATION_REF="b"/></TIER></ANNOTATION_DOCUMENT>`, `annotation "a": it has no times of its own`},
	{"back.eaf", eafHead + `<TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="5"/><TIME_SLOT TIME_SLOT_ID="t2" TIME_VALUE="4"/><TIER TIER_ID="A"><ALIGNABLE_ANNOTATION ANNOTATION_ID="a" TIME_SLOT_REF1="t1" TIME_SLOT_REF2="t2"/></TIER></ANNOTATION_DOCUMENT>`, "it ends at 00:00:00.004, before it begins at 00:00:00.005"},
	{"long.eaf", eafHead + `<TIME_SLOT TIME_SLOT_ID="t" TIME_VALUE="5"/><TIER TIER_ID="A"><ALIGNABLE_ANNOTATION ANNOTATION_ID="a" TIME_SLOT_REF1="t" TIME_SLOT_REF2="t"/>` + strings.Repeat("x", 1<<20) + `</TIER></ANNOTATION_DOCUMENT>`, "more than 65536 bytes of words"},
	{"latin.eaf", `<?xml version="1.0" encoding="ISO-8859-1"?><ANNOTATION_DOCUMENT/>`, "it is not XML, or was cut"},
	{"bytes.eaf", eafHead + "\n\xff\xfe", "line 2: the text is not UTF-8"},
	{"utf16.srt", "\xff\xfe1\x00\n\x00", "line 1: the text is not UTF-8"},
	{"latin.srt", "1\n00:00:01,000 --> 00:00:02,000\nZo\xeb\n", "line 3: the text is not UTF-8"},
	{"zero.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\na\x00b\n", "line 4: the text is not UTF-8"},
	{"notimes.vtt", "WEBVTT\n\nhello\nthere\n", "line 3: a cue without times"},
	{"notimes.srt", "1\n2\n00:00:01,000 --> 00:00:02,000\nx\n", "line 1: a cue without times"},
	{"noend.srt", "1\n00:00:01,000 -->\nx\n", "line 2: no end behind -->"},
	{"words.srt", "1\nsoon --> later\nx\n", `line 2: "soon " is not a time`},
	{"minutes.vtt", "WEBVTT\n\n00:61:00.000 --> 00:62:00.000\nx\n", "is not a time such as"},
	{"back.srt", "1\n00:00:03,000 --> 00:00:02,000\nx\n", "line 2: it ends at 00:00:02.000, before it begins"},
	{"long.srt", "1\n00:00:01,000 --> 00:00:02,000\n" + strings.Repeat("x", 1<<17) + "\n", "line 2: more than 65536 bytes of words"},
	{"header.csv", "begin,stop\n1,2\n", `line 1: no column "end"`},
	{"twice.csv", "begin,end,End\n1,2,3\n", `line 1: column "end" is there twice`},
	{"fields.csv", "begin,end\n1,2\n1,2,3\n", "line 3: it is not CSV, or has more or fewer fields"},
	{"quote.csv", "begin,end\n1,\"2\n", "it is not CSV"},
	{"time.csv", "begin,end\n1,NaN\n", `line 2, column "end": "NaN" is not a time`},
	{"negative.csv", "begin,end\n-1,2\n", `line 2, column "begin": "-1" is not a time`},
}

func TestHostile(t *testing.T) {
	for _, c := range hostile {
		path := filepath.Join(t.TempDir(), c.name)
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := turns.Read(path, turns.Options{})
		runtime.ReadMemStats(&after)
		formattest.Refused(t, path, err, c.want)
		if err != nil && len(err.Error()) > len(path)+300 {
			t.Errorf("%s: an error of %d bytes", c.name, len(err.Error()))
		}
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 64<<20 {
			t.Errorf("%s: took %d MiB", c.name, taken>>20)
		}
	}
	for _, name := range []string{"absent.eaf", "testdata"} {
		if _, err := turns.Read(name, turns.Options{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Copies with random damage are read or refused in a line.
func TestDamaged(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, name := range []string{"talk.eaf", "talk.vtt", "talk.srt", "talk.csv"} {
		whole, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), name)
		for i := range 500 {
			data := bytes.Clone(whole)
			if i%3 == 0 {
				data = data[:len(data)*i/500]
			}
			for range i % 4 {
				if len(data) > 0 {
					data[rng.IntN(len(data))] = byte(rng.Uint32N(128))
				}
			}
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			talk, err := turns.Read(path, turns.Options{Class: "emotion"})
			if err != nil {
				formattest.Refused(t, path, err, "")
				continue
			}
			values := make([]string, len(talk.Turns))
			for j := range values {
				values[j] = "x"
			}
			var out bytes.Buffer
			if err := talk.Annotate(&out, []turns.Tier{{"new", values}}); err != nil {
				formattest.Refused(t, path, err, "")
				continue
			}
			again := filepath.Join(t.TempDir(), "again.eaf")
			if err := os.WriteFile(again, out.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			if got, err := turns.Read(again, turns.Options{Class: "new"}); err != nil || len(got.Turns) != len(talk.Turns) {
				t.Fatalf("%s, trial %d: %d turns, then %v", name, i, len(talk.Turns), err)
			}
		}
	}
}
