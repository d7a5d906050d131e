package registry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/registry"
	"tranship.dev/tranship/internal/registry/registrytest"
)

func client(t *testing.T, s *registrytest.Server, name, token string) *remote.Repository {
	t.Helper()
	host := strings.TrimPrefix(s.URL, "http://")
	repo, err := remote.NewRepository(host + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	repo.PlainHTTP = true
	repo.Client = &auth.Client{Credential: auth.StaticCredential(host, auth.Credential{Username: "token", Password: token})}
	return repo
}

// push sends a manifest with one layer and gives its descriptor.
func push(t *testing.T, repo *remote.Repository, tag, layer string, subject *ocispec.Descriptor) ocispec.Descriptor {
	t.Helper()
	d, err := tryPush(t.Context(), repo, tag, layer, subject)
	if err != nil {
		t.Fatalf("push %s: %v", tag, err)
	}
	return d
}

func tryPush(ctx context.Context, repo *remote.Repository, tag, layer string, subject *ocispec.Descriptor) (ocispec.Descriptor, error) {
	desc := content.NewDescriptorFromBytes("application/octet-stream", []byte(layer))
	if err := repo.Push(ctx, desc, strings.NewReader(layer)); err != nil {
		return desc, err
	}
	manifest, err := oras.PackManifest(ctx, repo, oras.PackManifestVersion1_1, "application/vnd.test", oras.PackManifestOptions{
		Layers: []ocispec.Descriptor{desc}, Subject: subject,
		ManifestAnnotations: map[string]string{ocispec.AnnotationCreated: "2020-01-01T00:00:00Z"},
	})
	if err != nil || tag == "" {
		return manifest, err
	}
	return manifest, repo.Tag(ctx, manifest, tag)
}

func TestPushPullTagsReferrersMount(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	ctx := t.Context()
	repo := client(t, s, "shop/api", registrytest.Publisher)
	first := push(t, repo, "1.0.0", "layer one", nil)
	for i := range 5 {
		push(t, repo, fmt.Sprintf("2.0.%d", i), fmt.Sprint("layer two ", i), nil)
	}
	got, err := content.FetchAll(ctx, client(t, s, "shop/api", registrytest.Executor), first)
	if err != nil || digest.FromBytes(got) != first.Digest {
		t.Fatalf("pull gives %d bytes, %v", len(got), err)
	}
	repo.TagListPageSize = 2
	var tags []string
	if err := repo.Tags(ctx, "", func(page []string) error { tags = append(tags, page...); return nil }); err != nil {
		t.Fatal(err)
	}
	if want := "1.0.0 2.0.0 2.0.1 2.0.2 2.0.3 2.0.4"; strings.Join(tags, " ") != want {
		t.Errorf("tags are %v, want %s", tags, want)
	}
	about := push(t, repo, "", "signature", &first)
	var referrers []ocispec.Descriptor
	if err := repo.Referrers(ctx, first, "application/vnd.test", func(page []ocispec.Descriptor) error {
		referrers = append(referrers, page...)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(referrers) != 1 || referrers[0].Digest != about.Digest || referrers[0].Annotations[ocispec.AnnotationCreated] == "" {
		t.Errorf("referrers are %+v, want %s with its annotations", referrers, about.Digest)
	}
	mounted := content.NewDescriptorFromBytes("application/octet-stream", []byte("layer one"))
	other := client(t, s, "shop/copy", registrytest.Publisher)
	fallback := func() (io.ReadCloser, error) { return nil, errors.New("mount was not done") }
	if err := other.Mount(ctx, mounted, "shop/api", fallback); err != nil {
		t.Errorf("mount: %v", err)
	}
	if found, err := other.Exists(ctx, mounted); err != nil || !found {
		t.Errorf("mounted blob is found: %t, %v", found, err)
	}
	unknown := content.NewDescriptorFromBytes("application/octet-stream", []byte("never seen"))
	sent := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("never seen")), nil }
	if err := other.Mount(ctx, unknown, "shop/api", sent); err != nil {
		t.Errorf("a mount that cannot be done must become an upload: %v", err)
	}
}

func code(err error) (string, string, int) {
	var response *errcode.ErrorResponse
	if !errors.As(err, &response) || len(response.Errors) == 0 {
		return "", fmt.Sprint(err), 0
	}
	return response.Errors[0].Code, response.Errors[0].Message, response.StatusCode
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	var withdrawn practice.Digest
	s := registrytest.Serve(t, func(o *registry.Options) {
		o.Gate = func(_ context.Context, repository string, d practice.Digest, who practice.Actor) error {
			if who.Kind == practice.Machine && d == withdrawn {
				return practice.Faultf(practice.Refused, "%s@1 was withdrawn by person:anna: leaks memory", repository)
			}
			return nil
		}
	}, nil)
	ctx := t.Context()
	repo := client(t, s, "api", registrytest.Publisher)
	first := push(t, repo, "1", "one", nil)
	withdrawn = practice.Digest(first.Digest)

	_, err := tryPush(ctx, repo, "1", "another one", nil)
	if code, message, status := code(err); code != "DENIED" || status != 403 || !strings.Contains(message, "a version never changes") {
		t.Errorf("tag moved: %s %d %q", code, status, message)
	}
	if again := push(t, repo, "1", "one", nil); again.Digest != first.Digest {
		t.Errorf("the same push again gives %s, not %s", again.Digest, first.Digest)
	}
	if err := repo.Delete(ctx, first); err == nil {
		t.Error("manifest could be deleted")
	} else if code, message, _ := code(err); code != "DENIED" || !strings.Contains(message, "withdraw") {
		t.Errorf("delete: %s %q", code, message)
	}
	agent := client(t, s, "api", registrytest.Executor)
	_, err = content.FetchAll(ctx, agent, first)
	if code, message, status := code(err); status != 403 || code != "DENIED" || message != "api@1 was withdrawn by person:anna: leaks memory" {
		t.Errorf("withdrawn: %s %d %q", code, status, message)
	}
	if _, err = tryPush(ctx, agent, "3", "three", nil); err == nil || !strings.Contains(err.Error(), "may not push") {
		t.Errorf("executor pushes: %v", err)
	}
	if _, err := client(t, s, "api", "wrong").Resolve(ctx, "1"); err == nil {
		t.Error("a wrong token is let in")
	}
	res, err := http.Get(s.URL + "/v2/")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusUnauthorized || res.Header.Get("WWW-Authenticate") != `Basic realm="tranship"` {
		t.Errorf("greeting without a token: %d %q", res.StatusCode, res.Header.Get("WWW-Authenticate"))
	}
}

func TestManifestNeedsItsBlobs(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	repo := client(t, s, "api", registrytest.Publisher)
	push(t, client(t, s, "elsewhere", registrytest.Publisher), "1", "layer of another repository", nil)
	layer := content.NewDescriptorFromBytes("application/octet-stream", []byte("layer of another repository"))
	for name, bad := range map[string]ocispec.Manifest{
		"blob of another repository": {MediaType: ocispec.MediaTypeImageManifest, Config: layer},
		"wrong size":                 {MediaType: ocispec.MediaTypeImageManifest, Config: ocispec.Descriptor{Digest: layer.Digest, Size: 1}},
		"bad digest":                 {MediaType: ocispec.MediaTypeImageManifest, Config: ocispec.Descriptor{Digest: "sha256:../../x"}},
		"other type":                 {MediaType: ocispec.MediaTypeImageIndex},
	} {
		raw, err := json.Marshal(bad)
		if err != nil {
			t.Fatal(err)
		}
		desc := content.NewDescriptorFromBytes(ocispec.MediaTypeImageManifest, raw)
		if err := repo.Manifests().Push(t.Context(), desc, bytes.NewReader(raw)); err == nil {
			t.Errorf("%s: manifest was taken", name)
		} else if code, _, status := code(err); status/100 != 4 || !strings.HasPrefix(code, "MANIFEST_") {
			t.Errorf("%s: %s %d, %v", name, code, status, err)
		}
	}
}

// request sends one request as the publisher.
func request(t *testing.T, method, url string, body io.Reader, header ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("token", registrytest.Publisher)
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	return res
}

func TestUploadResumes(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	blob := bytes.Repeat([]byte("0123456789"), 1000)
	start := request(t, "POST", s.URL+"/v2/api/blobs/uploads/", nil)
	at := s.URL + start.Header.Get("Location")
	if res := request(t, "PATCH", at, bytes.NewReader(blob[:4000]), "Content-Range", "0-3999"); res.StatusCode != http.StatusAccepted {
		t.Fatalf("first chunk: %s", res.Status)
	}
	if res := request(t, "PATCH", at, bytes.NewReader(blob[5000:6000]), "Content-Range", "5000-5999"); res.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("chunk out of order: %s", res.Status)
	}
	if res := request(t, "PATCH", strings.Replace(at, "/api/", "/other/", 1), nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("upload of another repository: %s", res.Status)
	}
	// A restarted registry continues.
	again := registrytest.Serve(t, func(o *registry.Options) { o.Dir, o.Index = s.Dir, s.Index }, nil)
	at = again.URL + start.Header.Get("Location")
	if res := request(t, "GET", at, nil); res.StatusCode != http.StatusNoContent || res.Header.Get("Range") != "0-3999" {
		t.Fatalf("status: %s, range %q", res.Status, res.Header.Get("Range"))
	}
	d := digest.FromBytes(blob).String()
	if res := request(t, "PUT", at+"?digest="+d, bytes.NewReader(blob[4000:]), "Content-Range", "4000-9999"); res.StatusCode != http.StatusCreated {
		t.Fatalf("last chunk: %s", res.Status)
	}
	res := request(t, "GET", again.URL+"/v2/api/blobs/"+d, nil, "Range", "bytes=9990-")
	if got, err := io.ReadAll(res.Body); err != nil || string(got) != "0123456789" || res.StatusCode != http.StatusPartialContent {
		t.Errorf("range: %s %q %v", res.Status, got, err)
	}
}

