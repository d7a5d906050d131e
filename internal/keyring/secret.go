package keyring

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// masterName is the file of the key that secrets shared with others are derived
// from. It is apart from keys.json, so that rotating one never touches the other.
const masterName = "secrets.key"

// Secret gives the 32 bytes of the secret for a purpose: always the same for the
// same purpose, and without the master key nothing can be learnt about one from
// another. A purpose names the use, its owner and a generation, such as
// "webhook/default/site/3": a new generation is a new secret, which is how one
// is rotated.
func (r *Ring) Secret(purpose string) []byte {
	mac := hmac.New(sha256.New, r.master)
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}

// openMaster reads the master key of a directory, or makes it when there is none yet.
func openMaster(dir string) ([]byte, error) {
	file := filepath.Join(dir, masterName)
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		master := make([]byte, sha256.Size)
		_, _ = rand.Read(master) // never fails
		return master, replaceFile(dir, masterName, []byte(base64.StdEncoding.EncodeToString(master)+"\n"))
	}
	if err != nil {
		return nil, fmt.Errorf("read the key of secrets: %w", err)
	}
	master, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(raw)))
	if err != nil || len(master) != sha256.Size {
		return nil, practice.Faultf(practice.Refused, "the key of secrets in %s is not 32 bytes of base64", file).
			WithHint("restore the file from a backup; without it a new one is made, and every secret shared with others must be given out again").Final()
	}
	return master, nil
}
