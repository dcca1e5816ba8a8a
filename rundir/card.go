package rundir

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"gsdnet/erc"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/count"
)

// Card is what card.md says of a run besides its settings. All but Backend, Elapsed and the
// machine follow from the data, the settings and the seeds.
type Card struct {
	Meta       Meta
	Corpus     *erc.Corpus
	Config     *Config
	Parameters int           // number of trained numbers
	Epochs     int           // the number of epochs that were run
	Backend    string        // the name of what computed
	Elapsed    time.Duration // of the process that ended the training
}

// WriteCard writes card.md, a description of the run for people: its data, masks, selection,
// seeds, hardware and time, what it is meant for, and what the law of the European Union says
// of emotion recognition. Its error is a file that cannot be written.
func (r *Dir) WriteCard(c Card) error {
	var b bytes.Buffer
	name := filepath.Base(filepath.Clean(r.Name))
	fmt.Fprintf(&b, "# %s\n\nA run of the model `%s` of [gsdnet](#how-to-use-it), which predicts %s of the utterances of a\nconversation in which text, audio or visual features may be missing.\n", line(name), c.Config.Model, c.task())
	c.data(&b)
	c.training(&b)
	fmt.Fprintf(&b, `
## How to use it

    gsdnet eval %[1]s --data FILE
    gsdnet predict %[1]s --in FILE --out predictions.csv

`+"`config.toml` has all settings, `log.jsonl` a line for each epoch, `masks/` the frozen masks, and\n`checkpoint.safetensors` the weights. `metrics.json` has the scores once the run is evaluated.\n", line(name))
	b.WriteString(cardUse)
	return atomicfile.Write(r.Path(CardFile), b.Bytes())
}

// line makes one line of a name that may hold anything.
func line(text string) string {
	return strings.NewReplacer("\n", " ", "\r", " ", "`", "'", "|", "/").Replace(text)
}

// task says what is predicted.
func (c *Card) task() string {
	if c.Meta.Setup.Task != erc.Classes {
		return "the sentiment score, with intervals,"
	}
	names := c.Meta.Classes
	if names == nil {
		return fmt.Sprintf("one of %d classes of emotion", c.Meta.Setup.NumClasses)
	}
	var out []string
	for _, name := range names {
		out = append(out, line(name))
	}
	return "the emotion (" + strings.Join(out, ", ") + ")"
}

// data describes the corpus and the masks.
func (c *Card) data(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n## Data\n\n| | |\n|:--|:--|\n| corpus | %s |\n| SHA-256 of the file | `%s` |\n", line(c.Corpus.Name), c.Meta.DataHash)
	for _, split := range erc.Splits {
		convs := c.Corpus.In(split)
		fmt.Fprintf(b, "| %s | %s, %s |\n", split, count.Of(len(convs), "conversation"), count.Of(erc.CountUtterances(convs), "utterance"))
	}
	if folds := c.Config.Data.Folds; folds > 0 {
		fmt.Fprintf(b, "| split | fold %d of %d, by conversation |\n", c.Config.Data.Fold, folds)
	} else {
		b.WriteString("| split | that of the file |\n")
	}
	for _, m := range erc.Modalities {
		if width := c.Meta.Setup.Dims[m]; width > 0 {
			fmt.Fprintf(b, "| %s | %d features, which %.1f %% of the utterances lack by nature |\n", m, width, 100*lacking(c.Corpus, m))
		} else {
			fmt.Fprintf(b, "| %s | none |\n", m)
		}
	}
	if n := len(c.Corpus.Speakers); n > 0 {
		fmt.Fprintf(b, "| speakers | %d |\n", n)
	}
	fmt.Fprintf(b, "| withheld in training | protocol `%s`, point `%v` |\n| seed of the masks | %d |\n| SHA-256 of the frozen masks | `%s` |\n",
		c.Config.Missing.Protocol, c.Config.Missing.Rate, c.Config.Missing.Seed, c.Meta.MaskHash)
}

// lacking returns the share of the utterances without a modality.
func lacking(corpus *erc.Corpus, m erc.Modality) float64 {
	without, n := 0, 0
	for i := range corpus.Conversations {
		for j := range corpus.Conversations[i].Utterances {
			if n++; !corpus.Conversations[i].Utterances[j].Present.Has(m) {
				without++
			}
		}
	}
	return float64(without) / float64(max(n, 1))
}

// training describes how the weights came about.
func (c *Card) training(b *bytes.Buffer) {
	fmt.Fprintf(b, `
## Training

| | |
|:--|:--|
| selection | the weights of epoch %d of %d, which had the lowest validation error, %.4f, on the frozen masks of the validation split; the test split is not read |
| trained numbers | %d |
| seed | %d; the same data, settings and seed give the same weights |
| time | %.0f s in the process that ended the training |
| machine | %s |
| backend | %s |
| program | %s |
`, c.Meta.Epoch, c.Epochs, c.Meta.Validation, c.Parameters, c.Config.Train.Seed, c.Elapsed.Seconds(), machine(), line(c.Backend), program())
}

// machine describes the hardware in a line.
func machine() string {
	out := fmt.Sprintf("%s/%s, %d processors", runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	text, _ := os.ReadFile("/proc/cpuinfo") // where there is none, its model is not known
	for _, row := range strings.Split(string(text), "\n") {
		if key, value, ok := strings.Cut(row, ":"); ok && strings.TrimSpace(key) == "model name" {
			return out + ", " + line(strings.TrimSpace(value))
		}
	}
	return out
}

// program names the version of the program and of Go.
func program() string {
	version, revision := "(devel)", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" {
			version = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = " " + s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return "gsdnet " + strconv.Quote(version) + revision + ", " + runtime.Version()
}

// cardUse is the part of the card that is the same for every run.
const cardUse = `
## What it is for

It is for research on conversations in which modalities are missing: to compare methods, to
study what is lost with a modality, and to fill in features. It estimates how annotators
would label an utterance. It does not measure what a person feels.

It is not for decisions about people. Its predictions are wrong often enough to harm a person
about whom they are believed: read the scores in ` + "`metrics.json`" + ` and their spread before any use.
A run has learned the languages, speakers, recording conditions and annotators of its data,
and is not tested on others. Labels of emotion differ between cultures and between annotators.

## The AI Act of the European Union

Regulation (EU) 2024/1689 calls a system that infers emotions or intentions of people from
their biometric data, such as voice and face, an *emotion recognition system* (Article 3(39)).

- Article 5(1)(f) prohibits the use of such systems at work and in education, except for
  medical or safety reasons.
- Annex III, point 1(c), makes other uses high-risk, with the duties of Chapter III.
- Article 50(3) requires that the people who are exposed to such a system are told so, and
  that their personal data are processed according to Regulation (EU) 2016/679.
- Article 2(6) exempts systems that are developed and used for scientific research alone.

Whoever uses this run answers for that use. This section is no legal advice.
`
