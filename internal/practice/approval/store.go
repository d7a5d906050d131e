package approval

import (
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Asked is what was asked of approvers at a time: the parts of one subject.
type Asked struct {
	Subject practice.Digest `json:"subject"`
	Parts   SubjectParts    `json:"parts"`
	At      time.Time       `json:"at"` // since when it is asked
}

// Confirmation is what the tool that keeps a change said of it for one deployment.
type Confirmation struct {
	Change     string          `json:"change"`
	Deployment string          `json:"deployment"`
	State      ChangeState     `json:"state"`
	Subject    practice.Digest `json:"subject"` // what it was said of
	By         practice.Actor  `json:"by"`
	At         time.Time       `json:"at"`
	Why        string          `json:"why,omitempty"`
	ValidUntil time.Time       `json:"validUntil,omitzero"` // zero: until it is said otherwise
}

// Known gives the change of a deployment as it is known at a moment: what was
// confirmed for a time counts as not said after it.
func (c Confirmation) Known(reference string, now time.Time) Change {
	known := Change{Reference: reference, State: c.State, Subject: c.Subject, By: c.By, At: c.At, Why: c.Why, Until: c.ValidUntil}
	if c.State == ConfirmedChange && !c.ValidUntil.IsZero() && !now.Before(c.ValidUntil) {
		return Change{Reference: reference}
	}
	return known
}

// ReviewState is where the review of an emergency deployment stands.
type ReviewState string

// The states of a review.
const (
	ReviewWaiting  ReviewState = "waiting"   // the deployment has not ended
	ReviewOpen     ReviewState = "open"      // it has, and must be reviewed
	ReviewDone     ReviewState = "done"      // somebody looked at it
	ReviewNeedless ReviewState = "not-begun" // the deployment ended before it began: there is nothing to review
)

// ReviewOutcome is what a review found.
type ReviewOutcome string

// The outcomes of a review.
const (
	Justified   ReviewOutcome = "justified"   // the short path was right
	Unjustified ReviewOutcome = "unjustified" // it was not
)

// Review is the look back at one emergency deployment that a policy demands.
type Review struct {
	ID         string            `json:"id"` // "R-3"
	Deployment string            `json:"deployment"`
	Policy     string            `json:"policy"`
	Group      string            `json:"group"` // one of which must do it
	Within     practice.Duration `json:"within"`
	State      ReviewState       `json:"state"`
	OpenedAt   time.Time         `json:"openedAt"`
	Due        time.Time         `json:"due,omitzero"`     // zero: the deployment has not ended
	Overdue    time.Time         `json:"overdue,omitzero"` // when people were reminded of it
	Outcome    ReviewOutcome     `json:"outcome,omitempty"`
	By         practice.Actor    `json:"by,omitzero"`
	At         time.Time         `json:"at,omitzero"`
	Reason     string            `json:"reason,omitempty"`
}

// Duty gives what the review must be, apart from the deployment.
func (r Review) Duty() ReviewDuty { return ReviewDuty{r.Policy, r.Group, r.Within} }

// ReviewFilter chooses reviews; zero parts choose all.
type ReviewFilter struct {
	Deployment string
	State      ReviewState
}

// Store keeps votes and what they were given on, confirmations of changes,
// which notices were handed out, and reviews.
type Store interface {
	// AddVote stores a new one under a new id, "V-" and a number, and gives it back.
	AddVote(v Vote) (Vote, error)
	// PutVote stores when a vote was withdrawn, or NotFound.
	PutVote(v Vote) error
	// VotesOf lists all votes of a deployment, in the order in which they came.
	VotesOf(deployment string) ([]Vote, error)

	// AddAsked remembers what is asked about a deployment; what is known stays as it is.
	AddAsked(deployment string, a Asked) error
	// AskedOf gives what a subject of a deployment is made of, or NotFound.
	AskedOf(deployment string, subject practice.Digest) (Asked, error)

	// PutConfirmation stores what is said of a change for a deployment, in the place of what was.
	PutConfirmation(c Confirmation) error
	// Confirmation gives what was said of a change for a deployment, or NotFound.
	Confirmation(change, deployment string) (Confirmation, error)
	// Confirmations lists them by change and deployment; change "" means all.
	// Key of a page: "deployment/change".
	Confirmations(change string, page practice.Page) ([]Confirmation, error)

	// AddNotices remembers that notices about a deployment are handed out, and
	// gives the keys of those that were not before.
	AddNotices(deployment string, at time.Time, keys []string) ([]string, error)

	// AddReview stores a new one under a new id, "R-" and a number, and gives it
	// back; Conflict when the policy has one of the deployment already.
	AddReview(r Review) (Review, error)
	// Review gives one, or NotFound.
	Review(id string) (Review, error)
	// Reviews lists them newest first; page.After is an id.
	Reviews(f ReviewFilter, page practice.Page) ([]Review, error)
	// PutReview stores what became of it, or NotFound.
	PutReview(r Review) error
}
