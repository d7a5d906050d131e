package practice

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gowebpki/jcs"
)

// Digest names content: "sha256:" and 64 lower case hexadecimal digits.
type Digest string

// DigestOf gives the digest of content.
func DigestOf(content []byte) Digest {
	sum := sha256.Sum256(content)
	return Digest("sha256:" + hex.EncodeToString(sum[:]))
}

// Check refuses anything that is not a sha256 digest.
func (d Digest) Check() error {
	sum, found := strings.CutPrefix(string(d), "sha256:")
	if raw, err := hex.DecodeString(sum); found && err == nil && len(raw) == sha256.Size && sum == strings.ToLower(sum) {
		return nil
	}
	return Faultf(Invalid, "digest %q is not sha256: followed by 64 hexadecimal digits", string(d))
}

// Hex gives the digits without "sha256:".
func (d Digest) Hex() string { return strings.TrimPrefix(string(d), "sha256:") }

// Short gives the first 12 digits, for people.
func (d Digest) Short() string {
	hexed := d.Hex()
	return hexed[:min(12, len(hexed))]
}

// Canonical gives v as canonical JSON (RFC 8785): the same value always gives the same bytes.
func Canonical(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("canonical JSON: %w", err)
	}
	canonical, err := jcs.Transform(raw)
	if err != nil {
		return nil, fmt.Errorf("canonical JSON: %w", err)
	}
	return canonical, nil
}

// CanonicalDigest gives the digest of v's canonical JSON.
func CanonicalDigest(v any) (Digest, error) {
	canonical, err := Canonical(v)
	if err != nil {
		return "", err
	}
	return DigestOf(canonical), nil
}
