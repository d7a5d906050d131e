package cli

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// settings is what login keeps: the server and how to speak with it.
type settings struct {
	URL   string `json:"url"`
	Token string `json:"token"`
	CA    string `json:"ca,omitempty"` // PEM; empty: whom the system trusts
}

// settingsPath gives the file of the settings; false where the environment
// names no place for it.
func (c *console) settingsPath() (string, bool) {
	dir := c.Getenv("XDG_CONFIG_HOME")
	if dir == "" {
		home := c.Getenv("HOME")
		if home == "" {
			return "", false
		}
		dir = filepath.Join(home, ".config")
	}
	return filepath.Join(dir, "tranship", "config.json"), true
}

// settings gives what login kept, with what the environment says instead. A
// kept token and authority go with the kept server only, never to another.
func (c *console) settings() (settings, error) {
	kept, err := c.kept()
	if err != nil {
		return kept, err
	}
	if text := c.Getenv("TRANSHIP_URL"); text != "" {
		where, err := serverURL(text)
		if err != nil {
			return kept, err
		}
		if where != kept.URL {
			kept = settings{URL: where}
		}
	}
	if token := c.Getenv("TRANSHIP_TOKEN"); token != "" {
		kept.Token = token
	}
	if file := c.Getenv("TRANSHIP_CA"); file != "" {
		if kept.CA, err = readCA(file); err != nil {
			return kept, err
		}
	}
	return kept, nil
}

func (c *console) kept() (settings, error) {
	var kept settings
	path, placed := c.settingsPath()
	if !placed {
		return kept, nil // the environment may say all that is needed
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return kept, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &kept)
	}
	if err != nil {
		return kept, fmt.Errorf("read %s: %w", path, err)
	}
	return kept, nil
}

// placeless says why no settings can be kept.
func placeless() error {
	return misuse("neither XDG_CONFIG_HOME nor HOME is set").WithHint("set TRANSHIP_URL and TRANSHIP_TOKEN instead of tranship login")
}

// keep writes the settings so that only their owner can read them.
func (c *console) keep(s settings) (string, error) {
	path, placed := c.settingsPath()
	if !placed {
		return "", placeless()
	}
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	return path, writeWhole(path, append(raw, '\n'), 0o600)
}

// serverURL reads a server's address. A token must not travel in clear, so http
// is taken for this machine itself only.
func serverURL(text string) (string, error) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.RawQuery != "" || u.User != nil {
		return "", misuse("server address %q is not like https://HOST:PORT", text)
	}
	if u.Scheme == "http" && !thisMachine(u.Hostname()) {
		return "", misuse("server %s has no TLS: the token would travel in clear", u).WithHint("use https; http is taken for this machine itself only")
	}
	return u.String(), nil
}

func thisMachine(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

func readCA(file string) (string, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return "", practice.Faultf(practice.Invalid, "authority: %v", err)
	}
	_, err = poolOf(string(raw))
	return string(raw), err
}

// poolOf gives the authorities of a PEM text; nil for none: whom the system trusts.
func poolOf(text string) (*x509.CertPool, error) {
	if text == "" {
		return nil, nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(text)) {
		return nil, practice.Faultf(practice.Invalid, "the authority's file holds no certificate in PEM").Final()
	}
	return pool, nil
}
