package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strings"

	"tranship.dev/tranship/internal/practice"
)

// Digest gives the plan's digest: that of the header's canonical JSON, which
// holds the digest of the targets.
func (h Header) Digest() (practice.Digest, error) {
	d, err := practice.CanonicalDigest(h)
	if err != nil {
		return "", fmt.Errorf("plan of %s: %w", h.Release, err)
	}
	return d, nil
}

// SumTargets gives the digest of targets, whatever their order: see Sum.
func SumTargets(targets []Target) (practice.Digest, error) {
	order := make([]*Target, len(targets))
	for i := range targets {
		order[i] = &targets[i]
	}
	slices.SortFunc(order, func(a, b *Target) int { return strings.Compare(a.Name, b.Name) })
	sum := NewSum()
	for _, t := range order {
		if err := sum.Add(*t); err != nil {
			return "", err
		}
	}
	return sum.Digest(), nil
}

// Sum computes the digest of targets one by one: sha256 over the canonical JSON
// of each, one after the other, in the bytewise order of their names. A store
// that lists a plan's targets by name can be checked page by page. Artifacts that
// targets share may not change in the meantime.
type Sum struct {
	hash  hash.Hash
	last  string
	texts artifactTexts
}

// NewSum begins a sum.
func NewSum() *Sum { return &Sum{hash: sha256.New(), texts: artifactTexts{}} }

// Add takes the next target; one that is not after the last by name is refused.
func (s *Sum) Add(t Target) error {
	if t.Name <= s.last {
		return fmt.Errorf("sum of targets: %q does not come after %q", t.Name, s.last)
	}
	s.last = t.Name
	raw, err := s.texts.canonicalTarget(&t)
	if err != nil {
		return fmt.Errorf("sum of targets: %s: %w", t.Name, err)
	}
	s.hash.Write(raw)
	return nil
}

// Digest gives the sum of all that were added.
func (s *Sum) Digest() practice.Digest {
	return practice.Digest("sha256:" + hex.EncodeToString(s.hash.Sum(nil)))
}

// Verify refuses when the targets are not exactly those of the header, or the
// header is not the one with the digest.
func Verify(h Header, targets []Target, digest practice.Digest) error {
	sum, err := SumTargets(targets)
	if err != nil {
		return err
	}
	if sum != h.TargetsSum {
		return practice.Faultf(practice.Refused, "the plan's targets have digest %s, not %s", sum, h.TargetsSum).Final()
	}
	found, err := h.Digest()
	if err != nil {
		return err
	}
	if found != digest {
		return practice.Faultf(practice.Refused, "the plan has digest %s, not %s", found, digest).Final()
	}
	return nil
}
