package section_test

import (
	"os"
	"path/filepath"
	"testing"

	"gsdnet/bench/section"
)

func TestWrite(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(page, []byte("first\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, s := range [][2]string{{"one", "old\n"}, {"two", "2\n"}, {"one", "new\n"}} {
		if err := section.Write(page, s[0], s[1]); err != nil {
			t.Fatal(err)
		}
	}
	const want = "first\n\n<!-- one -->\nnew\n<!-- end of one -->\n\n<!-- two -->\n2\n<!-- end of two -->\n"
	if got, err := os.ReadFile(page); err != nil || string(got) != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if got, err := section.Read(page, "two"); err != nil || string(got) != "<!-- two -->\n2\n<!-- end of two -->\n" {
		t.Errorf("got %q, %v", got, err)
	}
	for _, name := range []string{page, "absent.md"} {
		if got, err := section.Read(name, "three"); err != nil || got != nil {
			t.Errorf("%s: got %q, %v, want nothing", name, got, err)
		}
	}
}

// A section without its end stays as it is.
func TestUnended(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	const text = "<!-- end of one -->\n<!-- one -->\nx\n"
	if err := os.WriteFile(page, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := section.Write(page, "one", "y\n"); err == nil {
		t.Error("no error")
	}
	if got, err := os.ReadFile(page); err != nil || string(got) != text {
		t.Errorf("got %q, %v, want the page as it was", got, err)
	}
}
