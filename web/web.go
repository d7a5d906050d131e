// Package web holds the built web interface, so that the one binary serves it.
//
// What Vite builds stands in dist, which git ignores, and is embedded with the
// build tag webui (make build sets it when the interface was built). Without
// the tag the binary holds a page that says how to build the interface: Go
// alone builds everything else.
package web

import (
	"embed"
	"io/fs"
)

//go:embed placeholder
var placeholder embed.FS

// Files gives what is served below /, with index.html at its root.
func Files() fs.FS {
	if built != nil {
		return built
	}
	return below(placeholder, "placeholder")
}

// below gives the files of an embedded directory.
func below(files fs.FS, dir string) fs.FS {
	sub, err := fs.Sub(files, dir)
	if err != nil {
		panic(err) // the directory's name stands in the source
	}
	return sub
}
