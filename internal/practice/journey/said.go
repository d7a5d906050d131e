package journey

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tranship.dev/tranship/internal/practice"
)

// ChangeStatus is what a webhook says of a change.
type ChangeStatus string

// The statuses.
const (
	ChangeConfirmed ChangeStatus = "confirmed" // it is authorised
	ChangeRevoked   ChangeStatus = "revoked"   // it is not, or not any more
)

// Said is what the tool that keeps changes says of one by a webhook.
type Said struct {
	Change     string          `json:"change"` // as deployments name it
	Status     ChangeStatus    `json:"status"`
	By         string          `json:"by,omitempty"` // who decided, as the tool names them
	Reason     string          `json:"reason,omitempty"`
	Until      time.Time       `json:"until,omitzero"`       // how long a confirmation holds
	Deployment string          `json:"deployment,omitempty"` // only for this one
	Subject    practice.Digest `json:"subject,omitempty"`    // the digest of what was confirmed
}

// The bounds of what is said, in bytes.
const (
	maxChangeName   = 200
	maxChangeReason = 3000
)

// Check gives Invalid when something that is said has no meaning.
func (s Said) Check() error {
	problem := ""
	switch {
	case s.Change == "":
		problem = "change is missing: which one it is, as deployments name it"
	case s.Status == "":
		problem = "status is missing: confirmed or revoked"
	case s.Status != ChangeConfirmed && s.Status != ChangeRevoked:
		problem = "status is neither confirmed nor revoked"
	case s.Status == ChangeRevoked && strings.TrimSpace(s.Reason) == "":
		problem = "reason is missing: a change is not revoked without one"
	case s.Status == ChangeRevoked && !s.Until.IsZero():
		problem = "until has no meaning with status revoked: a revocation has no end"
	case len(s.Reason) > maxChangeReason:
		problem = "reason is longer than 3000 bytes"
	case !plainReason(s.Reason):
		problem = "reason has control characters"
	}
	for _, text := range []struct{ name, value string }{{"change", s.Change}, {"by", s.By}, {"deployment", s.Deployment}, {"subject", string(s.Subject)}} {
		switch {
		case problem != "":
		case len(text.value) > maxChangeName:
			problem = text.name + " is longer than 200 bytes"
		case !plainLine(text.value):
			problem = text.name + " has control characters"
		}
	}
	if problem == "" {
		return nil
	}
	return practice.Faultf(practice.Invalid, "%s", problem).
		WithHint(`send {"change": "CHG-1", "status": "confirmed", "by": "...", "reason": "..."}: docs/triggers.md says what it can hold`).Final()
}

// plainReason takes lines of plain text.
func plainReason(text string) bool {
	return plainLine(strings.NewReplacer("\r", "", "\n", "", "\t", "").Replace(text))
}

func plainLine(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// Why gives the reason, and who gave it, as the record keeps it.
func (s Said) Why() string {
	reason := strings.TrimSpace(s.Reason)
	switch {
	case s.By == "":
		return reason
	case reason == "":
		return "as " + s.By + " said"
	}
	return reason + " (" + s.By + ")"
}

// String gives what is said in a sentence.
func (s Said) String() string { return "change " + s.Change + " is " + string(s.Status) }
