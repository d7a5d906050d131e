package artifact_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"

	"tranship.dev/tranship/internal/artifact"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/registry/registrytest"
)

// layer is a layer as any client may push it.
type layer struct {
	mediaType, title string
	raw              []byte
}

// pushLayers makes an artifact of layers in the form of another tool.
func pushLayers(t testing.TB, s *registrytest.Server, layers ...layer) plan.Artifact {
	t.Helper()
	host := strings.TrimPrefix(s.URL, "http://")
	repo, err := remote.NewRepository(host + "/evil")
	if err != nil {
		t.Fatal(err)
	}
	repo.PlainHTTP = true
	repo.Client = &auth.Client{Credential: auth.StaticCredential(host, auth.Credential{Username: "token", Password: registrytest.Publisher})}
	a := plan.Artifact{Component: "evil", Version: "1", Reference: "oci://" + host + "/evil"}
	var descriptors []ocispec.Descriptor
	for _, l := range layers {
		d := content.NewDescriptorFromBytes(l.mediaType, l.raw)
		if l.title != "" {
			d.Annotations = map[string]string{ocispec.AnnotationTitle: l.title}
		}
		if err := repo.Push(t.Context(), d, bytes.NewReader(l.raw)); err != nil {
			t.Fatal(err)
		}
		descriptors = append(descriptors, d)
		a.Size += d.Size
	}
	m, err := oras.PackManifest(t.Context(), repo, oras.PackManifestVersion1_1, "application/x-other", oras.PackManifestOptions{Layers: descriptors})
	if err != nil {
		t.Fatal(err)
	}
	a.Digest = practice.Digest(m.Digest)
	a.Reference += "@" + string(a.Digest)
	return a
}

