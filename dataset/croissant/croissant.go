// Package croissant describes data files for machines: as Croissant 1.0
// (https://docs.mlcommons.org/croissant/docs/croissant-spec.html) with the fields for
// responsible AI of Croissant RAI 1.0, in JSON-LD.
//
//	err := croissant.Write("corpus.parquet", table, corpus) // writes corpus.croissant.json
//
// What can be counted is written: fields, sizes, hashes, missing modalities, labels,
// speakers. What only the makers of the data know, such as the licence and how the data were
// collected, is left for them to fill in.
//
// Start reading at Write.
package croissant

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gsdnet/dataset"
	"gsdnet/erc"
	"gsdnet/internal/atomicfile"
	"gsdnet/internal/fault"
)

// File returns the path of the description of a data file.
func File(path string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + ".croissant.json"
}

// Write writes the description of a data file beside it. The table and the corpus are what
// was written to the file. A description that is there is replaced.
func Write(path string, t *dataset.Table, c *erc.Corpus) error {
	file, err := object(path, filepath.Base(path))
	if err != nil {
		return err
	}
	d := describe(c)
	d.Distribution = []fileObject{file}
	d.RecordSet = []recordSet{utterances(file, t)}
	return save(File(path), d)
}

// Masks is the name of the description of a folder of masks.
const Masks = "croissant.json"

// WriteMasks writes the description of the masks in a folder, which are its .npy files,
// given the corpus that they were drawn for. It is in the file Masks of the folder.
func WriteMasks(dir string, c *erc.Corpus) error {
	d := describe(c)
	d.Name += " masks"
	d.Description = fmt.Sprintf("Frozen masks of missing modalities for the validation and test splits of %s (SHA-256 %s). In each file, row i is utterance i of the split, in the order of conversations and turns; the columns are text, audio and visual; 1 is present, 0 is missing.", c.Name, c.Hash)
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return fault.Failure("check the disk", "%s: it cannot be read", dir)
	}
	for _, entry := range entries {
		name := entry.Name()
		if filepath.Ext(name) != ".npy" || strings.HasPrefix(name, ".") {
			continue
		}
		file, err := object(filepath.Join(dir, name), name)
		if err != nil {
			return err
		}
		d.Distribution = append(d.Distribution, file)
	}
	return save(filepath.Join(dir, Masks), d)
}

func save(path string, d *document) error {
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return fault.Failure("this is a fault of the program", "%s: it cannot be described", path)
	}
	return atomicfile.Write(path, append(text, '\n'))
}

