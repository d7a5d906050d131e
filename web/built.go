//go:build webui

package web

import "embed"

//go:embed all:dist
var dist embed.FS

var built = below(dist, "dist")