func tarOf(t testing.TB, entries ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range entries {
		if h.Mode == 0 && h.Typeflag != tar.TypeXGlobalHeader {
			h.Mode = 0o644
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.CopyN(w, zeros{}, h.Size); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func zip(t testing.TB, raw []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEvilArchivesAreRefused(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	link := func(name, to string) tar.Header {
		return tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: to}
	}
	file := func(name string) tar.Header { return tar.Header{Typeflag: tar.TypeReg, Name: name, Size: 1} }
	var many []tar.Header
	for i := range 30 {
		many = append(many, file(fmt.Sprint("f", i)))
	}
	for name, c := range map[string]struct {
		entries []tar.Header
		want    string
	}{
		"climbs":                {[]tar.Header{file("../evil")}, "leads outside"},
		"climbs inside":         {[]tar.Header{file("a/../../evil")}, "leads outside"},
		"absolute":              {[]tar.Header{file("/tmp/evil")}, "leads outside"},
		"backslash":             {[]tar.Header{file(`..\evil`)}, "leads outside"},
		"link outside":          {[]tar.Header{link("a", "../x")}, "leads outside"},
		"absolute link":         {[]tar.Header{link("a", "/etc")}, "is absolute"},
		"through a link":        {[]tar.Header{link("a", "b"), file("a/evil")}, "a is no directory"},
		"link, then its target": {[]tar.Header{link("a", "."), link("a/b", ".."), file("b/evil")}, "a is no directory"},
		"detour of links":       {[]tar.Header{{Typeflag: tar.TypeDir, Name: "p/q", Mode: 0o755}, link("p/q/l", "../.."), link("s", "p/q/l/../x")}, "behind a name"},
		"over a link":           {[]tar.Header{link("a", "b"), file("a")}, "comes twice"},
		"over a directory":      {[]tar.Header{{Typeflag: tar.TypeDir, Name: "a", Mode: 0o755}, file("a")}, "comes twice"},
		"twice":                 {[]tar.Header{file("a"), file("./a")}, "comes twice"},
		"hard link":             {[]tar.Header{file("a"), {Typeflag: tar.TypeLink, Name: "b", Linkname: "a"}}, "neither file"},
		"device":                {[]tar.Header{{Typeflag: tar.TypeBlock, Name: "sda", Devmajor: 8}}, "neither file"},
		"character device":      {[]tar.Header{{Typeflag: tar.TypeChar, Name: "mem", Devmajor: 1}}, "neither file"},
		"fifo":                  {[]tar.Header{{Typeflag: tar.TypeFifo, Name: "p"}}, "neither file"},
		"setuid":                {[]tar.Header{{Typeflag: tar.TypeReg, Name: "su", Mode: 0o4755}}, "setuid"},
		"sticky directory":      {[]tar.Header{{Typeflag: tar.TypeDir, Name: "d", Mode: 0o1777}}, "setuid"},
		"deep":                  {[]tar.Header{file(strings.Repeat("d/", 12) + "f")}, "deeper than 10"},
		"many":                  {many, "more than 20 entries"},
		"large":                 {[]tar.Header{{Typeflag: tar.TypeReg, Name: "bomb", Size: 3 << 20}}, "larger than 1048576 bytes"},
		"long name":             {[]tar.Header{file(strings.Repeat("n", 300))}, "name too long"},
	} {
		for _, form := range []string{"tar", "gzip"} {
			t.Run(name+" "+form, func(t *testing.T) {
				t.Parallel()
				l := layer{mediaType: ocispec.MediaTypeImageLayer, raw: tarOf(t, c.entries...)}
				if form == "gzip" {
					l = layer{mediaType: ocispec.MediaTypeImageLayerGzip, raw: zip(t, l.raw)}
				}
				refused(t, s, c.want, l)
			})
		}
	}
	for name, c := range map[string]struct {
		layer layer
		want  string
	}{
		"no tar":          {layer{mediaType: ocispec.MediaTypeImageLayer, raw: []byte(strings.Repeat("text", 500))}, "not a whole tar"},
		"half a tar":      {layer{mediaType: ocispec.MediaTypeImageLayer, raw: tarOf(t, tar.Header{Typeflag: tar.TypeReg, Name: "a", Size: 5000})[:3000]}, "unexpected EOF"},
		"no gzip":         {layer{mediaType: ocispec.MediaTypeImageLayerGzip, raw: []byte("text")}, "not gzip"},
		"unknown form":    {layer{mediaType: "application/x-unknown", raw: []byte("text")}, "neither a tar nor a named file"},
		"title outside":   {layer{mediaType: "text/plain", title: "../evil", raw: []byte("text")}, "leads outside"},
		"title is nobody": {layer{mediaType: "text/plain", title: ".", raw: []byte("text")}, "names no file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, s, c.want, c.layer)
		})
	}
}

func refused(t *testing.T, s *registrytest.Server, want string, l layer) {
	t.Helper()
	a := pushLayers(t, s, l)
	from := source(s.URL)
	from.Limits.Entries, from.Limits.Depth, from.Limits.Unpacked = 20, 10, 1<<20
	outside := t.TempDir()
	cache := filepath.Join(outside, "a", "b", "cache")
	_, err := artifact.Fetch(t.Context(), from, a, cache)
	if practice.CodeOf(err) != practice.Refused || !strings.Contains(err.Error(), want) {
		t.Errorf("%v (%s), want %q", err, practice.CodeOf(err), want)
	}
	if names, _ := filepath.Glob(filepath.Join(cache, "*")); len(names) != 1 || !strings.HasSuffix(names[0], ".lock") {
		t.Errorf("left in the cache: %v", names)
	}
	_ = filepath.WalkDir(outside, func(name string, _ os.DirEntry, _ error) error {
		if strings.Contains(filepath.Base(name), "evil") {
			t.Errorf("%s was written", name)
		}
		return nil
	})
}

func TestFormsOfOtherToolsAreUnpacked(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	raw := tarOf(t,
		tar.Header{Typeflag: tar.TypeXGlobalHeader, PAXRecords: map[string]string{"comment": "commit"}},
		tar.Header{Typeflag: tar.TypeDir, Name: "./", Mode: 0o700},
		tar.Header{Typeflag: tar.TypeReg, Name: "./implicit/dir/file", Size: 3, Mode: 0o777, Uname: "someone"},
		tar.Header{Typeflag: tar.TypeDir, Name: "./implicit/", Mode: 0o700},
	)
	a := pushLayers(t, s,
		layer{mediaType: ocispec.MediaTypeImageLayerGzip, raw: zip(t, raw)},
		layer{mediaType: "text/plain", title: "docs/readme.txt", raw: []byte("read me")},
		layer{mediaType: "text/plain", title: "empty", raw: nil},
	)
	cache := t.TempDir()
	for range 2 {
		dir, err := artifact.Fetch(t.Context(), source(s.URL), a, cache)
		if err != nil {
			t.Fatal(err)
		}
		if err := artifact.Verify(dir); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "docs/readme.txt"))
		if err != nil || string(text) != "read me" {
			t.Errorf("plain file: %q, %v", text, err)
		}
		info, err := os.Stat(filepath.Join(dir, "implicit/dir/file"))
		if err != nil || info.Mode() != 0o755 || info.Size() != 3 {
			t.Errorf("file of the archive: %v, %v", info, err)
		}
		if err := os.WriteFile(filepath.Join(dir, "docs/readme.txt"), []byte("read ME"), 0o644); err != nil {
			t.Fatal(err)
		}
		if artifact.Verify(dir) == nil {
			t.Error("alteration of a plain file is not found")
		}
	}
}

