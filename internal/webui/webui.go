// Package webui serves the web interface: its page for every address that a
// person opens, and its files, compressed and cached as far as is safe.
package webui

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"html"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// What the server writes into index.html. Vite puts the first in place
// (html.cspNonce) wherever a script, a style or a preload needs it.
const (
	nonceMark   = "TRANSHIP_NONCE"   // a new random value with each answer
	versionMark = "TRANSHIP_VERSION" // the server's version
	buildMark   = "TRANSHIP_BUILD"   // names what was built; see Handler.Build
)

const pageName = "index.html"

// Handler serves the interface.
type Handler struct {
	page  string // index.html, with nothing but its nonce left to fill in
	files map[string]file
	build string
}

// New reads all of files, which must hold index.html.
func New(files fs.FS, version string) (*Handler, error) {
	h := &Handler{}
	var err error
	if h.files, h.build, err = readAll(files); err != nil {
		return nil, err
	}
	page, found := h.files[pageName]
	if !found {
		return nil, fmt.Errorf("the web interface has no %s", pageName)
	}
	delete(h.files, pageName)
	h.page = strings.NewReplacer(versionMark, html.EscapeString(version), buildMark, h.build).Replace(string(page.content))
	return h, nil
}

// Build names the interface that is served: it changes with any of its files.
func (h *Handler) Build() string { return h.build }

// Before answers with a file, or with the page where a browser opens an address
// of the interface. Everything else goes to next.
func (h *Handler) Before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead || !h.serve(w, r) {
			next.ServeHTTP(w, r)
		}
	})
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) bool {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if f, found := h.files[name]; found {
		secure(w.Header(), "")
		f.serve(w, r)
		return true
	}
	if name != "" && name != pageName && !wantsPage(r) {
		return false
	}
	h.servePage(w, r)
	return true
}

// wantsPage tells a browser that opens an address from a program or from a
// file that was expected there: only the first is answered with the page.
func wantsPage(r *http.Request) bool {
	return path.Ext(r.URL.Path) != ".js" && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// servePage gives index.html. It is never kept without asking again, and has no
// ETag: its nonce must be the one of the header beside it.
func (h *Handler) servePage(w http.ResponseWriter, r *http.Request) {
	nonce := newNonce()
	secure(w.Header(), nonce)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Vary", "Accept")
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write([]byte(strings.ReplaceAll(h.page, nonceMark, nonce)))
}

func newNonce() string {
	random := make([]byte, 18)
	_, _ = rand.Read(random) // never fails
	return base64.StdEncoding.EncodeToString(random)
}

// secure says what a page may do: nothing but what this server gave it.
func secure(header http.Header, nonce string) {
	allowed := "'self'"
	if nonce != "" {
		allowed += " 'nonce-" + nonce + "'"
	}
	header.Set("Content-Security-Policy", strings.Join([]string{
		"default-src 'none'", "script-src " + allowed, "style-src " + allowed,
		"img-src 'self' data:", "font-src 'self'", "connect-src 'self'", "manifest-src 'self'", "worker-src 'self'",
		"base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
	}, "; "))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), usb=()")
}
