//go:build !webui

package web

import "io/fs"

var built fs.FS
