package mask

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// largest is how long a secret may be.
const largest = 64 << 10

var reference = regexp.MustCompile(`\$\{secret\.([^}]*)\}`)

// Fill gives a copy of with in which every ${secret.NAME} within a text is the
// content of the file NAME in the directory dir, without a line's end behind
// it, and the secrets that it used. with is not changed. A secret that does
// not exist, a file that others than its owner may read, and a name that leads
// out of dir are errors that name the input and the secret, never its content.
// dir is not looked at when with refers to no secret.
func Fill(with map[string]any, dir string) (map[string]any, []string, error) {
	f := filler{dir: dir, known: map[string]string{}}
	defer f.close()
	filled, err := f.value(with, "with")
	if err != nil {
		return nil, nil, err
	}
	secrets := make([]string, 0, len(f.known))
	for _, secret := range f.known {
		secrets = append(secrets, secret)
	}
	slices.Sort(secrets)
	if filled == nil {
		return nil, secrets, nil
	}
	return filled.(map[string]any), secrets, nil
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

func (f *filler) value(v any, path string) (any, error) {
	switch v := v.(type) {
	case string:
		return f.text(v, path)
	case map[string]any:
		if v == nil {
			return nil, nil
		}
		filled := make(map[string]any, len(v))
		for name, item := range v {
			done, err := f.value(item, path+"."+name)
			if err != nil {
				return nil, err
			}
			filled[name] = done
		}
		return filled, nil
	case []any:
		filled := make([]any, len(v))
		for at, item := range v {
			done, err := f.value(item, fmt.Sprintf("%s[%d]", path, at))
			if err != nil {
				return nil, err
			}
			filled[at] = done
		}
		return filled, nil
	}
	return v, nil
}

func (f *filler) text(text, path string) (string, error) {
	var filled strings.Builder
	from := 0
	for _, at := range reference.FindAllStringSubmatchIndex(text, -1) {
		secret, err := f.secret(text[at[2]:at[3]], path)
		if err != nil {
			return "", err
		}
		filled.WriteString(text[from:at[0]])
		filled.WriteString(secret)
		from = at[1]
	}
	filled.WriteString(text[from:])
	return filled.String(), nil
}

func (f *filler) secret(name, path string) (string, error) {
	if secret, found := f.known[name]; found {
		return secret, nil
	}
	if err := practice.CheckName("secret", name); err != nil {
		return "", practice.Faultf(practice.Invalid, "%s: %v", path, err).Final()
	}
	if f.root == nil {
		root, err := os.OpenRoot(f.dir)
		if err != nil {
			return "", absent(name, path, f.dir, err)
		}
		f.root = root
	}
	file, err := f.root.Open(name)
	if err != nil {
		return "", absent(name, path, f.dir, err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", fmt.Errorf("%s: secret %s: %w", path, name, err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return "", practice.Faultf(practice.Refused, "%s: the file of secret %s has mode %04o", path, name, info.Mode().Perm()).
			WithHint("make it a file that its owner alone can read: chmod 0600").Final()
	}
	content, err := io.ReadAll(io.LimitReader(file, largest+1))
	if err != nil {
		return "", fmt.Errorf("%s: secret %s: %w", path, name, err)
	}
	if len(content) > largest {
		return "", practice.Faultf(practice.Invalid, "%s: secret %s is longer than %d bytes", path, name, largest).Final()
	}
	secret := strings.TrimSuffix(strings.TrimSuffix(string(content), "\n"), "\r")
	f.known[name] = secret
	return secret, nil
}

func absent(name, path, dir string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return practice.Faultf(practice.NotFound, "%s: there is no secret %s on this target", path, name).
			WithHint("put it into a file of that name, mode 0600, in the agent's secrets directory %s", dir).Final()
	}
	return fmt.Errorf("%s: secret %s: %w", path, name, err)
}
