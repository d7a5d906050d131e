package webui_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"tranship.dev/tranship/internal/webui"
	"tranship.dev/tranship/web"
)

const index = `<!doctype html><meta name="tranship-version" content="TRANSHIP_VERSION"><meta name="tranship-build" content="TRANSHIP_BUILD">
<meta property="csp-nonce" nonce="TRANSHIP_NONCE"><script type="module" nonce="TRANSHIP_NONCE" src="/assets/main-abc123.js"></script>`

func built() fstest.MapFS {
	return fstest.MapFS{
		"index.html":               {Data: []byte(index)},
		"favicon.svg":              {Data: []byte("<svg/>")},
		"assets/main-abc123.js":    {Data: []byte(strings.Repeat("let ink = 1;", 9))},
		"assets/main-abc123.js.br": {Data: []byte("brotli")},
		"assets/main-abc123.js.gz": {Data: []byte("gzip")},
		".built":                   {Data: []byte("a mark of the build, not of the interface")},
	}
}

func serve(t *testing.T, files fstest.MapFS) *httptest.Server {
	t.Helper()
	h, err := webui.New(files, `1.2.3<"dirty">`)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h.Before(http.NotFoundHandler()))
	t.Cleanup(s.Close)
	return s
}

// ask makes a request as it stands: no compression is asked for or undone on the way.
func ask(t *testing.T, s *httptest.Server, path string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "identity")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := s.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

const browser = "text/html,application/xhtml+xml,*/*;q=0.8"

// Whatever address of the interface is opened or reloaded, it is there.
func TestEveryAddressOfAPersonGivesThePage(t *testing.T) {
	t.Parallel()
	s := serve(t, built())
	for _, path := range []string{"/", "/overview?group=service", "/deployments/D-12/targets/web-1/steps/4", "/library/shop/4.7.3/origin"} {
		answer, body := ask(t, s, path, "Accept", browser)
		if answer.StatusCode != http.StatusOK || !strings.Contains(body, "/assets/main-abc123.js") {
			t.Errorf("%s: status %d, %q", path, answer.StatusCode, body)
		}
		if got := answer.Header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: Cache-Control %q: a page that is kept asks for files that are gone", path, got)
		}
	}
	for _, path := range []string{"/assets/old-999.js", "/deployments/D-12"} {
		if answer, _ := ask(t, s, path, "Accept", "*/*"); answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s for a program: status %d, expected 404", path, answer.StatusCode)
		}
	}
}

// Scripts and styles run only with a value that is new with each answer.
func TestThePageRunsNothingThatTheServerDidNotGive(t *testing.T) {
	t.Parallel()
	s := serve(t, built())
	nonces := map[string]bool{}
	for range 3 {
		answer, body := ask(t, s, "/", "Accept", browser)
		policy := answer.Header.Get("Content-Security-Policy")
		found := regexp.MustCompile(`script-src 'self' 'nonce-([^']{24})'`).FindStringSubmatch(policy)
		if found == nil {
			t.Fatalf("no nonce in %q", policy)
		}
		nonces[found[1]] = true
		if strings.Count(body, `nonce="`+found[1]+`"`) != 2 || strings.Contains(body, "TRANSHIP_") {
			t.Errorf("page is not filled in with nonce %s:\n%s", found[1], body)
		}
		for _, wanted := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "style-src 'self' 'nonce-"} {
			if !strings.Contains(policy, wanted) {
				t.Errorf("policy lacks %s: %s", wanted, policy)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("policy allows what is unsafe: %s", policy)
		}
		for _, name := range []string{"X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy", "X-Frame-Options"} {
			if answer.Header.Get(name) == "" {
				t.Errorf("header %s is missing", name)
			}
		}
	}
	if len(nonces) != 3 {
		t.Errorf("3 answers had %d nonces", len(nonces))
	}
	if _, body := ask(t, s, "/", "Accept", browser); !strings.Contains(body, "1.2.3&lt;&#34;dirty&#34;&gt;") {
		t.Errorf("the version is not written safely:\n%s", body)
	}
}

func TestFilesAreKeptAsLongAsTheirNamesSay(t *testing.T) {
	t.Parallel()
	s := serve(t, built())
	answer, _ := ask(t, s, "/assets/main-abc123.js")
	if got := answer.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("hashed file: Cache-Control %q", got)
	}
	answer, _ = ask(t, s, "/favicon.svg")
	etag := answer.Header.Get("ETag")
	if answer.Header.Get("Cache-Control") != "no-cache" || etag == "" || answer.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("plain file: %v", answer.Header)
	}
	if again, _ := ask(t, s, "/favicon.svg", "If-None-Match", etag); again.StatusCode != http.StatusNotModified {
		t.Errorf("unchanged file: status %d, expected 304", again.StatusCode)
	}
	if hidden, _ := ask(t, s, "/.built"); hidden.StatusCode != http.StatusNotFound {
		t.Errorf("hidden file: status %d, expected 404", hidden.StatusCode)
	}
}

func TestCompressedFormsAreServedToWhomTheyServe(t *testing.T) {
	t.Parallel()
	s := serve(t, built())
	tags := map[string]bool{}
	for accepted, expected := range map[string]string{
		"gzip, deflate, br, zstd": "br", "gzip": "gzip", "br;q=0, gzip;q=0.5": "gzip", "identity": "", "br;q=0.0": "",
	} {
		answer, body := ask(t, s, "/assets/main-abc123.js", "Accept-Encoding", accepted)
		if got := answer.Header.Get("Content-Encoding"); got != expected {
			t.Errorf("Accept-Encoding %q: answered in %q, expected %q", accepted, got, expected)
		}
		if body != map[string]string{"br": "brotli", "gzip": "gzip", "": strings.Repeat("let ink = 1;", 9)}[expected] {
			t.Errorf("Accept-Encoding %q: body %q", accepted, body)
		}
		if answer.Header.Get("Vary") != "Accept-Encoding" || answer.Header.Get("Content-Type") != "text/javascript; charset=utf-8" {
			t.Errorf("Accept-Encoding %q: %v", accepted, answer.Header)
		}
		tags[answer.Header.Get("ETag")] = true
	}
	if len(tags) != 3 {
		t.Errorf("3 forms of a file have %d ETags", len(tags))
	}
	if answer, _ := ask(t, s, "/assets/main-abc123.js.br"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("the compressed form by itself: status %d, expected 404", answer.StatusCode)
	}
}

func TestBuildNamesWhatIsServed(t *testing.T) {
	t.Parallel()
	files := built()
	first, err := webui.New(files, "1")
	if err != nil {
		t.Fatal(err)
	}
	files["favicon.svg"] = &fstest.MapFile{Data: []byte("<svg></svg>")}
	second, err := webui.New(files, "1")
	if err != nil {
		t.Fatal(err)
	}
	if first.Build() == second.Build() || len(first.Build()) != 12 {
		t.Errorf("builds %q and %q", first.Build(), second.Build())
	}
	if _, err := webui.New(fstest.MapFS{}, "1"); err == nil {
		t.Error("an interface without index.html was taken")
	}
}

// What Go alone builds has a page too, which obeys the same policy.
func TestTheEmbeddedPageIsServed(t *testing.T) {
	t.Parallel()
	h, err := webui.New(web.Files(), "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h.Before(http.NotFoundHandler()))
	defer s.Close()
	if answer, body := ask(t, s, "/", "Accept", browser); answer.StatusCode != http.StatusOK || strings.Contains(body, "TRANSHIP_") {
		t.Errorf("status %d:\n%s", answer.StatusCode, body)
	}
}
