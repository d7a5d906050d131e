package artifact_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tranship.dev/tranship/internal/artifact"
	"tranship.dev/tranship/internal/practice"
)

// tree writes files; a name that ends in "*" is executable, a content that begins with "->" is a link.
func tree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		mode := os.FileMode(0o600)
		if plain, runs := strings.CutSuffix(name, "*"); runs {
			name, mode = plain, 0o700
		}
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o750); err != nil {
			t.Fatal(err)
		}
		var err error
		if target, link := strings.CutPrefix(text, "->"); link {
			err = os.Symlink(target, full)
		} else {
			err = os.WriteFile(full, []byte(text), mode)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var sample = map[string]string{
	"bin/serve*":      "#!/bin/sh\nexit 0\n",
	"etc/serve.yaml":  "port: 80\n",
	"etc/current":     "->serve.yaml",
	"lib":             "->./bin/",
	"share/empty":     "",
	"share/a/b/c/d":   "deep",
	"share/ü text":    "name beyond ASCII",
	"share/a-b":       "sorts between a and a/b",
	"share/a/up":      "->../empty",
	"share/long/name": strings.Repeat("block ", 3000),
}

// sampleDigest may only change together with a new Type: published versions would be packed differently.
const sampleDigest = "sha256:f460be5f5d8ec398dbb9e71c448923e4e3ce47bad36304adefa438e74fec4d99"

func TestPackGivesTheSameDigestEverywhere(t *testing.T) {
	t.Parallel()
	dir := tree(t, sample)
	first, err := artifact.Pack(dir)
	if err != nil {
		t.Fatal(err)
	}
	if first.Digest != sampleDigest {
		t.Errorf("digest is %s, not %s", first.Digest, sampleDigest)
	}
	err = filepath.WalkDir(dir, func(name string, e os.DirEntry, err error) error {
		if err != nil || e.Type()&os.ModeSymlink != 0 {
			return err
		}
		if e.Name() == "serve.yaml" {
			err = os.Chmod(name, 0o664)
		}
		if err != nil {
			return err
		}
		return os.Chtimes(name, time.Unix(1, 0), time.Unix(1, 0))
	})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := artifact.Pack(dir); err != nil || again.Digest != first.Digest {
		t.Errorf("with other times and group rights: %s, %v", again.Digest, err)
	}
	if err := os.Chmod(filepath.Join(dir, "etc/serve.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	if other, err := artifact.Pack(dir); err != nil || other.Digest == first.Digest {
		t.Errorf("an executable bit makes no difference: %v", err)
	}
}

func TestPackOfOneFileIsPackOfADirectoryWithIt(t *testing.T) {
	t.Parallel()
	dir := tree(t, map[string]string{"serve*": "binary"})
	one, err := artifact.Pack(filepath.Join(dir, "serve"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := artifact.Pack(dir)
	if err != nil || one.Digest != all.Digest {
		t.Errorf("file %s, directory %s, %v", one.Digest, all.Digest, err)
	}
}

func TestPackRefuses(t *testing.T) {
	t.Parallel()
	fifo := tree(t, nil)
	if err := syscall.Mkfifo(filepath.Join(fifo, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ dir, want string }{
		"fifo":          {fifo, "pipe cannot be packed: it is neither"},
		"absolute link": {tree(t, map[string]string{"a": "->/etc/passwd"}), "is absolute"},
		"link outside":  {tree(t, map[string]string{"d/a": "->../../x"}), "leads outside"},
		"link detour":   {tree(t, map[string]string{"d/a": "->b/../c"}), `has ".." behind a name`},
		"absent":        {"/nowhere/at/all", "there is no file"},
	} {
		_, err := artifact.Pack(c.dir)
		if err == nil || !strings.Contains(err.Error(), c.want) || practice.CodeOf(err) == "" {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
