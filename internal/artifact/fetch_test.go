package artifact_test

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tranship.dev/tranship/internal/artifact"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/signature"
	"tranship.dev/tranship/internal/registry"
	"tranship.dev/tranship/internal/registry/registrytest"
)

func source(endpoint string) artifact.Source {
	return artifact.Source{
		Endpoint: endpoint,
		Credential: func(context.Context, string) (artifact.Credential, error) {
			return artifact.Credential{User: artifact.User, Password: registrytest.Executor}, nil
		},
		Limits: artifact.Limits{Attempts: 3},
	}
}

// publish packs and pushes a directory as api@1.
func publish(t testing.TB, s *registrytest.Server, dir string) plan.Artifact {
	t.Helper()
	a, err := artifact.Pack(dir)
	if err != nil {
		t.Fatal(err)
	}
	to := artifact.Registry{Endpoint: s.URL, Token: registrytest.Publisher}
	for range 2 { // the second time nothing is sent
		if err := artifact.Push(t.Context(), to, "api", "1", a); err != nil {
			t.Fatal(err)
		}
	}
	return plan.Artifact{Component: "api", Version: "1", Digest: a.Digest, Size: a.Size, Reference: "api"}
}

// same compares a fetched directory with what was packed, by packing it again.
func same(t testing.TB, dir string, want practice.Digest) {
	t.Helper()
	again, err := artifact.Pack(dir)
	if err != nil || again.Digest != want {
		t.Errorf("fetched files pack to %v, %v; want %s", again, err, want)
	}
}

func TestFetchGivesWhatWasPacked(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	a := publish(t, s, tree(t, sample))
	cache := t.TempDir()
	dir, err := artifact.Fetch(t.Context(), source(s.URL), a, cache)
	if err != nil {
		t.Fatal(err)
	}
	same(t, dir, a.Digest)
	s.Close()
	again, err := artifact.Fetch(t.Context(), source(s.URL), a, cache)
	if err != nil || again != dir {
		t.Errorf("from the cache, without a registry: %q, %v", again, err)
	}
	if err := artifact.Prune(cache, a.Digest); err != nil || artifact.Verify(dir) != nil {
		t.Errorf("prune removes what is to be kept: %v", err)
	}
	if err := artifact.Prune(cache); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(cache); err != nil || len(left) != 0 {
		t.Errorf("prune leaves %v, %v", left, err)
	}
}

func TestInspectTellsWhatATagNames(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	a := publish(t, s, tree(t, sample))
	at := "oci://" + strings.TrimPrefix(s.URL, "http://") + "/api"
	want := artifact.Found{Digest: a.Digest, Size: a.Size, MediaType: artifact.Type, Reference: at + "@" + string(a.Digest)}
	for _, reference := range []string{at + ":1", want.Reference} {
		if found, err := artifact.Inspect(t.Context(), source(s.URL), reference); err != nil || found != want {
			t.Errorf("%s is %+v, %v; want %+v", reference, found, err, want)
		}
	}
	for reference, code := range map[string]practice.Code{
		at + ":2": practice.NotFound, at: practice.Invalid, "api:1": practice.Invalid,
		at + "@" + string(practice.DigestOf(nil)): practice.NotFound,
	} {
		if _, err := artifact.Inspect(t.Context(), source(s.URL), reference); practice.CodeOf(err) != code {
			t.Errorf("%s: %v, want %s", reference, err, code)
		}
	}
}

