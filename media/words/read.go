package words

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"gsdnet/internal/fault"
	"gsdnet/internal/regular"
)

// What a file of vectors may be.
const (
	maxWidth = 1 << 14
	maxLine  = 1 << 20 // bytes
	maxLines = 1 << 25
)

const hintVectors = "a file of word vectors is text: a word and its numbers a line, as GloVe and the text format of word2vec have it, and may be packed with gzip; winkNLP's JSON is read too"

// Read reads a file of word vectors: GloVe's text, in which each line is a word and its
// numbers, word2vec's text, which has a line with the number of words and the width in
// front, or the JSON of winkNLP's embeddings. Each may be packed with gzip. It keeps the
// vectors of the words of texts. If a word is there twice, its first vector is kept.
func Read(ctx context.Context, path string, texts []string) (*Vectors, error) {
	v, err := readFile(ctx, path, wanted(texts))
	if err != nil && ctx.Err() == nil {
		return nil, fault.Input(fault.Of(err), "%s: %w", path, err)
	}
	return v, err
}

func readFile(ctx context.Context, path string, want map[string]bool) (*Vectors, error) {
	file, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var in io.Reader = bufio.NewReaderSize(file, 1<<16)
	if head, _ := in.(*bufio.Reader).Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		if in, err = gzip.NewReader(in); err != nil {
			return nil, fault.Input("pack it again with gzip", "a damaged gzip file")
		}
	}
	text := bufio.NewReaderSize(in, 1<<16)
	if head, _ := text.Peek(64); isJSON(head) {
		return readJSON(ctx, text, want)
	}
	return read(ctx, text, want)
}

func read(ctx context.Context, in io.Reader, want map[string]bool) (*Vectors, error) {
	v := &Vectors{known: map[string][]float32{}}
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 1<<16), maxLine)
	n := 0
	for lines.Scan() {
		if n++; n%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if n > maxLines {
			return nil, fault.Input(hintVectors, "more than %d lines", maxLines)
		}
		if err := v.line(lines.Text(), n, want); err != nil {
			return nil, err
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fault.Input(hintVectors, "line %d: longer than %d bytes", n+1, maxLine)
	case err != nil:
		return nil, fault.Input("copy the file again", "it cannot be read behind line %d, or is damaged", n)
	case v.width == 0:
		return nil, fault.Input(hintVectors, "no vectors")
	}
	v.names = named(v.width)
	return v, nil
}

// line takes line n. The first line gives the width.
func (v *Vectors) line(text string, n int, want map[string]bool) error {
	text = strings.TrimRight(text, " \t\r")
	if text == "" {
		return nil
	}
	if v.width == 0 {
		fields := strings.Fields(text)
		if width, ok := header(fields); n == 1 && ok {
			v.width = width
			return v.checkWidth(n)
		}
		v.width = len(fields) - 1
		if err := v.checkWidth(n); err != nil {
			return err
		}
	}
	word, _, _ := strings.Cut(text, " ")
	if tab := strings.IndexByte(word, '\t'); tab >= 0 {
		word = word[:tab]
	}
	if n > 2 && (!want[word] || v.known[word] != nil) { // the first lines are checked as the format
		return nil
	}
	numbers := strings.Fields(text[len(word):])
	if len(numbers) > v.width && n > 2 {
		return nil // a word with a space, as GloVe 840B has some
	}
	if len(numbers) != v.width {
		return fault.Input(hintVectors, "line %d: %d numbers, want %d", n, len(numbers), v.width)
	}
	vector := make([]float32, v.width)
	for i, number := range numbers {
		x, err := strconv.ParseFloat(number, 32)
		if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return fault.Input(hintVectors, "line %d: %.40q is not a finite number", n, number)
		}
		vector[i] = float32(x)
	}
	if want[word] {
		v.known[word] = vector
	}
	return nil
}

func (v *Vectors) checkWidth(n int) error {
	if v.width < 1 || v.width > maxWidth {
		return fault.Input(hintVectors, "line %d: vectors of %d numbers, want 1 to %d", n, v.width, maxWidth)
	}
	return nil
}

// header returns the width that the first line of word2vec's text gives.
func header(fields []string) (int, bool) {
	if len(fields) != 2 {
		return 0, false
	}
	_, errCount := strconv.ParseUint(fields[0], 10, 64)
	width, errWidth := strconv.ParseInt(fields[1], 10, 32)
	return int(width), errCount == nil && errWidth == nil
}
