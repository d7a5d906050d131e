package keyring_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"tranship.dev/tranship/internal/keyring"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// An agent that trusts the document before a rotation can open the one after it.
func TestRotationNeedsNoTouchOfHosts(t *testing.T) {
	t.Parallel()
	ring := open(t, t.TempDir())
	first, err := ring.Trust()
	if err != nil {
		t.Fatal(err)
	}
	known, err := deployment.OpenTrust(first, ring.OrderKeys()...)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := ring.Rotate(); err != nil {
			t.Fatal(err)
		}
		next, err := ring.Trust()
		if err != nil {
			t.Fatal(err)
		}
		learnt, err := deployment.OpenTrust(next, known.Keys...)
		if err != nil {
			t.Fatalf("a document after a rotation is refused: %v", err)
		}
		if learnt.Serial <= known.Serial {
			t.Fatalf("serial went from %d to %d", known.Serial, learnt.Serial)
		}
		known = learnt
	}
}

func TestKeysSurviveARestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ring := open(t, dir)
	if err := ring.RaiseEpoch(); err != nil {
		t.Fatal(err)
	}
	if err := ring.RotateRecord(); err != nil {
		t.Fatal(err)
	}
	again := open(t, dir)
	if again.Epoch() != 2 || again.OrderKeys()[1] != ring.OrderKeys()[1] || len(again.RecordKeys()) != 2 {
		t.Errorf("after a restart: epoch %d, %d record keys", again.Epoch(), len(again.RecordKeys()))
	}
	info, err := os.Stat(filepath.Join(dir, "keys.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("keys.json: %v, %v; want mode 0600", info.Mode(), err)
	}
}

func TestDamagedKeysAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "keys.json"), []byte(`{"order":"x"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Open(dir); practice.CodeOf(err) != practice.Refused {
		t.Errorf("damaged keys: %v; want refused", err)
	}
}

func open(t *testing.T, dir string) *keyring.Ring {
	t.Helper()
	ring, err := keyring.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// An executor that has missed any number of changes takes them in one by one.
func TestMissedDocumentsLeadToThePresentOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ring := open(t, dir)
	first, err := ring.Trust()
	if err != nil {
		t.Fatal(err)
	}
	known, err := deployment.OpenTrust(first, ring.OrderKeys()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []func() error{ring.Rotate, ring.Rotate, ring.RaiseEpoch, ring.RotateRecord, ring.Rotate} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
	}
	again := open(t, dir)
	present, err := again.Trust()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := deployment.OpenTrust(present, known.Keys...); err == nil {
		t.Fatal("the present document is trusted without those between: the test proves nothing")
	}
	for _, e := range append(again.TrustSince(known.Serial), present) {
		next, err := deployment.OpenTrust(e, known.Keys...)
		if err != nil || next.Serial != known.Serial+1 {
			t.Fatalf("after document %d: %+v, %v", known.Serial, next, err)
		}
		known = next
	}
	if known.Serial != 5 || known.Epoch != 2 {
		t.Errorf("in the end: document %d, epoch %d; want 5 and 2", known.Serial, known.Epoch)
	}
}

// A secret is the same after a restart and after every rotation of keys, and
// another for every purpose, generation and installation.
func TestSecretsLastAndDiffer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ring := open(t, dir)
	first := ring.Secret("webhook/default/site/1")
	if len(first) != 32 {
		t.Fatalf("a secret has %d bytes; want 32", len(first))
	}
	for _, change := range []func() error{ring.Rotate, ring.RotateRecord, ring.RaiseEpoch} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
	}
	again := open(t, dir)
	if !bytes.Equal(first, ring.Secret("webhook/default/site/1")) || !bytes.Equal(first, again.Secret("webhook/default/site/1")) {
		t.Error("a secret changed with the keys or with a restart")
	}
	others := [][]byte{again.Secret("webhook/default/site/2"), again.Secret("webhook/default/other/1"), open(t, t.TempDir()).Secret("webhook/default/site/1")}
	for i, other := range others {
		if bytes.Equal(first, other) {
			t.Errorf("secret %d is the same as the first", i)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "secrets.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("secrets.key: %v, %v; want mode 0600", info, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "secrets.key"), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Open(dir); practice.CodeOf(err) != practice.Refused {
		t.Errorf("a damaged key of secrets gave %v; want refused", err)
	}
}
