package cli

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/signature"
)

func (c *console) key() *cobra.Command {
	create := &cobra.Command{
		Use: "create FILE", Short: "Make a publisher's key pair", Args: exactly("FILE"),
		Long: `Make an ed25519 key pair. The private key goes into FILE (PKCS #8 in PEM), which only
you can read; the public key goes into FILE.pub and is printed. List it in the
signature.publishers of the components that you publish.`,
		RunE: func(_ *cobra.Command, args []string) error { return runKeyCreate(c, args[0]) },
	}
	show := &cobra.Command{
		Use: "show FILE", Short: "Print the public key of a key file", Args: exactly("FILE"),
		RunE: func(_ *cobra.Command, args []string) error { return runKeyShow(c, args[0]) },
	}
	return group("key", "Keys of publishers, and of the server", create, show, c.keyRotate())
}

func runKeyCreate(c *console, path string) error {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return practice.Faultf(practice.Conflict, "%s exists already", path).WithHint("a key is never overwritten: choose another name").Final()
	}
	if err != nil {
		return err
	}
	err = errors.Join(pem.Encode(file, &pem.Block{Type: "PRIVATE KEY", Bytes: raw}), file.Sync(), file.Close())
	if err != nil {
		return err
	}
	if err := writeWhole(path+".pub", []byte(signature.Encode(public)+"\n"), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(c.err, "private key in %s, public key in %s.pub; for signature.publishers of a component:\n", path, path)
	fmt.Fprintln(c.out, signature.Encode(public))
	return nil
}

func runKeyShow(c *console, path string) error {
	keys, err := trustedKeys(path)
	if err != nil {
		return err
	}
	for _, key := range keys {
		fmt.Fprintln(c.out, key)
	}
	return nil
}

// readPrivateKey reads the key of a publisher.
func readPrivateKey(path string) (ed25519.PrivateKey, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, practice.Faultf(practice.Invalid, "key: %v", err).WithHint("tranship key create FILE makes one").Final()
	}
	block, _ := pem.Decode(raw)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, practice.Faultf(practice.Invalid, "%s holds no private key in PEM (PKCS #8)", path).Final()
	}
	key, err := privateKey(block.Bytes)
	if err != nil {
		return nil, practice.Faultf(practice.Invalid, "%s: %v", path, err).Final()
	}
	return key, nil
}

func privateKey(der []byte) (ed25519.PrivateKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("private key cannot be read: %w", err)
	}
	key, is := parsed.(ed25519.PrivateKey)
	if !is {
		return nil, fmt.Errorf("it is a key of type %T, not ed25519", parsed)
	}
	return key, nil
}

// trustedKeys reads public keys: base64 as it is, or a file with lines of
// base64 (# begins a comment), a public key or a private key in PEM.
func trustedKeys(given string) ([]signature.PublicKey, error) {
	if _, err := signature.PublicKey(given).Decode(); err == nil {
		return []signature.PublicKey{signature.PublicKey(given)}, nil
	}
	raw, err := os.ReadFile(given)
	if err != nil {
		return nil, practice.Faultf(practice.Invalid, "key %q is neither base64 of 32 bytes nor a file that can be read", given).Final()
	}
	var keys []signature.PublicKey
	if block, _ := pem.Decode(raw); block != nil {
		key, err := publicKey(block)
		if err != nil {
			return nil, practice.Faultf(practice.Invalid, "%s: %v", given, err).Final()
		}
		return []signature.PublicKey{key}, nil
	}
	for line := range strings.Lines(string(raw)) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key := signature.PublicKey(line)
		if _, err := key.Decode(); err != nil {
			return nil, fmt.Errorf("%s: %w", given, err)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, practice.Faultf(practice.Invalid, "%s holds no key", given).Final()
	}
	return keys, nil
}

func publicKey(block *pem.Block) (signature.PublicKey, error) {
	if block.Type == "PRIVATE KEY" {
		key, err := privateKey(block.Bytes)
		if err != nil {
			return "", err
		}
		return signature.Encode(key.Public().(ed25519.PublicKey)), nil
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return "", fmt.Errorf("public key cannot be read: %w", err)
	}
	key, is := parsed.(ed25519.PublicKey)
	if !is {
		return "", fmt.Errorf("it is a key of type %T, not ed25519", parsed)
	}
	return signature.Encode(key), nil
}