// TestKilledFetch kills a process in the middle of a download. Nothing of it
// may be seen as the artifact, and the next fetch must do.
func TestKilledFetch(t *testing.T) {
	if endpoint := os.Getenv("FETCH_ENDPOINT"); endpoint != "" {
		a := plan.Artifact{Component: "api", Version: "1", Reference: "api", Size: 1 << 30, Digest: practice.Digest(os.Getenv("FETCH_DIGEST"))}
		_, err := artifact.Fetch(t.Context(), source(endpoint), a, os.Getenv("FETCH_CACHE"))
		t.Fatalf("fetch ended: %v", err)
	}
	t.Parallel()
	stalled := make(chan struct{})
	s := registrytest.Serve(t, nil, nil)
	half := blobs(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(&stall{w, 10_000, r, stalled}, r)
	})
	slow := registrytest.Serve(t, nil, func(http.Handler) http.Handler { return half(s.Registry) })
	a := publish(t, s, tree(t, sample))
	cache := t.TempDir()
	process := exec.Command(os.Args[0], "-test.run=^TestKilledFetch$")
	process.Env = append(os.Environ(), "FETCH_ENDPOINT="+slow.URL, "FETCH_DIGEST="+string(a.Digest), "FETCH_CACHE="+cache)
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	<-stalled
	begun := func() bool {
		parts, _ := filepath.Glob(filepath.Join(cache, ".part-*/files/*"))
		return len(parts) > 0
	}
	for until := time.Now().Add(10 * time.Second); !begun() && time.Now().Before(until); {
		time.Sleep(5 * time.Millisecond)
	}
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := process.Wait(); err == nil {
		t.Fatal("the process was not killed")
	}
	if !begun() {
		t.Error("the killed fetch had not begun to unpack: the test proves nothing")
	}
	if whole, _ := filepath.Glob(filepath.Join(cache, a.Digest.Hex())); len(whole) != 0 {
		t.Errorf("half a download is seen as the artifact")
	}
	dir, err := artifact.Fetch(t.Context(), source(s.URL), a, cache)
	if err != nil {
		t.Fatal(err)
	}
	same(t, dir, a.Digest)
}

// stall gives some bytes and then nothing more until the client is gone.
type stall struct {
	http.ResponseWriter
	left    int
	request *http.Request
	stalled chan struct{}
}

func (w *stall) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p[:min(w.left, len(p))])
	if w.left -= n; w.left > 0 || err != nil {
		return n, err
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush()
	close(w.stalled)
	<-w.request.Context().Done()
	return n, io.ErrClosedPipe
}
