package bus

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"tranship.dev/tranship/internal/practice/signature"
)

// An agent has one ed25519 key; on the bus it is written as an nkey user.

func keyOption(key ed25519.PrivateKey) (nats.Option, error) {
	public, err := nkeys.Encode(nkeys.PrefixByteUser, key.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, fmt.Errorf("agent key: %w", err)
	}
	sign := func(nonce []byte) ([]byte, error) { return ed25519.Sign(key, nonce), nil }
	return nats.Nkey(string(public), sign), nil
}

// publicKeyOf gives the key of an nkey user that signed nonce; an error otherwise.
func publicKeyOf(nkey, nonce, signed string) (signature.PublicKey, error) {
	raw, err := nkeys.Decode(nkeys.PrefixByteUser, []byte(nkey))
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return "", fmt.Errorf("%q is not an agent's key", nkey)
	}
	sig, err := base64.RawURLEncoding.DecodeString(signed)
	if err != nil {
		// Clients of other languages send padded base64.
		if sig, err = base64.StdEncoding.DecodeString(signed); err != nil {
			return "", fmt.Errorf("signature of the challenge is not base64")
		}
	}
	if nonce == "" || !ed25519.Verify(raw, []byte(nonce), sig) {
		return "", fmt.Errorf("challenge is not signed by the key")
	}
	return signature.Encode(raw), nil
}

func newSecret() string {
	var raw [32]byte
	rand.Read(raw[:]) // never fails since Go 1.24
	return hex.EncodeToString(raw[:])
}
