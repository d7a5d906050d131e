package registry_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"reflect"
	"testing"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/registry/registrytest"
)

// blob pushes bytes as a layer.
func blob(t *testing.T, repo *remote.Repository, mediaType string, raw []byte, title string) ocispec.Descriptor {
	t.Helper()
	d := content.NewDescriptorFromBytes(mediaType, raw)
	if title != "" {
		d.Annotations = map[string]string{ocispec.AnnotationTitle: title}
	}
	if err := repo.Push(t.Context(), d, bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	return d
}

func pack(t *testing.T, repo *remote.Repository, kind string, subject *ocispec.Descriptor, layers ...ocispec.Descriptor) practice.Digest {
	t.Helper()
	m, err := oras.PackManifest(t.Context(), repo, oras.PackManifestVersion1_1, kind, oras.PackManifestOptions{Layers: layers, Subject: subject})
	if err != nil {
		t.Fatal(err)
	}
	return practice.Digest(m.Digest)
}

func archive(t *testing.T, zip bool, entries ...tar.Header) []byte {
	t.Helper()
	var raw bytes.Buffer
	var to io.Writer = &raw
	closed := func() error { return nil }
	if zip {
		packed := gzip.NewWriter(&raw)
		to, closed = packed, packed.Close
	}
	w := tar.NewWriter(to)
	for _, h := range entries {
		body := h.Uname // what the file holds
		h.Uname, h.Size = "", int64(len(body))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := closed(); err != nil {
		t.Fatal(err)
	}
	return raw.Bytes()
}

// TestContentsOfLayers: a later layer covers an earlier one, and takes files away.
func TestContentsOfLayers(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	repo := client(t, s, "api", registrytest.Publisher)
	below := archive(t, false, tar.Header{Name: "bin/run", Mode: 0o755, Typeflag: tar.TypeReg, Uname: "v1"}, tar.Header{Name: "./old", Mode: 0o644, Typeflag: tar.TypeReg, Uname: "x"})
	above := archive(t, true, tar.Header{Name: "bin/run", Mode: 0o755, Typeflag: tar.TypeReg, Uname: "v2"}, tar.Header{Name: ".wh.old", Typeflag: tar.TypeReg},
		tar.Header{Name: "link", Linkname: "bin/run", Typeflag: tar.TypeSymlink})
	digest := pack(t, repo, "application/vnd.test", nil,
		blob(t, repo, ocispec.MediaTypeImageLayer, below, ""), blob(t, repo, ocispec.MediaTypeImageLayerGzip, above, ""), blob(t, repo, "text/plain", []byte("read"), "README"))
	got, err := s.Registry.Contents(t.Context(), "api", digest)
	want := []library.ContentFile{
		{Path: "README", Size: 4, Digest: practice.DigestOf([]byte("read"))},
		{Path: "bin/run", Size: 2, Digest: practice.DigestOf([]byte("v2")), Executable: true},
		{Path: "link", Link: "bin/run"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	broken := pack(t, repo, "application/vnd.test", nil, blob(t, repo, ocispec.MediaTypeImageLayer, []byte("no tar at all"), ""))
	if _, err := s.Registry.Contents(t.Context(), "api", broken); practice.CodeOf(err) != practice.Refused {
		t.Errorf("a layer that is no tar: %v", err)
	}
	if _, err := s.Registry.Contents(t.Context(), "other", digest); practice.CodeOf(err) != practice.NotFound {
		t.Errorf("another repository: %v", err)
	}
}

func TestAttachmentsAndTheirBlobs(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	repo := client(t, s, "api", registrytest.Publisher)
	version := push(t, repo, "1", "healthy", nil)
	bill := blob(t, repo, "application/vnd.cyclonedx+json", []byte(`{"bomFormat":"CycloneDX"}`), "bom.json")
	about := pack(t, repo, "application/vnd.cyclonedx+json", &version, bill)
	got, err := s.Registry.Attachments(t.Context(), "api", practice.Digest(version.Digest))
	if err != nil || len(got) != 1 || got[0].Digest != about || got[0].ArtifactType != "application/vnd.cyclonedx+json" ||
		!reflect.DeepEqual(got[0].Blobs, []library.AttachedBlob{{Digest: practice.Digest(bill.Digest), MediaType: "application/vnd.cyclonedx+json", Size: 25, Title: "bom.json"}}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if raw, err := s.Registry.Blob(t.Context(), "api", practice.Digest(bill.Digest), 25); err != nil || string(raw) != `{"bomFormat":"CycloneDX"}` {
		t.Errorf("blob: %s, %v", raw, err)
	}
	if _, err := s.Registry.Blob(t.Context(), "api", practice.Digest(bill.Digest), 24); practice.CodeOf(err) != practice.Refused {
		t.Errorf("one that is too large: %v", err)
	}
	if _, err := s.Registry.Blob(t.Context(), "other", practice.Digest(bill.Digest), 25); practice.CodeOf(err) != practice.NotFound {
		t.Errorf("one of another repository: %v", err)
	}
}
