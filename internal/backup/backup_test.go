package backup_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tranship.dev/tranship/internal/backup"
	"tranship.dev/tranship/internal/practice"
)

func TestBackupBringsEveryFileBack(t *testing.T) {
	t.Parallel()
	raw, files := made(t)
	dir := filepath.Join(t.TempDir(), "restored")
	head, err := backup.Restore(bytes.NewReader(raw), dir)
	if err != nil {
		t.Fatal(err)
	}
	if head.Version != "1.2.3" {
		t.Errorf("version %q; want 1.2.3", head.Version)
	}
	for name, content := range files {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != content {
			t.Errorf("%s: %q, %v; want %q", name, got, err, content)
		}
	}
}

// Every altered byte, and every cut, is found before anything is put in place.
func TestBrokenBackupIsRefused(t *testing.T) {
	t.Parallel()
	raw, _ := made(t)
	for i := 0; i < len(raw); i += 61 {
		altered := bytes.Clone(raw)
		altered[i] ^= 1
		dir := filepath.Join(t.TempDir(), "restored")
		_, err := backup.Restore(bytes.NewReader(altered), dir)
		if err == nil && !sameContent(t, dir, raw) {
			t.Fatalf("byte %d altered: restored without a word", i)
		}
		if err != nil {
			if _, there := os.Stat(dir); there == nil {
				t.Fatalf("byte %d altered: %s exists after the refusal", i, dir)
			}
		}
	}
	for _, length := range []int{0, 1, 512, len(raw) / 2, len(raw) - 2000} {
		if _, err := backup.Verify(bytes.NewReader(raw[:length])); practice.CodeOf(err) != practice.Refused {
			t.Errorf("cut to %d bytes: %v; want refused", length, err)
		}
	}
}

// sameContent says whether what was restored is what was backed up: the
// altered byte was padding or a field without meaning.
func sameContent(t *testing.T, dir string, raw []byte) bool {
	t.Helper()
	want := filepath.Join(t.TempDir(), "want")
	if _, err := backup.Restore(bytes.NewReader(raw), want); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tranship.db", "keys/keys.json", "media/blobs/sha256/ab/abcd"} {
		a, errA := os.ReadFile(filepath.Join(dir, name))
		b, errB := os.ReadFile(filepath.Join(want, name))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			return false
		}
	}
	return true
}

func TestRestoreNeedsAnEmptyDirectory(t *testing.T) {
	t.Parallel()
	raw, _ := made(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "tranship.db"), []byte("live"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(bytes.NewReader(raw), dir); practice.CodeOf(err) != practice.Conflict {
		t.Errorf("restore over a live directory: %v; want conflict", err)
	}
}

func made(t *testing.T) ([]byte, map[string]string) {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"tranship.db":                "rows",
		"keys/keys.json":             "{}",
		"media/blobs/sha256/ab/abcd": "content",
	}
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	err := backup.Write(&out, backup.Head{Version: "1.2.3", At: time.Unix(0, 0).UTC()}, []backup.Part{
		{Name: "tranship.db", Source: filepath.Join(dir, "tranship.db")},
		{Name: "keys", Source: filepath.Join(dir, "keys")},
		{Name: "media/blobs", Source: filepath.Join(dir, "media/blobs")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), files
}
