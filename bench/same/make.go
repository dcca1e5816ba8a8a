package main

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"gsdnet/internal/npz"
)

// Shape of the made conversations.
const (
	conversations = 24
	speakers      = 3
	numClasses    = 4
)

// arrays are the feature arrays and their widths.
var arrays = []struct {
	name  string
	width int
}{{"text", 12}, {"audio", 9}, {"visual", 6}}

// table collects the rows of a data file.
type table struct {
	features                map[string][]float32
	dialogue, turn, speaker []int32
	split, class            []int32
	label                   []float32
	rng                     *rand.Rand
}

// makeFiles writes scores.npz and classes.npz into a folder: the same conversations
// with a score and with a class per utterance. Three utterances in eight lack a modality.
func makeFiles(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	t := &table{features: map[string][]float32{}, rng: rand.New(rand.NewPCG(5, 24))}
	for i := range conversations {
		t.conversation(int32(i))
	}
	for _, task := range []string{"scores", "classes"} {
		if err := t.write(filepath.Join(dir, task+".npz"), task); err != nil {
			return err
		}
	}
	return nil
}

// conversation adds five to nine utterances, whose mood drifts.
func (t *table) conversation(id int32) {
	mood := t.rng.NormFloat64()
	split := int32(0)
	switch {
	case id%6 == 4:
		split = 1
	case id%6 == 5:
		split = 2
	}
	for turn := range 5 + t.rng.IntN(5) {
		mood = 0.8*mood + 0.6*t.rng.NormFloat64()
		t.dialogue, t.turn, t.split = append(t.dialogue, id), append(t.turn, int32(turn)), append(t.split, split)
		t.speaker = append(t.speaker, int32(t.rng.IntN(speakers)))
		t.label = append(t.label, float32(math.Round(10*mood)/10))
		t.class = append(t.class, int32(min(max(math.Floor(mood+numClasses/2), 0), numClasses-1)))
		absent := t.rng.IntN(8) // the modality of that number, if there is one
		for m, array := range arrays {
			t.utterance(array.name, array.width, mood, m == absent)
		}
	}
}

// utterance adds a row of features, NaN where the modality is missing.
func (t *table) utterance(name string, width int, mood float64, absent bool) {
	for j := range width {
		x := float32(mood*math.Cos(float64(j)) + t.rng.NormFloat64())
		if absent {
			x = float32(math.NaN())
		}
		t.features[name] = append(t.features[name], x)
	}
}

func (t *table) write(path, task string) error {
	var file npz.File
	for _, array := range arrays {
		file.Set(array.name, npz.From(t.features[array.name], len(t.turn), array.width))
	}
	file.Set("dialogue", npz.From(t.dialogue))
	file.Set("turn", npz.From(t.turn))
	file.Set("speaker", npz.From(t.speaker))
	file.Set("split", npz.From(t.split))
	if task == "classes" {
		file.Set("class", npz.From(t.class))
	} else {
		file.Set("label", npz.From(t.label))
	}
	var out bytes.Buffer
	if err := file.Write(&out); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}
