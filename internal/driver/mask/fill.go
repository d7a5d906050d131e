package mask

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/plan"
)

// largest is how long a secret may be.
const largest = 64 << 10

// Fill gives the plain values of a step's inputs: every ${secret.NAME} within a
// text is the content of the file NAME in the directory dir, without a line's end behind
// it, and the secrets that it used. with is not changed. A secret that does
// not exist, a file that others than its owner may read, and a name that leads
// out of dir are errors that name the input and the secret, never its content.
// dir is not looked at when with refers to no secret.
func Fill(with map[string]any, dir string) (map[string]any, []string, error) {
	f := filler{dir: dir, known: map[string]string{}}
	defer f.close()
	filled, err := plan.FillSecrets(with, f.secret)
	if err != nil {
		return nil, nil, err
	}
	secrets := make([]string, 0, len(f.known))
	for _, secret := range f.known {
		secrets = append(secrets, secret)
	}
	slices.Sort(secrets)
	return filled, secrets, nil
}

type filler struct {
	dir   string
	root  *os.Root // opened at the first secret
	known map[string]string
}

func (f *filler) close() {
	if f.root != nil {
		f.root.Close()
	}
}

func (f *filler) secret(name string) (string, error) {
	if secret, found := f.known[name]; found {
		return secret, nil
	}
	if err := practice.CheckName("secret", name); err != nil {
		return "", err
	}
	if f.root == nil {
		root, err := os.OpenRoot(f.dir)
		if err != nil {
			return "", absent(name, f.dir, err)
		}
		f.root = root
	}
	file, err := f.root.Open(name)
	if err != nil {
		return "", absent(name, f.dir, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", fmt.Errorf("secret %s: %w", name, err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return "", practice.Faultf(practice.Refused, "the file of secret %s has mode %04o", name, info.Mode().Perm()).
			WithHint("make it a file that its owner alone can read: chmod 0600").Final()
	}
	content, err := io.ReadAll(io.LimitReader(file, largest+1))
	if err != nil {
		return "", fmt.Errorf("secret %s: %w", name, err)
	}
	if len(content) > largest {
		return "", practice.Faultf(practice.Invalid, "secret %s is longer than %d bytes", name, largest).Final()
	}
	secret := strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
	f.known[name] = secret
	return secret, nil
}

func absent(name, dir string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return practice.Faultf(practice.NotFound, "there is no secret %s on this target", name).
			WithHint("put it into a file of that name, mode 0600, in the agent's secrets directory %s", dir).Final()
	}
	return fmt.Errorf("secret %s: %w", name, err)
}
