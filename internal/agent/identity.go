package agent

import (
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"tranship.dev/tranship/internal/practice"
)

// Identity is who an enrolled agent is and where its server is: identity.json
// in the state directory. The key lies beside it and never leaves the host.
type Identity struct {
	Name        string         `json:"name"`
	Scope       practice.Scope `json:"scope"`
	ServerURL   string         `json:"serverURL"`
	BusURL      string         `json:"busURL"`
	RegistryURL string         `json:"registryURL"`
	MediaToken  string         `json:"mediaToken"`
	CA          string         `json:"ca,omitempty"` // PEM of the only CA that is trusted; "": the host's own
}

// The files in the state directory.
const (
	identityFile = "identity.json"
	keyFile      = "key.pem"
	journalFile  = "journal.db"
)

// JournalPath gives the path of the journal in a state directory.
func JournalPath(stateDir string) string { return filepath.Join(stateDir, journalFile) }

// LoadIdentity gives the identity and the key of an enrolled agent; NotFound
// when it is not enrolled.
func LoadIdentity(stateDir string) (Identity, ed25519.PrivateKey, error) {
	var id Identity
	raw, err := os.ReadFile(filepath.Join(stateDir, identityFile))
	if errors.Is(err, fs.ErrNotExist) {
		return id, nil, practice.Faultf(practice.NotFound, "there is no agent enrolled in %s", stateDir).WithHint("enrol it: tranship agent enrol").Final()
	}
	if err != nil {
		return id, nil, fmt.Errorf("identity: %w", err)
	}
	if err := json.Unmarshal(raw, &id); err != nil {
		return id, nil, fmt.Errorf("identity %s: %w", stateDir, err)
	}
	key, err := loadKey(stateDir)
	return id, key, err
}

// TLS gives how the agent trusts its server: exactly the pinned CA, or the
// host's certificates when none was pinned (nil).
func (id Identity) TLS() (*tls.Config, error) {
	if id.CA == "" {
		return nil, nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(id.CA)) {
		return nil, practice.Faultf(practice.Invalid, "the CA of agent %s cannot be read", id.Name).WithHint("enrol the agent again").Final()
	}
	return &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, nil
}

func loadKey(stateDir string) (ed25519.PrivateKey, error) {
	file := filepath.Join(stateDir, keyFile)
	info, err := os.Lstat(file)
	if err != nil {
		return nil, fmt.Errorf("agent key: %w", err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return nil, practice.Faultf(practice.Refused, "agent key %s has mode %s", file, info.Mode()).WithHint("make it a file that its owner alone can read: chmod 0600").Final()
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("agent key: %w", err)
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, practice.Faultf(practice.Invalid, "agent key %s is not PEM", file).Final()
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("agent key %s: %w", file, err)
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, practice.Faultf(practice.Invalid, "agent key %s is not an ed25519 key", file).Final()
	}
	return key, nil
}

// makeKey gives the key of the state directory, made now when there is none:
// an enrolment that was interrupted goes on with the key that it began with.
func makeKey(stateDir string) (ed25519.PrivateKey, error) {
	key, err := loadKey(stateDir)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if _, key, err = ed25519.GenerateKey(nil); err != nil {
		return nil, fmt.Errorf("make agent key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("make agent key: %w", err)
	}
	return key, writeDurably(stateDir, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// writeDurably replaces a file at once or not at all, also over a loss of power.
func writeDurably(dir, name string, content []byte) error {
	f, err := os.CreateTemp(dir, "."+name+"-*") // mode 0600
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer func() { _ = os.Remove(f.Name()) }() // of no effect once it has its name
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, name)); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
