package approval

import (
	"cmp"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Decision is what a vote says.
type Decision string

// The decisions.
const (
	Approve Decision = "approve"
	Reject  Decision = "reject"
)

// Vote is one person's decision on one subject. It is never changed but for
// being withdrawn.
type Vote struct {
	ID         string          `json:"id"`
	Deployment string          `json:"deployment"`
	Subject    practice.Digest `json:"subject"` // what the person saw and decided on
	Round      int             `json:"round"`
	By         string          `json:"by"`                // the person who decided
	For        string          `json:"for,omitempty"`     // the member in whose place; empty: in their own
	Group      string          `json:"group"`             // whose approval it is
	Through    string          `json:"through,omitempty"` // the group that lets By fill in after escalation; empty: Group itself
	Decision   Decision        `json:"decision"`
	Reason     string          `json:"reason,omitempty"`
	At         time.Time       `json:"at"`
	Withdrawn  time.Time       `json:"withdrawn,omitzero"` // when it was taken back; zero: it was not
}

// member gives the person whose seat the vote takes.
func (v Vote) member() string { return cmp.Or(v.For, v.By) }

// told names the voter for people: "ben for anna".
func (v Vote) told() string {
	if v.For == "" {
		return v.By
	}
	return v.By + " for " + v.For
}

// standsAt says whether the vote was given and not taken back at a moment.
func (v Vote) standsAt(t time.Time) bool {
	return !v.At.After(t) && (v.Withdrawn.IsZero() || v.Withdrawn.After(t))
}

// inOrder gives votes in the order in which they were given.
func inOrder(votes []Vote) []Vote {
	return slices.SortedFunc(slices.Values(votes), func(a, b Vote) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
}

// Counted is a vote with whether it counts, and if not, why.
type Counted struct {
	Vote   Vote   `json:"vote"`
	Counts bool   `json:"counts"`
	Why    string `json:"why,omitempty"` // "given on something else", "lapsed at ..."
}
