package gcnet

import (
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gsdnet/dataset"
	"gsdnet/dataset/internal/pooled"
	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// encoders are parts of the names of feature folders, by the modality that they are
// of.
var encoders = [erc.NumModalities][]string{
	erc.Text:   {"bert", "text", "glove", "xlnet", "albert", "gpt", "llama", "baichuan"},
	erc.Audio:  {"wav2vec", "hubert", "wavlm", "audio", "opensmile", "egemaps", "vggish", "is09", "is10", "compare", "whisper"},
	erc.Visual: {"manet", "face", "resnet", "senet", "clip", "visual", "video", "emonet", "densenet", "vit"},
}

// featuresFolder stands beside the pickle.
const featuresFolder = "features"

// escape keeps a folder's name from being read as a pattern.
func escape(folder string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(folder)
}

func hasFeatures(folder string) bool {
	info, err := os.Stat(filepath.Join(folder, featuresFolder))
	return err == nil && info.IsDir()
}

// features reads every modality, and adds the hashes of the files to sum.
func (r *reader) features(fields dataset.Fields, sum hash.Hash) error {
	root := filepath.Join(filepath.Dir(r.source.Path), featuresFolder)
	entries, err := os.ReadDir(root)
	if err != nil {
		return fault.Input("put the folder of features beside the pickle", "%s: no folder %q beside it", r.source.Title(), featuresFolder)
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() || e.Type()&os.ModeSymlink != 0 {
			names = append(names, e.Name())
		}
	}
	asked := [erc.NumModalities]string{fields.Text, fields.Audio, fields.Visual}
	for _, m := range erc.Modalities {
		name, err := r.folder(m, asked[m], names)
		if err != nil {
			return err
		}
		if name == "" {
			continue
		}
		if err := r.modality(m, filepath.Join(root, name), sum); err != nil {
			return err
		}
	}
	return nil
}

// folder chooses the folder of a modality, "" if there is none.
func (r *reader) folder(m erc.Modality, asked string, names []string) (string, error) {
	if asked != "" {
		if !slices.Contains(names, asked) {
			return "", fault.Input("the folders are "+strings.Join(names, ", "), "%s: features: no folder %q", r.source.Title(), asked)
		}
		return asked, nil
	}
	var found []string
	for _, name := range names {
		if slices.ContainsFunc(encoders[m], func(part string) bool { return strings.Contains(strings.ToLower(name), part) }) {
			found = append(found, name)
		}
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", fault.Input(fmt.Sprintf("choose with --set data.%s=%s", m, found[0]), "%s: features: %d folders could be %s: %s",
		r.source.Title(), len(found), m, strings.Join(found, ", "))
}

// modality reads the files of one folder.
func (r *reader) modality(m erc.Modality, folder string, sum hash.Hash) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fault.Input("check its permissions", "%s: the folder cannot be read", dataset.Title(folder))
	}
	names := make([]string, len(entries)) // sorted
	for i, e := range entries {
		names[i] = e.Name()
	}
	vectors := make([][]float32, len(r.rows))
	width := 0
	for i, u := range r.rows {
		if vectors[i], err = r.vector(folder, names, u, sum); err != nil {
			return err
		}
		switch {
		case vectors[i] == nil:
		case width == 0:
			width = len(vectors[i])
		case len(vectors[i]) != width:
			return fault.Input(tip, "%s: utterance %q has %d features, others %d", dataset.Title(folder), u.id, len(vectors[i]), width)
		}
	}
	if width == 0 {
		return fault.Input(fmt.Sprintf("choose another folder with --set data.%s=NAME", m), "%s: no file of any utterance", dataset.Title(folder))
	}
	x := &dataset.Matrix{Width: width, Values: make([]float32, 0, width*len(vectors))}
	for _, v := range vectors {
		x.Append(v)
	}
	r.table.Features[m] = x
	return nil
}

// vector reads the features of an utterance, nil where they are missing.
func (r *reader) vector(folder string, names []string, u utterance, sum hash.Hash) ([]float32, error) {
	name := entryOf(names, u.id)
	if name == "" {
		return nil, nil
	}
	path := filepath.Join(folder, name)
	files := []string{path}
	if filepath.Ext(name) != ".npy" {
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, fault.Input("check its permissions", "%s: the folder cannot be read", dataset.Title(path))
		}
		files = nil
		for _, e := range entries { // faces
			if filepath.Ext(e.Name()) == ".npy" && ofSpeaker(e.Name(), u.speaker) {
				files = append(files, filepath.Join(path, e.Name()))
			}
		}
	}
	var all [][]float32
	for _, file := range files {
		v, hash, err := pooled.File(file)
		if err != nil {
			return nil, err
		}
		fmt.Fprintln(sum, hash)
		if v == nil {
			continue
		}
		if len(all) > 0 && len(v) != len(all[0]) {
			return nil, fault.Input(tip, "%s: %d features, other files of the utterance have %d", dataset.Title(file), len(v), len(all[0]))
		}
		all = append(all, v)
	}
	if len(all) == 0 {
		return nil, nil
	}
	out := pooled.Mean(len(all), len(all[0]), func(int) bool { return true }, func(i, j int) float64 { return float64(all[i][j]) })
	if !slices.ContainsFunc(out, func(x float32) bool { return x != 0 }) {
		return nil, nil
	}
	return out, nil
}

// entryOf returns the file or folder of an utterance: its id with .npy or alone, or
// followed by more, as IEMOCAP's have; "" without one.
func entryOf(names []string, id string) string {
	for _, exact := range []string{id + ".npy", id} {
		if _, found := slices.BinarySearch(names, exact); found {
			return exact
		}
	}
	at, _ := slices.BinarySearch(names, id)
	for ; at < len(names) && strings.HasPrefix(names[at], id); at++ {
		if rest := names[at][len(id):]; rest[0] == '_' || rest[0] == '-' || rest[0] == '.' {
			return names[at]
		}
	}
	return ""
}

// ofSpeaker reports whether a face is the speaker's. IEMOCAP's faces have F or M in
// their names, of which both are in the picture.
func ofSpeaker(face, speaker string) bool {
	if speaker != "F" && speaker != "M" {
		return true
	}
	return strings.Contains(face, "F") == (speaker == "F")
}
