package registry_test

import (
	"os"
	"path/filepath"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/registry/registrytest"
)

func TestIntactTellsAlteredFromAbsent(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	m := push(t, client(t, s, "api", registrytest.Publisher), "1", "healthy", nil)
	digest := practice.Digest(m.Digest)
	// The manifest, its empty configuration "{}" and its layer.
	mediaType, size, err := s.Registry.Measure(t.Context(), "api", digest)
	if want := m.Size + int64(len("{}healthy")); err != nil || mediaType != "application/vnd.test" || size != want {
		t.Errorf("measured %s, %d bytes, %v; want %d", mediaType, size, err, want)
	}
	if err := s.Registry.Intact(t.Context(), "api", digest); err != nil {
		t.Errorf("healthy content: %v", err)
	}
	if err := s.Registry.Intact(t.Context(), "other", digest); practice.CodeOf(err) != practice.NotFound {
		t.Errorf("another repository: %v", err)
	}
	layer := practice.DigestOf([]byte("healthy"))
	file := filepath.Join(s.Dir, "blobs", "sha256", layer.Hex()[:2], layer.Hex())
	if err := os.WriteFile(file, []byte("heaLthy"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Registry.Intact(t.Context(), "api", digest); practice.CodeOf(err) != practice.Refused {
		t.Errorf("altered content: %v", err)
	}
	if err := s.Registry.Intact(t.Context(), "api", digest); practice.CodeOf(err) != practice.NotFound {
		t.Errorf("altered content was not set aside: %v", err)
	}
}
