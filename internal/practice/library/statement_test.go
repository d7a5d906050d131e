package library_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"testing"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/signature"
)

func key(seed byte) (ed25519.PrivateKey, signature.PublicKey) {
	k := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	return k, signature.Encode(k.Public().(ed25519.PublicKey))
}

func TestStatementForm(t *testing.T) {
	t.Parallel()
	digest := practice.DigestOf([]byte("manifest"))
	s := library.NewStatement("billing-api", "1.2.0+build", digest, library.Origin{Commit: "abc"})
	private, public := key(1)
	e, err := s.Sign(private)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := base64.StdEncoding.DecodeString(e.Payload)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"_type":"https://in-toto.io/Statement/v1",` +
		`"predicate":{"origin":{"commit":"abc"},"packageId":"billing-api","purl":"pkg:generic/billing-api@1.2.0+build","version":"1.2.0+build"},` +
		`"predicateType":"https://in-toto.io/attestation/release/v0.2",` +
		`"subject":[{"digest":{"sha256":"` + digest.Hex() + `"},"name":"billing-api"}]}`
	if string(payload) != want {
		t.Errorf("payload is\n%s, not\n%s", payload, want)
	}
	by, err := library.VerifyStatement(&e, "billing-api", "1.2.0+build", digest, public)
	if err != nil || by != public {
		t.Errorf("signed by %q, %v", by, err)
	}
}

func TestStatementIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	private, public := key(1)
	_, stranger := key(2)
	digest := practice.DigestOf([]byte("manifest"))
	good, err := library.NewStatement("api", "1", digest, library.Origin{}).Sign(private)
	if err != nil {
		t.Fatal(err)
	}
	altered := good
	altered.Payload = base64.StdEncoding.EncodeToString([]byte(`{"_type":"x"}`))
	otherType := signature.Sign(private, library.StatementPayloadType, []byte(`{"_type":"https://in-toto.io/Statement/v1","predicateType":"other"}`))
	otherPayload := signature.Sign(private, "text/plain", []byte(`{}`))
	for name, c := range map[string]struct {
		envelope           *signature.Envelope
		component, version string
		digest             practice.Digest
		publishers         []signature.PublicKey
		want               string
	}{
		"none":              {nil, "api", "1", digest, []signature.PublicKey{public}, "it is not signed"},
		"no signatures":     {&signature.Envelope{}, "api", "1", digest, []signature.PublicKey{public}, "it is not signed"},
		"no publisher":      {&good, "api", "1", digest, nil, "names no publisher"},
		"stranger":          {&good, "api", "1", digest, []signature.PublicKey{stranger}, "no trusted key signed"},
		"altered":           {&altered, "api", "1", digest, []signature.PublicKey{public}, "no trusted key signed"},
		"another component": {&good, "web", "1", digest, []signature.PublicKey{public}, `for component "api"`},
		"another version":   {&good, "api", "2", digest, []signature.PublicKey{public}, `for version "1"`},
		"other content":     {&good, "api", "1", practice.DigestOf(nil), []signature.PublicKey{public}, "for other content"},
		"other statement":   {&otherType, "api", "1", digest, []signature.PublicKey{public}, `with a "other"`},
		"other payload":     {&otherPayload, "api", "1", digest, []signature.PublicKey{public}, `signed payload is "text/plain"`},
	} {
		_, err := library.VerifyStatement(c.envelope, c.component, c.version, c.digest, c.publishers...)
		if practice.CodeOf(err) != practice.Refused || !strings.Contains(err.Error(), c.want) ||
			!strings.HasPrefix(err.Error(), "signature of "+c.component+"@"+c.version+": ") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
