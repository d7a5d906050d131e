package library

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/signature"
)

// The names of the formats that a publisher signs.
const (
	StatementType        = "https://in-toto.io/Statement/v1"
	ReleasePredicateType = "https://in-toto.io/attestation/release/v0.2"
	StatementPayloadType = "application/vnd.in-toto+json"
)

// Statement is what a publisher signs about one version: an in-toto statement
// with the release predicate. https://in-toto.io/attestation/release
type Statement struct {
	Type          string           `json:"_type"`
	Subject       []Subject        `json:"subject"`
	PredicateType string           `json:"predicateType"`
	Predicate     ReleasePredicate `json:"predicate"`
}

// Subject is the content that a statement is about.
type Subject struct {
	Name   string            `json:"name"`   // the component
	Digest map[string]string `json:"digest"` // "sha256" to hexadecimal digits
}

// ReleasePredicate says which version of which component the content is.
type ReleasePredicate struct {
	PURL      string  `json:"purl"`             // "pkg:generic/COMPONENT@VERSION"
	PackageID string  `json:"packageId"`        // the component
	Version   string  `json:"version"`          // the version, as it is written in the library
	Origin    *Origin `json:"origin,omitempty"` // where the publisher says that it comes from
}

// NewStatement says that digest is the content of a component's version.
func NewStatement(component, version string, digest practice.Digest, origin Origin) Statement {
	s := Statement{
		Type:          StatementType,
		Subject:       []Subject{{Name: component, Digest: map[string]string{"sha256": digest.Hex()}}},
		PredicateType: ReleasePredicateType,
		Predicate: ReleasePredicate{
			PURL:      fmt.Sprintf("pkg:generic/%s@%s", url.PathEscape(component), url.PathEscape(version)),
			PackageID: component,
			Version:   version,
		},
	}
	if origin != (Origin{}) {
		s.Predicate.Origin = &origin
	}
	return s
}

// Sign seals s with the publisher's key. The same statement and key always give the same envelope.
func (s Statement) Sign(key ed25519.PrivateKey) (signature.Envelope, error) {
	payload, err := practice.Canonical(s)
	if err != nil {
		return signature.Envelope{}, fmt.Errorf("sign statement: %w", err)
	}
	return signature.Sign(key, StatementPayloadType, payload), nil
}

// OpenStatement gives the statement of an envelope that one of the publishers
// signed, and the publisher's key. Refused, with its reason, when there is no
// envelope, no publisher is trusted, none of them signed it, or it is no release statement.
func OpenStatement(e *signature.Envelope, publishers ...signature.PublicKey) (Statement, signature.PublicKey, error) {
	var s Statement
	if e == nil || len(e.Signatures) == 0 {
		return s, "", refuse("it is not signed").WithHint("sign it with tranship library add --key").Final()
	}
	if len(publishers) == 0 {
		return s, "", refuse("its component names no publisher that may sign").
			WithHint("list the publishers' public keys in the component's signature.publishers").Final()
	}
	payload, by, err := signature.Open(*e, StatementPayloadType, publishers...)
	if err != nil {
		return s, "", err
	}
	if err := json.Unmarshal(payload, &s); err != nil {
		return s, "", refuse("the signed statement cannot be read: %v", err).Final()
	}
	if s.Type != StatementType || s.PredicateType != ReleasePredicateType {
		return s, "", refuse("the signed statement is a %q with a %q, not a %q with a %q",
			s.Type, s.PredicateType, StatementType, ReleasePredicateType).Final()
	}
	return s, by, nil
}

// VerifyStatement checks that one of the publishers signed that digest is the
// content of the component's version. It gives that publisher's key. Refused
// and terminal, with the reason, when anything is missing or differs: planning
// and executors both ask it.
func VerifyStatement(e *signature.Envelope, component, version string, digest practice.Digest, publishers ...signature.PublicKey) (signature.PublicKey, error) {
	s, by, err := OpenStatement(e, publishers...)
	if err == nil {
		err = s.Covers(component, version, digest)
	}
	if fault, ok := errors.AsType[*practice.Error](err); ok {
		named := *fault
		named.Message = fmt.Sprintf("signature of %s@%s: %s", component, version, fault.Message)
		return "", &named
	}
	return by, err
}

// Covers refuses when s is about another component, version or content.
func (s Statement) Covers(component, version string, digest practice.Digest) error {
	if err := digest.Check(); err != nil {
		return err
	}
	if s.Predicate.PackageID != component {
		return refuse("it was given for component %q", s.Predicate.PackageID).Final()
	}
	if s.Predicate.Version != version {
		return refuse("it was given for version %q", s.Predicate.Version).Final()
	}
	for _, subject := range s.Subject {
		if subject.Digest["sha256"] == digest.Hex() {
			return nil
		}
	}
	return refuse("it was given for other content than %s", digest).Final()
}

func refuse(format string, args ...any) *practice.Error {
	return practice.Faultf(practice.Refused, format, args...)
}
