package deployment

import (
	"encoding/json"
	"fmt"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/signature"
)

// TrustType is the DSSE payload type of a trust document.
const TrustType = "application/vnd.tranship.trust.v1+json"

// Trust says which keys may sign orders: the present one and, before a change
// of keys, the next one. A key that is trusted already signs the document that
// follows, so that hosts need not be touched.
type Trust struct {
	Serial int64                 `json:"serial"` // grows with every document
	Epoch  int64                 `json:"epoch"`  // orders of lower epochs are refused
	Keys   []signature.PublicKey `json:"keys"`   // at least one; each is trusted alike
}

// Check refuses a document without keys, or with a serial or epoch below 1.
func (t Trust) Check() error {
	if t.Serial < 1 || t.Epoch < 1 {
		return practice.Faultf(practice.Refused, "trust document has serial %d and epoch %d; both begin at 1", t.Serial, t.Epoch).Final()
	}
	if len(t.Keys) == 0 {
		return practice.Faultf(practice.Refused, "trust document %d names no key", t.Serial).Final()
	}
	for _, key := range t.Keys {
		if _, err := key.Decode(); err != nil {
			return err
		}
	}
	return nil
}

// Seal signs the document.
func (t Trust) Seal(sign func(payloadType string, payload []byte) signature.Envelope) (signature.Envelope, error) {
	payload, err := practice.Canonical(t)
	if err != nil {
		return signature.Envelope{}, fmt.Errorf("trust document %d: %w", t.Serial, err)
	}
	return sign(TrustType, payload), nil
}

// OpenTrust gives the document of an envelope that a trusted key signed; Refused otherwise.
func OpenTrust(e signature.Envelope, trusted ...signature.PublicKey) (Trust, error) {
	payload, _, err := signature.Open(e, TrustType, trusted...)
	if err != nil {
		return Trust{}, err
	}
	var t Trust
	if err := json.Unmarshal(payload, &t); err != nil {
		return Trust{}, practice.Faultf(practice.Refused, "trust document cannot be read: %v", err).Final()
	}
	return t, t.Check()
}
