package encoder

// A Preset is an encoder of the paper: the options that its model takes, and where its
// file comes from. docs/encoders.md has the commands that export each.
type Preset struct {
	Name   string
	Width  int    // of its vectors
	Export string // which model to export
	Text   TextOptions
	Audio  AudioOptions
	Image  ImageOptions
}

// RoBERTaLarge encodes texts, DenseNet pictures and Wav2Vec sound, as in section 6.1 of the paper.
var (
	RoBERTaLarge = Preset{Name: "roberta-large", Width: 1024, Export: "roberta-large of Hugging Face, with its tokenizer.json"}
	DenseNet     = Preset{Name: "densenet", Width: 1024, Export: "torchvision's densenet121 without its classifier"}
	Wav2Vec      = Preset{Name: "wav2vec", Width: 512, Export: "fairseq's wav2vec_large, its context network", Audio: AudioOptions{Raw: true, Channels: true, Step: 160, Least: 8000}}
)
