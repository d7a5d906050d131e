//go:build lab

package registry_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/registry/registrytest"
)

// TestSkopeo copies an image in and out with a client that is not ours.
func TestSkopeo(t *testing.T) {
	t.Parallel()
	s := registrytest.Serve(t, nil, nil)
	push(t, client(t, s, "shop/api", registrytest.Publisher), "1.0.0", "layer of the shop", nil)
	host := strings.TrimPrefix(s.URL, "http://")
	skopeo := func(arguments ...string) string {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), "skopeo", arguments...).CombinedOutput()
		if err != nil {
			t.Fatalf("skopeo %s: %v\n%s", strings.Join(arguments, " "), err, out)
		}
		return string(out)
	}
	token := "token:" + registrytest.Publisher
	dir := "dir:" + filepath.Join(t.TempDir(), "copy")
	skopeo("copy", "--src-tls-verify=false", "--src-creds", token, "docker://"+host+"/shop/api:1.0.0", dir)
	skopeo("copy", "--dest-tls-verify=false", "--dest-creds", token, dir, "docker://"+host+"/shop/other:2.0.0")
	if tags := skopeo("list-tags", "--tls-verify=false", "--creds", token, "docker://"+host+"/shop/other"); !strings.Contains(tags, `"2.0.0"`) {
		t.Errorf("tags are %s", tags)
	}
	raw := skopeo("inspect", "--raw", "--tls-verify=false", "--creds", token, "docker://"+host+"/shop/other:2.0.0")
	if raw != skopeo("inspect", "--raw", "--tls-verify=false", "--creds", token, "docker://"+host+"/shop/api:1.0.0") {
		t.Errorf("the copy's manifest is %s", raw)
	}
}
