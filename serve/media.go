package serve

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gsdnet/erc"
	"gsdnet/internal/fault"
)

// Media says which recordings the page plays beside the conversations of Config.Show. A
// recording belongs to the conversation of its name.
type Media struct {
	Paths []string // recordings, and folders that hold some
	// Transcript reads the turns of a transcript, which lies beside a recording and has its
	// name. Nil reads none.
	Transcript func(path string) ([]Span, error)
	// Data reads the times of a data file of Config.Show, row by row; nil if it has none. It
	// may be nil itself.
	Data func(path string) ([]Span, error)
}

// Span is the time of an utterance in its recording.
type Span struct {
	Begin float64 `json:"begin" doc:"Seconds from the start of the recording."`
	End   float64 `json:"end"`
}

// mediaTypes are the kinds of recordings by extension; no other file is ever sent. Of two
// recordings with one name, that of the earlier line is taken: a video before its sound.
var mediaTypes = []struct{ extension, kind string }{
	{".mp4", "video/mp4"}, {".m4v", "video/mp4"}, {".webm", "video/webm"}, {".mov", "video/quicktime"},
	{".mkv", "video/x-matroska"}, {".ogv", "video/ogg"},
	{".wav", "audio/wav"}, {".flac", "audio/flac"}, {".mp3", "audio/mpeg"}, {".m4a", "audio/mp4"}, {".aac", "audio/aac"},
	{".ogg", "audio/ogg"}, {".oga", "audio/ogg"}, {".opus", "audio/ogg"},
}

// transcripts are the extensions of the transcripts that are looked for, in this order.
var transcripts = []string{".eaf", ".vtt", ".srt", ".csv"}

// mostMedia is the number of files that the folders may hold.
const mostMedia = 100_000

// recording is a file that the page may play. Its folder is opened anew at each request, and
// the path does not lead out of it, whatever links there are.
type recording struct {
	dir        string // as the person gave it
	path       string // within dir, with slashes
	kind       string // media type
	rank       int    // in mediaTypes
	transcript string // within dir; "" without one

	times []Span // of every utterance; nil where they are not known
	from  string // name of the file that has the times
	note  string // why there are no times
}

// name is the name of the file.
func (r *recording) name() string { return path.Base(r.path) }

// stem is a path without its extension.
func stem(file string) string { return strings.TrimSuffix(file, path.Ext(file)) }

// listMedia finds the recordings of paths, by the names that a conversation may have: the
// name of the file, or its path within the folder, without the extension. What a path that
// was given earlier has goes before what a later one has.
func listMedia(paths []string) (map[string]*recording, error) {
	out := map[string]*recording{}
	for _, given := range paths {
		found, err := listPath(given)
		if err != nil {
			return nil, err
		}
		slices.SortStableFunc(found, func(a, b *recording) int { return a.rank - b.rank })
		for _, r := range found {
			for _, key := range []string{stem(r.name()), stem(r.path)} {
				if out[key] == nil {
					out[key] = r
				}
			}
		}
	}
	return out, nil
}

// listPath lists the recordings of one path.
func listPath(given string) ([]*recording, error) {
	info, err := os.Stat(given)
	switch {
	case err != nil:
		return nil, fault.Input("name a recording, or a folder of recordings, with --media", "%s: no such file or folder", given)
	case info.IsDir():
		return listFolder(given)
	}
	files, err := files(filepath.Dir(given), filepath.Base(given))
	if err != nil {
		return nil, err
	}
	r := newRecording(filepath.Dir(given), filepath.Base(given), files)
	switch {
	case !files.is[filepath.Base(given)]:
		return nil, fault.Input("name the file that it leads to", "%s: it is a link that leads out of its folder, or no file", given)
	case r == nil:
		return nil, fault.Input("a recording ends in "+extensions(), "%s: it is not a recording of a known kind", given)
	}
	return []*recording{r}, nil
}

// listFolder lists the recordings of a folder and its subfolders.
func listFolder(dir string) ([]*recording, error) {
	all, err := files(dir, "")
	if err != nil {
		return nil, err
	}
	var out []*recording
	for _, file := range all.order {
		if r := newRecording(dir, file, all); r != nil {
			out = append(out, r)
		}
	}
	return out, nil
}

