package kernel_test

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The disassemblers of binutils for arm64 and for amd64; Debian has them in the packages
// binutils-aarch64-linux-gnu and binutils-x86-64-linux-gnu.
const (
	objdump    = "aarch64-linux-gnu-objdump"
	objdumpX86 = "x86_64-linux-gnu-objdump"
)

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
		got := disassemble(t, words, objdump, "-m", "aarch64")
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

// TestBytesAreWhatTheirCommentsSay disassembles the instructions of bfloat16 likewise, each
// of which is a word of 32 bits and one of 16.
func TestBytesAreWhatTheirCommentsSay(t *testing.T) {
	if _, err := exec.LookPath(objdumpX86); err != nil {
		t.Skip("SKIPPED: the encodings of the kernels in bfloat16 are not checked without " + objdumpX86)
	}
	text, err := os.ReadFile("gemm_bf16_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	var code []byte
	var want []string
	for _, m := range regexp.MustCompile(`// (V\w+) (Z.*)\n\tLONG +\$0x([0-9a-f]{8})\n\tWORD +\$0x([0-9a-f]{4})\n`).FindAllStringSubmatch(string(text), -1) {
		first, err := strconv.ParseUint(m[3], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		last, err := strconv.ParseUint(m[4], 16, 16)
		if err != nil {
			t.Fatal(err)
		}
		code = binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint32(code, uint32(first)), uint16(last))
		want = append(want, strings.ToLower(m[1]+" "+strings.ReplaceAll(strings.ReplaceAll(m[2], " ", ""), "Z", "%zmm")))
	}
	if n := strings.Count(string(text), "\tLONG "); n != len(want) || n == 0 {
		t.Fatalf("%d of %d instructions have a comment", len(want), n)
	}
	if got := disassemble(t, code, objdumpX86, "-m", "i386:x86-64"); !slices.Equal(got, want) {
		t.Errorf("got %d instructions, other than the %d of the comments: %.200q, want %.200q", len(got), len(want), got, want)
	}
}

// disassemble returns the text of each instruction, given the disassembler and its machine.
func disassemble(t *testing.T, words []byte, command ...string) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "words")
	if err := os.WriteFile(path, words, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(command[0], append(command[1:], "-D", "-b", "binary", path)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, m := range regexp.MustCompile(`(?m)^ *[0-9a-f]+:\t[0-9a-f ]+\t(.*)$`).FindAllStringSubmatch(string(out), -1) {
		text = append(text, strings.Join(strings.Fields(m[1]), " "))
	}
	return text
}