func TestTLSWithItsOwnAuthority(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	secure := httptest.NewUnstartedServer(s.Registry)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // refused handshakes are part of the test
	secure.StartTLS()
	defer secure.Close()
	ca := x509.NewCertPool()
	ca.AddCert(secure.Certificate())
	packed, err := artifact.Pack(tree(t, sample))
	if err != nil {
		t.Fatal(err)
	}
	to := artifact.Registry{Endpoint: secure.URL, Token: registrytest.Publisher}
	if err := artifact.Push(t.Context(), to, "api", "1", packed); practice.CodeOf(err) != practice.Unavailable {
		t.Errorf("push to an unknown authority: %v", err)
	}
	to.CA = ca
	if err := artifact.Push(t.Context(), to, "api", artifact.Tag("1.0+b"), packed); err != nil {
		t.Fatal(err)
	}
	a := plan.Artifact{Component: "api", Version: "1.0+b", Digest: packed.Digest, Size: packed.Size, Reference: "api"}
	from := source(secure.URL)
	if _, err := artifact.Fetch(t.Context(), from, a, t.TempDir()); practice.CodeOf(err) != practice.Unavailable {
		t.Errorf("fetch from an unknown authority: %v", err)
	}
	from.CA = ca
	dir, err := artifact.Fetch(t.Context(), from, a, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	same(t, dir, a.Digest)
	to.Token = "wrong"
	if err := artifact.Push(t.Context(), to, "api", "2", packed); practice.CodeOf(err) != practice.Unauthorised {
		t.Errorf("push with a wrong token: %v", err)
	}
	other, err := artifact.Pack(tree(t, map[string]string{"other": "content"}))
	if err != nil {
		t.Fatal(err)
	}
	to.Token = registrytest.Publisher
	err = artifact.Push(t.Context(), to, "api", artifact.Tag("1.0+b"), other)
	if practice.CodeOf(err) != practice.Refused || !strings.Contains(err.Error(), "a version never changes") {
		t.Errorf("the same version with other content: %v", err)
	}
}

func TestAlteredCacheIsFetchedAgain(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	a := publish(t, s, tree(t, sample))
	for name, alter := range map[string]func(dir string) error{
		"byte":     func(d string) error { return os.WriteFile(d+"/etc/serve.yaml", []byte("port: 81\n"), 0o644) },
		"shorter":  func(d string) error { return os.Truncate(d+"/share/long/name", 100) },
		"removed":  func(d string) error { return os.Remove(d + "/share/empty") },
		"no link":  func(d string) error { return os.Remove(d + "/etc/current") },
		"added":    func(d string) error { return os.WriteFile(d+"/bin/extra", nil, 0o644) },
		"mode":     func(d string) error { return os.Chmod(d+"/bin/serve", 0o644) },
		"setuid":   func(d string) error { return os.Chmod(d+"/bin/serve", 0o755|os.ModeSetuid) },
		"link":     func(d string) error { return errors.Join(os.Remove(d+"/lib"), os.Symlink("etc", d+"/lib")) },
		"manifest": func(d string) error { return os.WriteFile(filepath.Dir(d)+"/manifest.json", []byte("{}"), 0o600) },
		"layout":   func(d string) error { return os.WriteFile(filepath.Dir(d)+"/layout.json", []byte("{}"), 0o600) },
		"headers":  func(d string) error { return os.Truncate(filepath.Dir(d)+"/between", 700) },
		"file became link": func(d string) error {
			return errors.Join(os.Rename(d+"/etc/serve.yaml", d+"/../hidden"), os.Symlink("../../hidden", d+"/etc/serve.yaml"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cache := t.TempDir()
			dir, err := artifact.Fetch(t.Context(), source(s.URL), a, cache)
			if err != nil {
				t.Fatal(err)
			}
			if err := artifact.Verify(dir); err != nil {
				t.Fatalf("before: %v", err)
			}
			if err := alter(dir); err != nil {
				t.Fatal(err)
			}
			if err := artifact.Verify(dir); practice.CodeOf(err) != practice.Refused {
				t.Fatalf("alteration is not found: %v", err)
			}
			if dir, err = artifact.Fetch(t.Context(), source(s.URL), a, cache); err != nil {
				t.Fatal(err)
			}
			same(t, dir, a.Digest)
		})
	}
}

// blobs lets change answer requests for layers.
func blobs(change func(w http.ResponseWriter, r *http.Request, next http.Handler)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/blobs/sha256:") {
				change(w, r, next)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// tamper passes an answer's body through change.
type tamper struct {
	http.ResponseWriter
	change func([]byte) []byte
}

func (w tamper) Write(p []byte) (int, error) {
	_, err := w.ResponseWriter.Write(w.change(append([]byte(nil), p...)))
	return len(p), err
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	_, key, _ := ed25519.GenerateKey(nil)
	_, other, _ := ed25519.GenerateKey(nil)
	mine := signature.Encode(key.Public().(ed25519.PublicKey))
	signed := func(a *plan.Artifact, key ed25519.PrivateKey, version string) {
		e, err := library.NewStatement(a.Component, version, a.Digest, library.Origin{}).Sign(key)
		if err != nil {
			t.Fatal(err)
		}
		a.Signed, a.Signature, a.Publishers = true, &e, []signature.PublicKey{mine}
	}
	cases := map[string]struct {
		change func(*plan.Artifact)
		wrap   func(http.Handler) http.Handler
		gate   error
		code   practice.Code
		want   string
	}{
		"absent": {change: func(a *plan.Artifact) { a.Digest = practice.DigestOf([]byte("other")) }, code: practice.NotFound, want: "api@1 from"},
		"withdrawn": {gate: practice.Faultf(practice.Refused, "api@1 was withdrawn by person:anna: leaks memory"), code: practice.Refused,
			want: "the registry refuses it: api@1 was withdrawn by person:anna: leaks memory"},
		"unsigned":     {change: func(a *plan.Artifact) { a.Signed = true }, code: practice.Refused, want: "it is not signed"},
		"wrong signer": {change: func(a *plan.Artifact) { signed(a, other, "1") }, code: practice.Refused, want: "no trusted key signed"},
		"signed for another version": {change: func(a *plan.Artifact) { signed(a, key, "2") }, code: practice.Refused,
			want: `it was given for version "2"`},
		"signed right": {change: func(a *plan.Artifact) { signed(a, key, "1") }},
		"too large": {change: func(a *plan.Artifact) { a.Size-- }, code: practice.Refused,
			want: "it is too large"},
		"no token": {change: func(a *plan.Artifact) { a.Reference = "oci://HOST/api@" + string(a.Digest) }, code: practice.Unauthorised, want: "demands a token"},
		"reference with another digest": {change: func(a *plan.Artifact) { a.Reference = "oci://HOST/api@" + string(practice.DigestOf(nil)) },
			code: practice.Refused, want: "but the plan"},
		"no TLS": {change: func(a *plan.Artifact) { a.Reference = "" }, code: practice.Invalid, want: "is not allowed"},
		"altered byte of content": {wrap: blobs(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			next.ServeHTTP(tamper{w, func(p []byte) []byte { p[len(p)/2] ^= 1; return p }}, r)
		}), code: practice.Refused, want: "content was altered"},
		"altered byte of a header": {wrap: blobs(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			next.ServeHTTP(tamper{w, func(p []byte) []byte { p[0] ^= 1; return p }}, r)
		}), code: practice.Refused, want: "content was altered"},
		"altered manifest": {wrap: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/manifests/") {
					w = tamper{w, func(p []byte) []byte { p[len(p)-1] = ' '; return p }}
				}
				next.ServeHTTP(w, r)
			})
		}, code: practice.Refused, want: "its manifest has"},
		"other length": {wrap: blobs(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			_, _ = io.WriteString(w, "short")
		}), code: practice.Refused, want: "it has 5 bytes there"},
		"broken server": {wrap: blobs(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.WriteHeader(http.StatusBadGateway)
		}), code: practice.Unavailable, want: "502"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := registrytest.Serve(t, func(o *registry.Options) {
				o.Gate = func(_ context.Context, _ string, _ practice.Digest, who practice.Actor) error {
					if who.Kind == practice.Machine {
						return c.gate
					}
					return nil
				}
			}, c.wrap)
			a := publish(t, s, tree(t, sample))
			if c.change != nil {
				c.change(&a)
			}
			from := source(s.URL)
			if strings.Contains(a.Reference, "HOST") {
				a.Reference = strings.Replace(a.Reference, "HOST", strings.TrimPrefix(s.URL, "http://"), 1)
				from.Credential = nil
			}
			cache := t.TempDir()
			_, err := artifact.Fetch(t.Context(), from, a, cache)
			if practice.CodeOf(err) != c.code || (c.code == "") != (err == nil) || (err != nil && !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v (%s), want %s %q", err, practice.CodeOf(err), c.code, c.want)
			}
			for _, pattern := range []string{"*/files", ".part-*"} {
				if left, _ := filepath.Glob(filepath.Join(cache, pattern)); err != nil && len(left) > 0 {
					t.Errorf("left in the cache: %v", left)
				}
			}
		})
	}
}

