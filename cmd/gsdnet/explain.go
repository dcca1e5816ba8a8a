package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"gsdnet"
	"gsdnet/erc"
	"gsdnet/explain"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
	"gsdnet/report/figure"
)

func init() {
	register[explainCmd]("explain", "Explain predictions: what they owe to modalities, neighbours and missing cells.")
}

type explainCmd struct {
	applyFlags
	Dialogue string   `help:"Explain this dialogue alone, by its name or number in the file." placeholder:"NAME"`
	Draws    int      `help:"Number of draws of each missing cell that are supplied." default:"8" placeholder:"K" limit:"1..1000"`
	Seed     uint64   `help:"Seed of the completions; 0 is the seed of the run." default:"0"`
	Parts    []string `help:"Parts to compute: modalities, edges, filter, spectrum, sampler, information, losses. All by default." placeholder:"PART,…"`
	Figures  string   `help:"Also draw the parts into this folder, as SVG and PNG." placeholder:"DIR"`
	jsonFlag
}

// Help is the example under --help.
func (explainCmd) Help() string {
	return `Example:
  gsdnet explain runs/first --in conversations.npz --dialogue 3
  gsdnet explain runs/first --in conversations.npz --dialogue 3 --json --parts filter

Explains the predicted score, or the probability of the predicted class.
"modalities": exact Shapley values of text, audio and visual, where they are
withheld from the utterance alone or from the whole conversation, and the influence
of every utterance on every other. "edges": what taking an edge out of the graph
changes. "filter": from which utterances the estimate of a missing cell comes.
"spectrum": the graphs before and after completion. "sampler": the way of the
sampler to its completion. "information": what knowing a missing cell would change.
"losses": how much of the graphs is lost with each modality. docs/explain.md has the
definitions. The JSON has everything; the tables show the most important of it.
A conversation may have up to 256 utterances.`
}

// Run explains and prints.
func (c *explainCmd) Run(ctx context.Context, term *terminal) error {
	for _, part := range c.Parts {
		if err := fault.OneOf("--parts", part, explain.Parts()...); err != nil {
			return err
		}
	}
	run, fields, err := c.start(term)
	if err != nil {
		return err
	}
	defer run.Close()
	corpus, err := openCorpus(ctx, c.In, fields)
	if err != nil {
		return err
	}
	noteMissing(term, corpus)
	if err := c.choose(corpus); err != nil {
		return err
	}
	bar := newCounter(term, "conversations", len(corpus.Conversations))
	explained, err := run.Explain(ctx, corpus, gsdnet.ExplainOptions{Samples: c.Samples, Draws: c.Draws, Seed: c.Seed, Parts: c.Parts, Progress: bar.add})
	bar.close()
	if err != nil {
		return err
	}
	if c.Figures != "" {
		if err := writeFigures(c.Figures, corpus, explained); err != nil {
			return err
		}
	}
	if c.JSON {
		return printJSON(term.out, namedExplanations(corpus, explained))
	}
	for i := range explained {
		t := explanationTables{corpus: corpus, of: &explained[i], classes: run.Classes()}
		if err := t.write(term.out); err != nil {
			return err
		}
	}
	return nil
}

// choose leaves the dialogue of --dialogue in the corpus.
func (c *explainCmd) choose(corpus *erc.Corpus) error {
	if c.Dialogue == "" {
		return nil
	}
	i := slices.IndexFunc(corpus.Conversations, func(conv erc.Conversation) bool {
		return fmt.Sprint(identity(conv.ID, corpus.Dialogues)) == c.Dialogue
	})
	if i < 0 {
		return fault.Input("gsdnet predict lists the dialogues of a file", "--dialogue %q: %s has no such dialogue", c.Dialogue, c.In)
	}
	corpus.Conversations = corpus.Conversations[i : i+1]
	return nil
}

// namedExplanation is an explanation with the names of the file.
type namedExplanation struct {
	Dialogue any `json:"dialogue"` // number or name
	gsdnet.Explanation
	Speakers []string `json:"speakers,omitempty"` // of each utterance, where the file has names
}

func namedExplanations(corpus *erc.Corpus, explained []gsdnet.Explanation) []namedExplanation {
	out := make([]namedExplanation, len(explained))
	for i, e := range explained {
		out[i] = namedExplanation{Dialogue: identity(e.Dialogue, corpus.Dialogues), Explanation: e}
		for _, u := range e.Utterances {
			if corpus.Speakers != nil {
				out[i].Speakers = append(out[i].Speakers, corpus.Speakers[u.Speaker])
			}
		}
	}
	return out
}

// writeFigures draws explanations into a folder: dialogue3-modalities.svg and so on.
func writeFigures(dir string, corpus *erc.Corpus, explained []gsdnet.Explanation) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for i := range explained {
		e := &explained[i]
		for _, f := range explanationFigures("dialogue "+oneLine(identity(e.Dialogue, corpus.Dialogues)), e) {
			svg, png, err := figure.Render(f.Figure)
			if err != nil {
				return err
			}
			path := filepath.Join(dir, fmt.Sprintf("dialogue%d-%s", e.Dialogue, f.name))
			if err := atomicfile.Write(path+".svg", svg); err != nil {
				return err
			}
			if err := atomicfile.Write(path+".png", png); err != nil {
				return err
			}
		}
	}
	return nil
}
