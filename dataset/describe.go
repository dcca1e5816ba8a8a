package dataset

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"gsdnet/erc"
)

// Description sums a corpus up, and the file that it is from. It marshals to
// JSON, and WriteTo writes it as tables.
type Description struct {
	Name    string         `json:"name"`
	Hash    string         `json:"hash"`              // SHA-256
	Task    string         `json:"task"`              // scores, classes or none
	Classes int            `json:"classes,omitempty"` // how many there are
	Names   []string       `json:"class_names,omitempty"`
	Widths  map[string]int `json:"widths"`           // D_m by modality, 0 of one without an array
	Parts   []Part         `json:"parts"`            // the splits that hold conversations, and "all"
	Arrays  []ArrayInfo    `json:"arrays,omitempty"` // columns of the file, where the format can list them
	Error   string         `json:"error,omitempty"`  // why the file is no corpus
}

// DescribeFile describes the corpus at path, and where the format can tell, each
// of its columns. If these can be read but make no corpus, the description holds
// them alone and comes with the error.
func DescribeFile(path string, fields Fields) (Description, error) {
	table, err := Read(path, fields)
	if table == nil {
		return Description{}, err
	}
	var columns []ArrayInfo
	if table.Columns != nil {
		columns = table.Columns()
	}
	var corpus *erc.Corpus
	if err == nil {
		corpus, err = table.Corpus(fields.Task)
	}
	if err != nil {
		if columns == nil {
			return Description{}, err
		}
		return Description{Name: baseName(path), Hash: table.Hash, Arrays: columns, Error: err.Error()}, err
	}
	d := Describe(corpus)
	d.Arrays = columns
	return d, nil
}

// Part describes one split, or all of them.
type Part struct {
	Split         string         `json:"split"`
	Conversations int            `json:"conversations"`
	Utterances    int            `json:"utterances"`
	Turns         Quantiles      `json:"turns"`                  // utterances of a conversation
	Speakers      int            `json:"speakers"`               // most in one conversation
	Missing       map[string]int `json:"missing"`                // utterances without that modality
	Modalities    [3]int         `json:"utterances_with_1_2_3"`  // by the number of modalities present
	Labelled      int            `json:"labelled"`               // utterances with a label of the task
	Scores        *Scores        `json:"scores,omitempty"`       // of the scores task, where labelled
	ClassCounts   []int          `json:"class_counts,omitempty"` // of the classes task
}

// Quantiles of a list of whole numbers, each a member of the list.
type Quantiles struct {
	Min    int `json:"min"`
	Q25    int `json:"q25"`
	Median int `json:"median"`
	Q75    int `json:"q75"`
	Max    int `json:"max"`
}

// Scores sums up labels in [-3,3].
type Scores struct {
	Mean      float64 `json:"mean"`
	Deviation float64 `json:"deviation"` // of the population
	Min       float64 `json:"min"`
	Max       float64 `json:"max"`
	Zero      int     `json:"zero"` // labels that two-class metrics leave out
	// Histogram counts the labels that round to -3, -2, … 3, half to even, as
	// the seven-class accuracy does.
	Histogram [7]int `json:"histogram"`
}

// Describe sums a corpus up.
func Describe(corpus *erc.Corpus) Description {
	d := Description{
		Name:    corpus.Name,
		Hash:    corpus.Hash,
		Task:    corpus.Task.String(),
		Classes: corpus.NumClasses,
		Names:   classNames(corpus),
		Widths:  map[string]int{},
	}
	for _, m := range erc.Modalities {
		d.Widths[m.String()] = corpus.Dims[m]
	}
	for _, s := range erc.Splits {
		if convs := corpus.In(s); len(convs) > 0 {
			d.Parts = append(d.Parts, describePart(s.String(), corpus, convs))
		}
	}
	d.Parts = append(d.Parts, describePart("all", corpus, corpus.Conversations))
	return d
}

// classNames returns the names of the classes, nil of a corpus with another task.
func classNames(corpus *erc.Corpus) []string {
	if corpus.Task != erc.Classes {
		return nil
	}
	return corpus.Classes
}

func describePart(name string, corpus *erc.Corpus, convs []erc.Conversation) Part {
	p := Part{Split: name, Conversations: len(convs), Missing: map[string]int{}}
	for _, m := range erc.Modalities {
		p.Missing[m.String()] = 0
	}
	if corpus.Task == erc.Classes {
		p.ClassCounts = make([]int, corpus.NumClasses)
	}
	var turns []int
	var scores []float64
	for i := range convs {
		turns = append(turns, len(convs[i].Utterances))
		speakers := map[erc.Speaker]bool{}
		for j := range convs[i].Utterances {
			u := &convs[i].Utterances[j]
			speakers[u.Speaker] = true
			p.count(u)
			switch {
			case corpus.Task == erc.Scores && !math.IsNaN(float64(u.Label)):
				scores = append(scores, float64(u.Label))
			case corpus.Task == erc.Classes && u.Class != erc.Unlabelled:
				p.ClassCounts[u.Class]++
				p.Labelled++
			}
		}
		p.Speakers = max(p.Speakers, len(speakers))
	}
	p.Turns = quantiles(turns)
	if len(scores) > 0 {
		p.Labelled, p.Scores = len(scores), summarise(scores)
	}
	return p
}

// count adds what an utterance has and misses.
func (p *Part) count(u *erc.Utterance) {
	p.Utterances++
	for _, m := range erc.Modalities {
		if !u.Present.Has(m) {
			p.Missing[m.String()]++
		}
	}
	if n := u.Present.Count(); n > 0 {
		p.Modalities[n-1]++
	}
}

// quantiles sorts the list; of an empty one all are 0.
func quantiles(list []int) Quantiles {
	if len(list) == 0 {
		return Quantiles{}
	}
	slices.Sort(list)
	at := func(share float64) int { return list[int(math.Round(share*float64(len(list)-1)))] }
	return Quantiles{Min: at(0), Q25: at(0.25), Median: at(0.5), Q75: at(0.75), Max: at(1)}
}

func summarise(scores []float64) *Scores {
	s := &Scores{Min: slices.Min(scores), Max: slices.Max(scores)}
	s.Mean, s.Deviation = stat.PopMeanStdDev(scores, nil)
	for _, v := range scores {
		s.Histogram[int(min(max(math.RoundToEven(v), -3), 3))+3]++
		if v == 0 {
			s.Zero++
		}
	}
	return s
}
