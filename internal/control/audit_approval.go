package control

import (
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/deployment"
)

// approvalTold is what the entries say of votes and of what follows from them.
type approvalTold struct {
	votes    map[string]voteTold              // by id
	subjects map[string]time.Time             // when it was asked, by "D-12/sha256:..."
	changes  map[string]approval.Confirmation // by "D-12/CHG-1"
	notices  map[string]bool                  // by "D-12/key"
	reviews  map[string]approval.Review       // by id
}

// voteTold is what the entries say of a vote.
type voteTold struct {
	sum       practice.Digest
	withdrawn time.Time
}

func newApprovalTold() approvalTold {
	return approvalTold{
		votes: map[string]voteTold{}, subjects: map[string]time.Time{}, changes: map[string]approval.Confirmation{},
		notices: map[string]bool{}, reviews: map[string]approval.Review{},
	}
}

// approvalTold lets an entry about the approval of a deployment tell.
func (a *audit) approvalTold(id string, e practice.Entry) {
	told := a.approvals
	switch e.Kind {
	case deployment.EntryRequested, entryAskedAnew:
		if key := id + "/" + text(e, "subject"); told.subjects[key].IsZero() {
			told.subjects[key] = e.When
		}
	case entryApproved, entryRejected:
		told.votes[text(e, "vote")] = voteTold{sum: practice.Digest(text(e, "sum"))}
	case entryWithdrawn:
		vote := told.votes[text(e, "vote")]
		vote.withdrawn = e.When
		told.votes[text(e, "vote")] = vote
	case entryChangeConfirmed, entryChangeRefused:
		told.changes[id+"/"+text(e, "change")] = confirmationTold(id, e)
	case notices[approval.Reminder], notices[approval.Escalation], notices[approval.Lapse]:
		told.notices[id+"/"+text(e, "key")] = true
	case entryReviewOpened, entryReviewDue, entryReviewOverdue, entryReviewCompleted:
		told.reviews[text(e, "review")] = reviewTold(told.reviews[text(e, "review")], id, e)
	}
}

func confirmationTold(id string, e practice.Entry) approval.Confirmation {
	state := approval.ConfirmedChange
	if e.Kind == entryChangeRefused {
		state = approval.RefusedChange
	}
	return approval.Confirmation{
		Change: text(e, "change"), Deployment: id, State: state, Subject: practice.Digest(text(e, "subject")),
		By: e.Who, At: e.When, Why: e.Why, ValidUntil: instant(e, "validUntil"),
	}
}

func reviewTold(r approval.Review, id string, e practice.Entry) approval.Review {
	switch e.Kind {
	case entryReviewOpened:
		var within practice.Duration
		_ = within.UnmarshalText([]byte(text(e, "within"))) // what cannot be read differs from what is stored
		r = approval.Review{
			ID: text(e, "review"), Deployment: id, Policy: text(e, "policy"), Group: text(e, "group"), Within: within,
			State: approval.ReviewWaiting, OpenedAt: e.When,
		}
	case entryReviewDue:
		r.State, r.Due = approval.ReviewOpen, instant(e, "due")
		if r.Due.IsZero() {
			r.State = approval.ReviewState(text(e, "state"))
		}
	case entryReviewOverdue:
		r.Overdue = e.When
	case entryReviewCompleted:
		r.State, r.Outcome, r.By, r.At, r.Reason = approval.ReviewDone, approval.ReviewOutcome(text(e, "outcome")), e.Who, e.When, e.Why
	}
	return r
}

// instant gives a moment of an entry's data; zero when it says none.
func instant(e practice.Entry, key string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text(e, key))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// compareApprovals compares votes, what they were given on, changes, notices and reviews.
func (a *audit) compareApprovals() error {
	for _, compare := range []func() error{a.compareVotes, a.compareSubjects, a.compareChanges, a.compareNotices, a.compareReviews} {
		if err := compare(); err != nil {
			return err
		}
	}
	return nil
}

func (a *audit) compareVotes() error {
	return matched(a, StoredVote, "vote", a.approvals.votes,
		func(_ string, v approval.Vote) string { return v.ID },
		func(where string, v approval.Vote, told voteTold) {
			a.compareSum(where, voteSum(v), told.sum)
			a.compare(where, approval.Vote{Withdrawn: v.Withdrawn}, approval.Vote{Withdrawn: told.withdrawn})
		})
}

func (a *audit) compareSubjects() error {
	return matched(a, StoredSubject, "subject", a.approvals.subjects,
		func(under string, v approval.Asked) string { return under + "/" + string(v.Subject) },
		func(where string, v approval.Asked, at time.Time) {
			if digest, err := approval.Subject(v.Parts); err != nil || digest != v.Subject {
				a.find(where, "what it is made of has digest %s", digest)
			}
			a.compare(where, approval.Asked{At: v.At}, approval.Asked{At: at})
		})
}

func (a *audit) compareChanges() error {
	return matched(a, StoredChange, "change", a.approvals.changes,
		func(under string, v approval.Confirmation) string { return under + "/" + v.Change },
		func(where string, v, told approval.Confirmation) { a.compare(where, v, told) })
}

func (a *audit) compareNotices() error {
	told := a.approvals.notices
	err := a.each(StoredNotice, func(s Stored) {
		key, _ := s.Value.(string)
		known := told[s.Under+"/"+key]
		delete(told, s.Under+"/"+key)
		a.known(s, known)
	})
	missed(a, "notice", told)
	return err
}

func (a *audit) compareReviews() error {
	return matched(a, StoredReview, "review", a.approvals.reviews,
		func(_ string, v approval.Review) string { return v.ID },
		func(where string, v, told approval.Review) { a.compare(where, v, told) })
}