func TestUploadWithOtherBytesIsRefused(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	d := digest.FromString("right").String()
	if res := request(t, "POST", s.URL+"/v2/api/blobs/uploads/?digest="+d, strings.NewReader("wrong")); res.StatusCode != http.StatusBadRequest {
		t.Errorf("one request: %s", res.Status)
	}
	start := request(t, "POST", s.URL+"/v2/api/blobs/uploads/", nil)
	if res := request(t, "PUT", s.URL+start.Header.Get("Location")+"?digest="+d, strings.NewReader("wrong")); res.StatusCode != http.StatusBadRequest {
		t.Errorf("two requests: %s", res.Status)
	}
	left, err := os.ReadDir(filepath.Join(s.Dir, "uploads"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if res := request(t, "HEAD", s.URL+"/v2/api/blobs/"+d, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("blob is there: %s", res.Status)
	}
}

func TestCollectKeepsWhatIsNeeded(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := time.Now()
	s := registrytest.Serve(t, func(o *registry.Options) {
		o.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	}, nil)
	ctx := t.Context()
	repo := client(t, s, "api", registrytest.Publisher)
	kept := push(t, repo, "1", "needed", nil)
	loose := content.NewDescriptorFromBytes("application/octet-stream", []byte("loose"))
	if err := repo.Push(ctx, loose, strings.NewReader("loose")); err != nil {
		t.Fatal(err)
	}
	request(t, "POST", s.URL+"/v2/api/blobs/uploads/", nil)
	if done, err := s.Registry.Collect(ctx, time.Hour); err != nil || done != (registry.Collected{}) {
		t.Fatalf("young content was collected: %+v, %v", done, err)
	}
	mu.Lock()
	now = now.Add(2 * time.Hour)
	mu.Unlock()
	if done, err := s.Registry.Collect(ctx, time.Hour); err != nil || done.Blobs != 1 || done.Uploads != 1 || done.Bytes != 5 {
		t.Fatalf("collected %+v, %v; want the loose blob and the upload", done, err)
	}
	if found, err := repo.Exists(ctx, loose); err != nil || found {
		t.Errorf("loose blob is found: %t, %v", found, err)
	}
	if _, err := content.FetchAll(ctx, repo, kept); err != nil {
		t.Errorf("needed manifest: %v", err)
	}
	push(t, repo, "1", "needed", nil)
}

// TestCollectRacesPushes collects everything unused, without grace, once for each
// push that begins: a push may fail, but what was accepted stays whole.
func TestCollectRacesPushes(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	ctx := t.Context()
	begun := make(chan struct{}, 100)
	var collecting sync.WaitGroup
	collecting.Go(func() {
		for range begun {
			if _, err := s.Registry.Collect(ctx, -time.Hour); err != nil {
				t.Errorf("collect: %v", err)
			}
		}
	})
	var pushing sync.WaitGroup
	var accepted atomic.Int32
	for worker := range 3 {
		pushing.Go(func() {
			repo := client(t, s, "api", registrytest.Publisher)
			for i := range 20 {
				text := fmt.Sprint("content ", i, worker%2)
				begun <- struct{}{}
				manifest, err := tryPush(ctx, repo, "", text, nil)
				if err != nil {
					continue // there is no grace: a blob may go before its manifest comes
				}
				accepted.Add(1)
				layer := content.NewDescriptorFromBytes("application/octet-stream", []byte(text))
				for _, d := range []ocispec.Descriptor{manifest, layer} {
					if got, err := content.FetchAll(ctx, repo, d); err != nil || int64(len(got)) != d.Size {
						t.Errorf("%s was accepted and is gone: %v", d.Digest, err)
					}
				}
			}
		})
	}
	pushing.Wait()
	close(begun)
	collecting.Wait()
	if accepted.Load() == 0 {
		t.Error("no push was accepted: the test proves nothing")
	}
	t.Logf("%d of 60 pushes were accepted", accepted.Load())
}

func TestCheckFindsAlteredContent(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	repo := client(t, s, "api", registrytest.Publisher)
	push(t, repo, "1", "healthy", nil)
	d := practice.DigestOf([]byte("healthy"))
	file := filepath.Join(s.Dir, "blobs", "sha256", d.Hex()[:2], d.Hex())
	if err := os.WriteFile(file, []byte("heaLthy"), 0o600); err != nil {
		t.Fatal(err)
	}
	altered, err := s.Registry.Check(t.Context())
	if err != nil || len(altered) != 1 || altered[0].Digest != d || altered[0].Found != practice.DigestOf([]byte("heaLthy")) {
		t.Fatalf("altered are %+v, %v", altered, err)
	}
	push(t, repo, "1", "healthy", nil)
	if altered, err := s.Registry.Check(t.Context()); err != nil || len(altered) != 0 {
		t.Errorf("after it was pushed again: %+v, %v", altered, err)
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != "healthy" {
		t.Errorf("content is %q, %v", got, err)
	}
}