func TestPlainHTTPOnlyToThisMachine(t *testing.T) {
	t.Parallel()
	a := plan.Artifact{Component: "api", Version: "1", Digest: practice.DigestOf(nil), Reference: "api"}
	_, err := artifact.Fetch(t.Context(), source("http://192.0.2.1:5000"), a, t.TempDir())
	if practice.CodeOf(err) != practice.Refused || !strings.Contains(err.Error(), "has no TLS") {
		t.Errorf("fetch: %v", err)
	}
	err = artifact.Push(t.Context(), artifact.Registry{Endpoint: "http://192.0.2.1:5000"}, "api", "1", &artifact.Artifact{})
	if practice.CodeOf(err) != practice.Refused {
		t.Errorf("push: %v", err)
	}
}

// cut ends a connection after some bytes of an answer.
type cut struct {
	http.ResponseWriter
	left int
}

func (w *cut) Write(p []byte) (int, error) {
	n, _ := w.ResponseWriter.Write(p[:min(w.left, len(p))])
	if w.left -= n; w.left <= 0 {
		_ = http.NewResponseController(w.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, nil
}

func TestFetchContinuesWhereAConnectionBroke(t *testing.T) {
	t.Parallel()
	for name, ranges := range map[string]bool{"with ranges": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var asked []string
			s := registrytest.Serve(t, nil, blobs(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				mu.Lock()
				asked = append(asked, r.Header.Get("Range"))
				call := len(asked)
				mu.Unlock()
				if !ranges {
					r.Header.Del("Range")
				}
				if call < 4 {
					w = &cut{w, 5000 * call}
				}
				next.ServeHTTP(w, r)
			}))
			a := publish(t, s, tree(t, sample))
			dir, err := artifact.Fetch(t.Context(), source(s.URL), a, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			same(t, dir, a.Digest)
			if len(asked) < 2 || asked[0] != "" || !strings.HasPrefix(asked[1], "bytes=") {
				t.Errorf("asked for ranges %q", asked)
			}
		})
	}
}

