package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const page = `Words.

<!-- a.md: Corr -->

| old |
|:----|
| 1   |

More words.

<!-- a.md -->

<!-- b.svg -->
![A picture](shown.svg)
`

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRenewTakesTheNamedSheetAndThePicture(t *testing.T) {
	dir, from := t.TempDir(), t.TempDir()
	at := write(t, dir, "page.md", page)
	write(t, from, "a.md", "## A\n\n**x: MAE**\n\n| mae |\n|:--|\n\n**x: Corr**\n\n| corr |\n|:--|\n| 2 |\n\n| more |\n|:--|\n| 3 |\n\nWords.\n")
	write(t, from, "b.svg", "<svg/>")
	for range 2 { // the second time changes nothing
		if err := renew([]string{at}, from); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(at)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Replace(page, "| old |\n|:----|\n| 1   |", "| corr |\n|:--|\n| 2 |\n\n| more |\n|:--|\n| 3 |", 1)
		want = strings.Replace(want, "<!-- a.md -->\n\n", "<!-- a.md -->\n\n| mae |\n|:--|\n\n", 1)
		if got := string(text); got != want {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
	}
	if picture, err := os.ReadFile(filepath.Join(dir, "shown.svg")); err != nil || string(picture) != "<svg/>" {
		t.Fatalf("the picture is %q, %v", picture, err)
	}
}

func TestRenewLeavesThePageAloneWhenASheetIsMissing(t *testing.T) {
	dir, from := t.TempDir(), t.TempDir()
	at := write(t, dir, "page.md", page)
	write(t, from, "a.md", "## A\n\n**x: MAE**\n\n| mae |\n|:--|\n")
	if err := renew([]string{at}, from); err == nil || !strings.Contains(err.Error(), `page.md:3: a.md: no sheet "Corr"`) {
		t.Fatalf("error %v", err)
	}
	if text, err := os.ReadFile(at); err != nil || string(text) != page {
		t.Fatalf("the page is %q, %v", text, err)
	}
}

func TestRenewFillsPagesOfAFolderOrNone(t *testing.T) {
	docs, from := t.TempDir(), t.TempDir()
	if err := os.Mkdir(filepath.Join(docs, "results"), 0o755); err != nil {
		t.Fatal(err)
	}
	first := write(t, docs, "results.md", "<!-- a.md -->\n\n| old |\n|:--|\n")
	second := write(t, docs, "results/corpus.md", "<!-- b.svg -->\n![A picture](../shown.svg)\n\n<!-- a.md: Corr -->\n\n| old |\n|:--|\n")
	write(t, from, "b.svg", "<svg/>")
	write(t, from, "a.md", "**x: MAE**\n\n| mae |\n|:--|\n")
	if err := renew(resultPages(docs), from); err == nil {
		t.Fatal("got no error, want one for the sheet that is missing")
	}
	if text, err := os.ReadFile(first); err != nil || !strings.Contains(string(text), "| old |") {
		t.Fatalf("got %q, %v, want the first page unchanged when the second fails", text, err)
	}
	write(t, from, "a.md", "**x: MAE**\n\n| mae |\n|:--|\n\n**x: Corr**\n\n| corr |\n|:--|\n")
	if err := renew(resultPages(docs), from); err != nil {
		t.Fatal(err)
	}
	for page, want := range map[string]string{first: "| mae |", second: "| corr |", filepath.Join(docs, "shown.svg"): "<svg/>"} {
		if text, err := os.ReadFile(page); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: got %q, %v, want %q in it", page, text, err, want)
		}
	}
}
