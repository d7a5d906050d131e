package environment

import (
	"encoding/hex"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/signature"
)

// EnrolmentRequest asks to become the agent of a name: POST /api/v1/agents/enrol.
type EnrolmentRequest struct {
	Name  string              `json:"name"`
	Token string              `json:"token"` // as it was given, without the fingerprint
	Key   signature.PublicKey `json:"key"`   // made on the agent's host
}

// EnrolmentAnswer is all that an agent needs to know for its work.
type EnrolmentAnswer struct {
	Name        string             `json:"name"`
	Scope       practice.Scope     `json:"scope"`
	BusURL      string             `json:"busURL"`
	RegistryURL string             `json:"registryURL"`
	MediaToken  string             `json:"mediaToken"` // may fetch media, nothing else
	Trust       signature.Envelope `json:"trust"`      // trusted because this connection is
	// TrustKeys are the keys that the trust document is checked with this one time.
	TrustKeys []signature.PublicKey `json:"trustKeys"`
}

// EnrolmentToken is the parted form of "tse_ID_SECRET" or "tse_ID_SECRET_FINGERPRINT".
type EnrolmentToken struct {
	ID          string
	Secret      string
	Fingerprint string // lower case hex of the SHA-256 of the server's CA certificate (DER); "" when none is pinned
}

// ParseEnrolmentToken parts a token; Invalid when it is none.
func ParseEnrolmentToken(text string) (EnrolmentToken, error) {
	parts := strings.Split(strings.TrimSpace(text), "_")
	bad := practice.Faultf(practice.Invalid, "this is not an enrolment token").
		WithHint("it begins with tse_ and is shown once by: tranship agents enrol NAME").Final()
	if len(parts) < 3 || len(parts) > 4 || parts[0] != "tse" || parts[1] == "" || parts[2] == "" {
		return EnrolmentToken{}, bad
	}
	t := EnrolmentToken{ID: parts[1], Secret: parts[2]}
	if len(parts) == 4 {
		raw, err := hex.DecodeString(parts[3])
		if err != nil || len(raw) != 32 {
			return EnrolmentToken{}, bad
		}
		t.Fingerprint = hex.EncodeToString(raw)
	}
	return t, nil
}

// Bare gives the token without the fingerprint: what is sent to the server.
func (t EnrolmentToken) Bare() string { return "tse_" + t.ID + "_" + t.Secret }

// String gives the whole token.
func (t EnrolmentToken) String() string {
	if t.Fingerprint == "" {
		return t.Bare()
	}
	return t.Bare() + "_" + t.Fingerprint
}
