// Package signature signs and opens DSSE envelopes with ed25519 keys.
// Format: https://github.com/secure-systems-lab/dsse, version 1.
package signature

import (
	"crypto/ed25519"
	"encoding/base64"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"tranship.dev/tranship/internal/practice"
)

// PublicKey is an ed25519 public key as it is written in documents: base64, 32 bytes.
type PublicKey string

// Envelope is a signed payload.
type Envelope = dsse.Envelope

// Encode gives the written form of a key.
func Encode(key ed25519.PublicKey) PublicKey {
	return PublicKey(base64.StdEncoding.EncodeToString(key))
}

// Decode gives the key of its written form; Invalid when it is none.
func (k PublicKey) Decode() (ed25519.PublicKey, error) {
	raw, err := base64.StdEncoding.DecodeString(string(k))
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return nil, practice.Faultf(practice.Invalid, "public key %q is not base64 of 32 bytes", string(k))
	}
	return raw, nil
}

// ID gives the key's identifier: the digest of its bytes, for people and for look-ups.
func (k PublicKey) ID() string {
	raw, err := k.Decode()
	if err != nil {
		return ""
	}
	return practice.DigestOf(raw).Hex()[:16]
}

// Sign seals payload; payloadType says what it is ("application/vnd.in-toto+json").
func Sign(key ed25519.PrivateKey, payloadType string, payload []byte) Envelope {
	public := Encode(key.Public().(ed25519.PublicKey))
	sig := ed25519.Sign(key, dsse.PAE(payloadType, payload))
	return Envelope{
		PayloadType: payloadType,
		Payload:     base64.StdEncoding.EncodeToString(payload),
		Signatures:  []dsse.Signature{{KeyID: public.ID(), Sig: base64.StdEncoding.EncodeToString(sig)}},
	}
}

// Open gives the payload of an envelope that one of the trusted keys signed,
// and the key that did. Refused when the type differs, or no trusted key signed it.
func Open(e Envelope, payloadType string, trusted ...PublicKey) ([]byte, PublicKey, error) {
	if e.PayloadType != payloadType {
		return nil, "", practice.Faultf(practice.Refused, "signed payload is %q, not %q", e.PayloadType, payloadType).Final()
	}
	payload, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil {
		return nil, "", practice.Faultf(practice.Refused, "signed payload is not base64").Final()
	}
	signed := dsse.PAE(e.PayloadType, payload)
	for _, written := range trusted {
		key, err := written.Decode()
		if err != nil {
			return nil, "", fmt.Errorf("trusted key: %w", err)
		}
		for _, s := range e.Signatures {
			sig, err := base64.StdEncoding.DecodeString(s.Sig)
			if err == nil && ed25519.Verify(key, signed, sig) {
				return payload, written, nil
			}
		}
	}
	return nil, "", practice.Faultf(practice.Refused, "no trusted key signed this %s", payloadType).
		WithHint("trusted are %v", ids(trusted)).Final()
}

func ids(keys []PublicKey) []string {
	var out []string
	for _, k := range keys {
		out = append(out, k.ID())
	}
	return out
}
