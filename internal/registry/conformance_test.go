//go:build lab

package registry_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/registry/registrytest"
)

// TestConformance runs the official tests of OCI registries. What the library
// does not do on purpose is left out: deleting, layers that lie elsewhere, and
// digests other than sha256. The tests move tags, so here they may move.
func TestConformance(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	s.Index.TagsMove = true
	results := t.TempDir()
	run := exec.CommandContext(t.Context(), "go", "tool", "conformance")
	run.Dir = filepath.Join("..", "..", "test", "conformance", "oci")
	run.Env = append(os.Environ(),
		"OCI_REGISTRY="+strings.TrimPrefix(s.URL, "http://"), "OCI_TLS=disabled", "OCI_VERSION=1.1",
		"OCI_USERNAME=token", "OCI_PASSWORD="+registrytest.Publisher, "OCI_RESULTS_DIR="+results,
		"OCI_API_BLOBS_DELETE=false", "OCI_API_MANIFESTS_DELETE=false", "OCI_API_TAGS_DELETE=false",
		"OCI_API_BLOBS_MOUNT_ANONYMOUS=false", "OCI_DATA_SHA512=false", "OCI_DATA_NONDISTRIBUTABLE=false",
	)
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}
