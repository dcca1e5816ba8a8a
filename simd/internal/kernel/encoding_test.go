package kernel_test

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// objdump is binutils' disassembler for arm64; Debian has it in the package
// binutils-aarch64-linux-gnu.
const objdump = "aarch64-linux-gnu-objdump"

// TestWordsAreWhatTheirCommentsSay disassembles the vector instructions of the
// NEON kernels, which are written as words because Go's assembler lacks most
// of them.
func TestWordsAreWhatTheirCommentsSay(t *testing.T) {
	if _, err := exec.LookPath(objdump); err != nil {
		t.Skip("SKIPPED: the encodings of the NEON kernels are not checked without " + objdump)
	}
	files, err := filepath.Glob("*_neon_arm64.s")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d files and error %v, want the files of the NEON kernels", len(files), err)
	}
	for _, file := range files {
		words, want := wordsOf(t, file)
		got := disassemble(t, words)
		if len(got) != len(want) {
			t.Errorf("%s: got %d instructions, want %d", file, len(got), len(want))
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: word %d: got %q, want %q", file, i, got[i], want[i])
			}
		}
	}
}

// wordsOf returns the words of a file and their comments.
func wordsOf(t *testing.T, file string) (words []byte, comments []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`WORD \$0x([0-9a-f]{8}) // (.*)`).FindAllStringSubmatch(string(text), -1) {
		w, err := strconv.ParseUint(m[1], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		words = binary.LittleEndian.AppendUint32(words, uint32(w))
		comments = append(comments, m[2])
	}
	return words, comments
}

// disassemble returns the text of each instruction.
func disassemble(t *testing.T, words []byte) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "words")
	if err := os.WriteFile(path, words, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(objdump, "-D", "-b", "binary", "-m", "aarch64", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, m := range regexp.MustCompile(`(?m)^ *[0-9a-f]+:\t[0-9a-f]+ *\t(.*)$`).FindAllStringSubmatch(string(out), -1) {
		text = append(text, strings.ReplaceAll(m[1], "\t", " "))
	}
	return text
}