// listing holds the files of a folder.
type listing struct {
	order []string
	is    map[string]bool
}

// files lists the regular files of a folder that do not lie outside of it, with slashes. If
// beside is not "", only the files are listed that have its name without the extension.
// Files and folders that begin with a dot are left out.
func files(dir, beside string) (*listing, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fault.Input("check the permissions of the folder", "%s: it cannot be read", dir)
	}
	defer func() { _ = root.Close() }()
	out := &listing{is: map[string]bool{}}
	err = fs.WalkDir(root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return fault.Input("check the permissions of the folder", "%s: it cannot be read", dir)
		case name == ".":
			return nil
		case err != nil || strings.HasPrefix(path.Base(name), ".") || entry.IsDir() && beside != "":
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir() || beside != "" && stem(name) != stem(beside):
			return nil
		}
		if !regular(root, name) {
			return nil
		}
		if len(out.order) == mostMedia {
			return fault.Input("name a folder that holds the recordings alone", "%s: more than %d files", dir, mostMedia)
		}
		out.order, out.is[name] = append(out.order, name), true
		return nil
	})
	return out, err
}

// regular reports whether a name is that of a file in a folder: no device, and no link that
// leads out of the folder or nowhere.
func regular(root *os.Root, name string) bool {
	info, err := root.Stat(filepath.FromSlash(name))
	return err == nil && info.Mode().IsRegular()
}

// newRecording returns a file as a recording with the transcript beside it, or nil if it is
// not a recording.
func newRecording(dir, file string, files *listing) *recording {
	extension := strings.ToLower(path.Ext(file))
	for rank, t := range mediaTypes {
		if t.extension != extension || !files.is[file] {
			continue
		}
		r := &recording{dir: dir, path: file, kind: t.kind, rank: rank}
		for _, e := range transcripts {
			if beside := stem(file) + e; files.is[beside] {
				r.transcript = beside
				break
			}
		}
		return r
	}
	return nil
}

// extensions lists those of recordings for a message.
func extensions() string {
	var out []string
	for _, t := range mediaTypes {
		out = append(out, t.extension)
	}
	return strings.Join(out[:len(out)-1], ", ") + " or " + out[len(out)-1]
}

// recordingNames are what the recording of a conversation may be called: its name, in which a slash
// or a space may be a hyphen or an underscore, and if it has no name of its own, its number.
func recordingNames(conv *erc.Conversation) []string {
	called, number := conv.String(), strconv.Itoa(int(conv.ID))
	out := []string{called}
	for _, with := range []string{"-", "_"} {
		out = append(out, strings.NewReplacer("/", with, `\`, with, ":", with, " ", with).Replace(called))
	}
	if called == "dialogue "+number {
		out = append(out, number)
	}
	return out
}

// matched adds to the examples the recordings of their names. It is an error if recordings
// were given and none belongs to an example.
func (m *Media) matched(examples []example, show []string) error {
	if len(m.Paths) == 0 {
		return nil
	}
	if len(show) == 0 {
		return fault.Input("name the data file with --show", "--media names recordings, and there are no conversations that they belong to")
	}
	all, err := listMedia(m.Paths)
	if err != nil {
		return err
	}
	some := false
	for i := range examples {
		e := &examples[i]
		for _, name := range recordingNames(e.conv) {
			if found := all[name]; found != nil {
				own := *found
				e.recording, some = &own, true
				break
			}
		}
	}
	if !some && len(examples) > 0 {
		return fault.Input("a recording has the name of its conversation, for example "+recordingNames(examples[0].conv)[1]+".wav",
			"%s: none of its %d recordings has the name of a conversation of --show", strings.Join(m.Paths, ", "), distinct(all))
	}
	return m.timed(examples)
}

// distinct counts the recordings of a listing, which has each under up to two names.
func distinct(all map[string]*recording) int {
	seen := map[*recording]bool{}
	for _, r := range all {
		seen[r] = true
	}
	return len(seen)
}
