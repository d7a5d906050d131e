package cli_test

import (
	"bytes"
	"crypto/ed25519"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/practice/record/recordtest"
	"tranship.dev/tranship/internal/practice/signature"
)

// bundle gives a real bundle of a deployment and its key.
func bundle(t *testing.T) ([]byte, signature.PublicKey) {
	t.Helper()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32))
	store := recordtest.NewMemory()
	who := practice.Actor{Kind: practice.Person, Name: "anna"}
	at := time.Date(2026, 11, 17, 12, 0, 0, 0, time.UTC)
	entries := []practice.Entry{
		{Kind: record.Requested, Subject: "deployment/D-1", Who: who, When: at, Data: map[string]any{record.DataRelease: "web@1", record.DataEnvironment: "live"}},
		{Kind: record.Ended, Subject: "deployment/D-1", Who: who, When: at, Data: map[string]any{record.DataResult: "succeeded"}},
	}
	if _, err := record.Enter(store, practice.DefaultScope, entries, key); err != nil {
		t.Fatal(err)
	}
	raw, err := record.Export(store, practice.DefaultScope, "D-1", key)
	if err != nil {
		t.Fatal(err)
	}
	return raw, signature.Encode(key.Public().(ed25519.PublicKey))
}

func TestVerifyNeedsNoServer(t *testing.T) {
	t.Parallel()
	raw, key := bundle(t)
	dir := t.TempDir()
	file, keys, altered := filepath.Join(dir, "D-1"), filepath.Join(dir, "keys"), filepath.Join(dir, "altered")
	for path, content := range map[string][]byte{
		file: raw, altered: bytes.Replace(raw, []byte("succeeded"), []byte("succeedet"), 1),
		keys: []byte("# of the server\n" + string(key) + " # present\n"),
	} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	none := map[string]string{}
	runWith(t, none, "", "verify", file, "--key", string(key)).want(t, 0, "verified", "2 entries")
	runWith(t, none, "", "verify", file, "--key", keys, "-o", "json").want(t, 0, `"subject": "deployment/D-1"`)
	runWith(t, none, "", "verify", altered, "--key", keys).want(t, 8, "NOT verified", "line 3")
	other := signature.Encode(ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, 32)).Public().(ed25519.PublicKey))
	runWith(t, none, "", "verify", file, "--key", string(other)).want(t, 8, "NOT verified", "checkpoint")
	runWith(t, none, "", "verify", filepath.Join(dir, "none"), "--key", keys).want(t, 11)
}

func TestVerifyLogEndsWithWhatTheServerFound(t *testing.T) {
	t.Parallel()
	s := serve(t, map[string]http.HandlerFunc{"POST /api/v1/record/verify": answer(
		`{"scope":"default","entries":3,"head":{"size":3,"root":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},"findings":[{"check":"entry","where":"entry 2","message":"its hash is another"}]}`)})
	since := filepath.Join(t.TempDir(), "head")
	if err := os.WriteFile(since, []byte("a checkpoint\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, s.URL, "verify", "--log", "--since", since).want(t, 8, "NOT verified", "entry 2: its hash is another")
	if body := s.requests("POST", "/api/v1/record/verify")[0].body; !strings.Contains(body, `a checkpoint\n`) {
		t.Errorf("asked with %s", body)
	}
}

func TestKeysAreMadeOnceAndReadBack(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "publisher.key")
	made := runWith(t, nil, "", "key", "create", file)
	made.want(t, 0)
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("key file %v, %v; want mode 0600", info, err)
	}
	for _, path := range []string{file, file + ".pub"} {
		if shown := runWith(t, nil, "", "key", "show", path); shown.out != made.out {
			t.Errorf("key show %s printed %q; want %q", path, shown.out, made.out)
		}
	}
	runWith(t, nil, "", "key", "create", file).want(t, 7, "exists already")
}
