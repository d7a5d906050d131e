package archive_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"tranship.dev/tranship/internal/archive"
	"tranship.dev/tranship/internal/practice"
)

// TestContentIsKeptByItsDigest: what was altered or taken away is told apart,
// and the same content again repairs it.
func TestContentIsKeptByItsDigest(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "logs")
	a, err := archive.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	content := []byte("what was printed")
	digest, err := a.Put(t.Context(), content)
	if err != nil || digest != practice.DigestOf(content) {
		t.Fatalf("put: %s, %v", digest, err)
	}
	var files []string
	if err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	}); err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	get := func() practice.Code {
		got, err := a.Get(t.Context(), digest)
		if err == nil && string(got) != string(content) {
			t.Errorf("got %q", got)
		}
		return practice.CodeOf(err)
	}
	if err := os.WriteFile(files[0], []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := get(); code != practice.Refused {
		t.Errorf("altered content: %q", code)
	}
	if _, err := a.Put(t.Context(), content); err != nil || get() != "" {
		t.Errorf("put again: %v, then %q", err, get())
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	if code := get(); code != practice.NotFound {
		t.Errorf("absent content: %q", code)
	}
	if _, err := a.Get(t.Context(), "sha256:../../etc/passwd"); practice.CodeOf(err) != practice.Invalid {
		t.Errorf("a digest that is none: %v", err)
	}
}
