// Package drift compares what stands on targets with what the record says of
// them (R92): what to look at, what was found, and what follows from it.
package drift

import (
	"encoding/json"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/signature"
)

// InstructionType is the DSSE payload type of an instruction.
const InstructionType = "application/vnd.tranship.inspection.v1+json"

// Instruction tells one agent what to look at. It is signed by the server like
// an order: nothing unsigned is acted on. Looking changes nothing, so that the
// same instruction twice does no harm while it has not expired.
type Instruction struct {
	ID       string            `json:"id"` // unguessable
	Scope    practice.Scope    `json:"scope"`
	Agent    string            `json:"agent"`
	Looks    []Look            `json:"looks,omitempty"`  // by target
	Health   []health.Part     `json:"health,omitempty"` // what to check from now on of these targets, by target and component
	After    string            `json:"after,omitempty"`  // there are more targets after this one: ask for them
	Next     practice.Duration `json:"next"`             // when to ask again, after the last of the targets
	Epoch    int64             `json:"epoch"`
	IssuedAt time.Time         `json:"issuedAt"`
	Expires  time.Time         `json:"expires"`
}

// Look is what to look at on one target.
type Look struct {
	Target   string                    `json:"target"`
	Parts    []Part                    `json:"parts,omitempty"`
	Measures []environment.Requirement `json:"measures,omitempty"` // parameters whose values are to be told
	Watch    []Watching                `json:"watch,omitempty"`    // what the host is watched for
}

// Part is one component of a target: the steps that put it there, to be looked
// at by their drivers.
type Part struct {
	Component string          `json:"component"`
	Mark      string          `json:"mark,omitempty"` // what the record says of it, see MarkOf; empty: nothing
	Like      string          `json:"like"`           // the deployment whose steps these are
	Steps     []plan.Step     `json:"steps"`
	Artifacts []plan.Artifact `json:"artifacts,omitempty"`
}

// Seal signs the instruction.
func (i Instruction) Seal(sign func(payloadType string, payload []byte) signature.Envelope) (signature.Envelope, error) {
	payload, err := practice.Canonical(i)
	if err != nil {
		return signature.Envelope{}, fmt.Errorf("instruction %s: %w", i.ID, err)
	}
	return sign(InstructionType, payload), nil
}

// OpenInstruction gives the instruction of an envelope that a trusted key
// signed; Refused otherwise.
func OpenInstruction(e signature.Envelope, trusted ...signature.PublicKey) (Instruction, error) {
	payload, _, err := signature.Open(e, InstructionType, trusted...)
	if err != nil {
		return Instruction{}, err
	}
	var i Instruction
	if err := json.Unmarshal(payload, &i); err != nil {
		return Instruction{}, practice.Faultf(practice.Refused, "instruction cannot be read: %v", err).Final()
	}
	return i, nil
}

// MarkOf says in short what the record says of a component on a target: of
// another mark, what was found means nothing any more.
func MarkOf(p environment.Presence) string {
	if p.Version == "" {
		return ""
	}
	digest, err := practice.CanonicalDigest(struct {
		Version, Deployment string
		Digest              practice.Digest
		Since               int64
	}{p.Version, p.Deployment, p.Digest, p.Since.UnixMicro()})
	if err != nil {
		return p.Version // texts and numbers always have a canonical form
	}
	return digest.Short()
}