func TestSlowAndEndlessRegistries(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request){
		"a byte now and then": func(w http.ResponseWriter, r *http.Request) {
			for tick := time.NewTicker(20 * time.Millisecond); ; {
				select {
				case <-r.Context().Done():
					return
				case <-tick.C:
					_, _ = w.Write([]byte{0})
					_ = http.NewResponseController(w).Flush()
				}
			}
		},
		"no answer": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"endless": func(w http.ResponseWriter, r *http.Request) {
			for block := make([]byte, 64<<10); r.Context().Err() == nil; {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := registrytest.Serve(t, nil, blobs(func(w http.ResponseWriter, r *http.Request, _ http.Handler) { answer(w, r) }))
			a := publish(t, s, tree(t, sample))
			from := source(s.URL)
			from.Limits.Window, from.Limits.Rate = 200*time.Millisecond, 10_000
			_, err := artifact.Fetch(t.Context(), from, a, t.TempDir())
			code, want := practice.Unavailable, "bytes a second are needed"
			if name == "endless" {
				code, want = practice.Refused, "content was altered"
			}
			if practice.CodeOf(err) != code || !strings.Contains(err.Error(), want) {
				t.Errorf("%v (%s), want %q", err, practice.CodeOf(err), want)
			}
		})
	}
}

func TestEqualFetchesShareOneDownload(t *testing.T) {
	t.Parallel()
	var downloads atomic.Int32
	s := registrytest.Serve(t, nil, blobs(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		downloads.Add(1)
		next.ServeHTTP(w, r)
	}))
	a := publish(t, s, tree(t, sample))
	cache := t.TempDir()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := artifact.Fetch(t.Context(), source(s.URL), a, cache); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if downloads.Load() != 1 {
		t.Errorf("%d downloads", downloads.Load())
	}
}