// object describes a file.
func object(path, name string) (fileObject, error) {
	f, err := os.Open(path)
	if err != nil {
		return fileObject{}, fault.Failure("check the disk", "%s: it cannot be opened", path)
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err != nil {
		return fileObject{}, fault.Failure("check the disk", "%s: it cannot be read", path)
	}
	format := map[string]string{
		".csv": "text/csv", ".tsv": "text/tab-separated-values", ".jsonl": "application/jsonlines", ".parquet": "application/x-parquet",
	}[strings.ToLower(filepath.Ext(name))]
	if format == "" {
		format = "application/octet-stream"
	}
	return fileObject{Type: "cr:FileObject", ID: name, Name: name, URL: name, Format: format, Size: fmt.Sprintf("%d B", n), Hash: hex.EncodeToString(sum.Sum(nil))}, nil
}

// utterances describes the columns of the file. Those of CSV have a column for each
// feature.
func utterances(file fileObject, t *dataset.Table) recordSet {
	r := recordSet{Type: "cr:RecordSet", ID: "utterances", Name: "utterances", Description: "One record an utterance."}
	add := func(name, column, kind, about string, repeated bool) {
		s := source{File: ref{file.ID}, Extract: map[string]string{"column": column}}
		switch file.Format {
		case "application/jsonlines":
			s.Extract = map[string]string{"jsonPath": "$." + column}
		case "application/octet-stream":
			s.Extract = map[string]string{"fileProperty": "content"}
			about += fmt.Sprintf(" It is the array %q of the archive.", column)
		}
		r.Field = append(r.Field, field{Type: "cr:Field", ID: "utterances/" + name, Name: name, Description: about, DataType: kind, Repeated: repeated, Source: s})
	}
	text := func(named bool) string {
		if named {
			return "sc:Text"
		}
		return "sc:Integer"
	}
	add("dialogue", "dialogue", text(t.Dialogues != nil), "The conversation.", false)
	add("turn", "turn", "sc:Integer", "The place of the utterance in its conversation.", false)
	if t.Speaker != nil {
		add("speaker", "speaker", text(t.Speakers != nil), "Who speaks.", false)
	}
	if t.Label != nil {
		add("label", "label", "sc:Float", "The sentiment score, from -3 to 3.", false)
	}
	if t.Class != nil {
		add("class", "class", text(t.Classes != nil), "The class of emotion.", false)
	}
	if t.Split != nil {
		add("split", "split", "sc:Text", "train, valid or test.", false)
	}
	for _, m := range erc.Modalities {
		x := t.Features[m]
		switch {
		case x == nil:
		case strings.HasPrefix(file.Format, "text/"):
			for j := range x.Width {
				name := fmt.Sprintf("%s_%d", m, j)
				add(name, name, "sc:Float", fmt.Sprintf("Feature %d of the %s; empty where it is missing.", j, m), false)
			}
		default:
			add(m.String(), m.String(), "sc:Float", fmt.Sprintf("%d features of the %s; missing where it was not observed.", x.Width, m), true)
		}
	}
	return r
}

// describe counts what a corpus holds.
func describe(c *erc.Corpus) *document {
	n := erc.CountUtterances(c.Conversations)
	d := &document{
		Context: context, Type: "sc:Dataset", Name: c.Name,
		ConformsTo:  []string{"http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"},
		Description: fmt.Sprintf("Features of %d utterances in %d conversations, for the recognition of emotions when modalities are missing.", n, len(c.Conversations)),
		DataType:    "Features computed from text, audio and video of conversations. The recordings themselves are not part of the data.",
		UseCases:    "Research on the recognition of emotions in conversations. Not for decisions about people: the AI Act of the European Union, Regulation (EU) 2024/1689, prohibits emotion recognition at work and in education (Article 5(1)(f)) and makes other uses high-risk (Annex III, 1(c)).",
		Sensitive:   []string{"Features of voice and face may identify people and are biometric data. Names of speakers and dialogues are kept as the file has them."},
		Limitations: "Labels say how annotators judged an utterance, not what the speaker felt.",
		Missing:     missing(c, n),
		Biases:      biases(c),
	}
	return d
}

// missing says how many utterances lack each modality.
func missing(c *erc.Corpus, n int) string {
	var parts []string
	for _, m := range erc.Modalities {
		without := 0
		for i := range c.Conversations {
			for j := range c.Conversations[i].Utterances {
				if !c.Conversations[i].Utterances[j].Present.Has(m) {
					without++
				}
			}
		}
		parts = append(parts, fmt.Sprintf("%s in %d of %d utterances", m, without, n))
	}
	return "Missing: " + strings.Join(parts, ", ") + "."
}

// biases says how labels and speakers are distributed.
func biases(c *erc.Corpus) []string {
	var out []string
	speakers := map[erc.Speaker]int{}
	classes := make([]int, c.NumClasses)
	labelled, sum, squares := 0, 0.0, 0.0
	for i := range c.Conversations {
		for _, u := range c.Conversations[i].Utterances {
			speakers[u.Speaker]++
			if c.Task == erc.Classes && u.Class >= 0 {
				classes[u.Class]++
				labelled++
			}
			if x := float64(u.Label); c.Task == erc.Scores && !math.IsNaN(x) {
				labelled++
				sum, squares = sum+x, squares+x*x
			}
		}
	}
	most := 0
	for _, n := range speakers {
		most = max(most, n)
	}
	out = append(out, fmt.Sprintf("Numbers of speakers: %d; the one who speaks most has %d utterances.", len(speakers), most))
	switch {
	case labelled == 0:
	case c.Task == erc.Scores:
		mean := sum / float64(labelled)
		out = append(out, fmt.Sprintf("Scores of %d utterances: mean %.3f, standard deviation %.3f.", labelled, mean, math.Sqrt(max(0, squares/float64(labelled)-mean*mean))))
	default:
		var parts []string
		for class, n := range classes {
			name := fmt.Sprint(class)
			if class < len(c.Classes) {
				name = c.Classes[class]
			}
			parts = append(parts, fmt.Sprintf("%s %d", name, n))
		}
		out = append(out, "Classes of utterances: "+strings.Join(parts, ", ")+".")
	}
	return out
}
