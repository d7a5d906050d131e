package webui

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
)

// file is one file of the interface, with what was compressed of it when it
// was built: x.js.br and x.js.gz beside x.js.
type file struct {
	content     []byte
	packed      map[string][]byte // by content coding
	contentType string
	etag        string // without quotes
	lasting     bool   // its name holds its hash: it never changes
}

// codings are the content codings, the better one first, with the ends of the
// names of files that hold them.
var codings = []struct{ name, end string }{{"br", ".br"}, {"gzip", ".gz"}}

// types are what some systems do not know or know otherwise.
var types = map[string]string{
	".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8",
	".svg": "image/svg+xml", ".json": "application/json", ".map": "application/json", ".txt": "text/plain; charset=utf-8",
	".webmanifest": "application/manifest+json", ".woff2": "font/woff2", ".ico": "image/x-icon", ".png": "image/png",
}

// readAll gives the files by name, and a name for all of them together.
func readAll(files fs.FS) (map[string]file, string, error) {
	raw, all := map[string][]byte{}, sha256.New()
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		raw[name], err = fs.ReadFile(files, name)
		sum := sha256.Sum256(raw[name])
		all.Write(append([]byte(name+"\x00"), sum[:]...))
		return err
	})
	if err != nil {
		return nil, "", err
	}
	list := map[string]file{}
	for name, content := range raw {
		if _, packed := packedOf(name, raw); !packed {
			list[name] = newFile(name, content, raw)
		}
	}
	return list, hex.EncodeToString(all.Sum(nil))[:12], nil
}

// packedOf says of which file, if any, a file is the compressed form.
func packedOf(name string, raw map[string][]byte) (of string, packed bool) {
	for _, c := range codings {
		if of, packed = strings.CutSuffix(name, c.end); packed && raw[of] != nil {
			return of, true
		}
	}
	return "", false
}

func newFile(name string, content []byte, raw map[string][]byte) file {
	sum := sha256.Sum256(content)
	f := file{content: content, packed: map[string][]byte{}, etag: hex.EncodeToString(sum[:16]), lasting: strings.HasPrefix(name, "assets/")}
	for _, c := range codings {
		if small, found := raw[name+c.end]; found && len(small) < len(content) {
			f.packed[c.name] = small
		}
	}
	f.contentType = types[path.Ext(name)]
	if f.contentType == "" {
		f.contentType = mime.TypeByExtension(path.Ext(name))
	}
	if f.contentType == "" {
		f.contentType = "application/octet-stream"
	}
	return f
}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Type", f.contentType)
	header.Set("Cache-Control", "no-cache")
	if f.lasting {
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	content, etag := f.content, f.etag
	if len(f.packed) > 0 {
		header.Set("Vary", "Accept-Encoding")
		if coding := f.best(r.Header.Get("Accept-Encoding")); coding != "" {
			content, etag = f.packed[coding], etag+"-"+coding
			header.Set("Content-Encoding", coding)
			r.Header.Del("Range") // a part of what is packed is of no use
		}
	}
	header.Set("ETag", strconv.Quote(etag))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// best gives the coding to answer in; "" for none. Whoever gives a coding the
// quality 0 does not want it.
func (f file) best(accepted string) string {
	wanted := map[string]bool{}
	for part := range strings.SplitSeq(accepted, ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(part), ";")
		value, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(quality), "q="), 64)
		wanted[strings.ToLower(strings.TrimSpace(name))] = err != nil || value > 0
	}
	for _, c := range codings {
		if wanted[c.name] && f.packed[c.name] != nil {
			return c.name
		}
	}
	return ""
}
