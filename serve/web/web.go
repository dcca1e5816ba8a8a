// Package web is the page of gsdnet serve: a timeline of a conversation on which
// modalities can be switched off, with the emotions and the recovered features that follow.
//
//	server, err := serve.New(serve.Config{Runs: runs, Page: web.Files()})
//
// The page is written in Svelte under src, and `make page` builds it to dist, which is
// committed, so that a build of the program needs no Node. Start reading at src/App.svelte.
package web

import (
	"embed"
	"io/fs"
)

//go:embed dist
var dist embed.FS

// Files returns the built files of the page. index.html is at the root.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("web: " + err.Error()) // the folder is part of the program
	}
	return files
}
