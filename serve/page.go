package serve

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"time"

	"gsdnet/internal/fault"
)

// policy lets the page load its own files, send requests to this server, play the
// recordings of this server, and show recordings and pictures that are in the browser's memory
// already (blob:), and nothing else: no other site, no script or style in the document, no
// frame around it, and no markup made of text except the templates of the page itself.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html"

// pageTypes are the media types of the files of a page. Those of the operating system
// differ from machine to machine.
var pageTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
}

// readPage returns the handlers of the files of a page by their URL. index.html is at /.
func readPage(page fs.FS) (map[string]http.Handler, error) {
	files := map[string]http.Handler{}
	if page == nil {
		return files, nil
	}
	err := fs.WalkDir(page, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(page, name)
		if err != nil {
			return err
		}
		url := "/" + name
		if name == "index.html" {
			url = "/"
		}
		files[url] = pageFile(name, content)
		return nil
	})
	if err != nil {
		return nil, fault.Failure("this is a fault of the program", "the files of the page cannot be read: %w", err)
	}
	return files, nil
}

// pageFile serves one file. A browser asks again each time, and receives the file only if
// it has changed.
func pageFile(name string, content []byte) http.Handler {
	sum := sha256.Sum256(content)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", tag)
		if kind, known := pageTypes[path.Ext(name)]; known {
			h.Set("Content-Type", kind)
		}
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(content))
	})
}

// pattern is the pattern of the multiplexer for the URL of a file of the page.
func pattern(url string) string {
	if url == "/" {
		return "GET /{$}"
	}
	return "GET " + url
}
