// Package ercpickle reads the pickles of emotion recognition in conversations that
// DialogueRNN started and MMGCN and many others use: IEMOCAP_features.pkl,
// MELD_features_raw.pkl and MELD_features_raw1.pkl. Each is a tuple of dictionaries
// by conversation, and the lists of training and test conversations:
//
//	(videoIDs, videoSpeakers, videoLabels, videoText, videoAudio, videoVisual, videoSentence, trainVid, testVid)
//
//	corpus, err := dataset.Open("IEMOCAP_features.pkl", dataset.Fields{})
//
// The files name no validation conversations, and training needs some: every tenth
// training conversation, in the order of their names, is one.
//
// Start reading at layouts, then reader.conversation.
package ercpickle

import (
	"gsdnet/dataset"
	"gsdnet/dataset/internal/pickled"
	"gsdnet/internal/pickle"
)

func init() {
	dataset.Register(dataset.Format{
		Name: ".pkl DialogueRNN", About: "pickle of the DialogueRNN and MMGCN family: a tuple of dictionaries by conversation",
		Read: read, Recognise: func(source *dataset.Source) bool { return parts(source) != nil },
	})
}

// layout says at which place of the tuple a part stands; -1 where there is none.
type layout struct {
	name                           string // for messages
	length                         int
	ids, speakers, labels          int
	text, audio, visual, sentences int
	train, test                    int
	classes                        []string
}

// meld lists the emotions of MELD by their numbers.
var meld = []string{"neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger"}

// layouts lists the tuples that are known, by their length and by where the lists of
// conversations stand. The one of 12 has four texts of RoBERTa, of which the first
// is read.
var layouts = []layout{
	{name: "IEMOCAP_features.pkl", length: 9, ids: 0, speakers: 1, labels: 2, text: 3, audio: 4, visual: 5, sentences: 6, train: 7, test: 8, classes: pickled.IEMOCAP},
	{name: "MELD_features_raw.pkl", length: 9, ids: 0, speakers: 1, labels: 2, text: 3, audio: 4, visual: -1, sentences: 5, train: 6, test: 7, classes: meld},
	{name: "MELD_features_raw1.pkl", length: 10, ids: 0, speakers: 1, labels: 2, text: 3, audio: 4, visual: 5, sentences: 6, train: 7, test: 8, classes: meld},
	{name: "iemocap_multimodal_features.pkl", length: 12, ids: 0, speakers: 1, labels: 2, text: 3, audio: 7, visual: 8, sentences: 9, train: 10, test: 11, classes: pickled.IEMOCAP},
	{name: "meld_multimodal_features.pkl", length: 13, ids: 0, speakers: 1, labels: 2, text: 3, audio: 7, visual: 8, sentences: 9, train: 10, test: 11, classes: meld},
}

// tuple is a file of a known layout.
type tuple struct {
	layout
	values []pickle.Value
	hash   string
}

// parts returns the tuple of a file, nil if it has no known layout.
func parts(source *dataset.Source) *tuple {
	value, hash, err := pickled.Load(source)
	if err != nil {
		return nil
	}
	values, ok := pickled.Items(value)
	if _, isSet := value.(*pickle.Set); !ok || isSet {
		return nil
	}
	for _, l := range layouts {
		if l.fits(values) {
			return &tuple{l, values, hash}
		}
	}
	return nil
}

// fits reports whether the places hold dictionaries and lists as the layout says.
func (l *layout) fits(values []pickle.Value) bool {
	if len(values) != l.length {
		return false
	}
	for _, at := range []int{l.ids, l.speakers, l.labels, l.text, l.audio, l.visual} {
		if at < 0 {
			continue
		}
		if _, ok := values[at].(*pickle.Dict); !ok {
			return false
		}
	}
	for _, at := range []int{l.train, l.test} {
		if _, ok := pickled.Items(values[at]); !ok {
			return false
		}
	}
	return true
}
