package control

import (
	"context"
	"fmt"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/deployment"
)

// JobReview looks whether a review is overdue; its subject is the review's id.
const JobReview = "review"

// The entries of a review.
const (
	entryReviewOpened    = "review.opened"    // data: review, policy, group, within
	entryReviewDue       = "review.due"       // data: review, due; or state, where nothing is to be reviewed
	entryReviewOverdue   = "review.overdue"   // data: review, group, due
	entryReviewCompleted = "review.completed" // data: review, outcome
)

// openReviews opens the reviews that must follow an emergency deployment, when
// it is authorised: a policy that changes later takes none of them away.
func openReviews(w *work, d deployment.Deployment, duties []approval.ReviewDuty) error {
	if len(duties) == 0 {
		return nil
	}
	open, err := w.Reviews(approval.ReviewFilter{Deployment: d.ID}, practice.Page{Limit: practice.MaxLimit})
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, r := range open {
		known[r.Policy] = true
	}
	for _, duty := range duties {
		if known[duty.Policy] {
			continue
		}
		r, err := w.AddReview(approval.Review{
			Deployment: d.ID, Policy: duty.Policy, Group: duty.Group, Within: duty.Within, State: approval.ReviewWaiting, OpenedAt: w.now,
		})
		if err != nil {
			return err
		}
		noteReview(w, r, entryReviewOpened, practice.Tranship, "", map[string]any{"policy": r.Policy, "group": r.Group, "within": r.Within.String()})
	}
	return nil
}

func noteReview(w *work, r approval.Review, kind string, who practice.Actor, why string, data map[string]any) {
	data["review"] = r.ID
	w.note(practice.Entry{Kind: kind, Subject: deploymentSubject(r.Deployment), Who: who, Why: why, Data: data})
}

// dueReviews says until when the reviews of a deployment that has just ended
// must be done, and lets a job look then.
func dueReviews(w *work, d deployment.Deployment) error {
	list, err := w.Reviews(approval.ReviewFilter{Deployment: d.ID}, practice.Page{Limit: practice.MaxLimit})
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.State != approval.ReviewWaiting {
			continue
		}
		data := map[string]any{}
		if d.Started.IsZero() {
			r.State = approval.ReviewNeedless
			data["state"] = string(r.State)
		} else {
			r.State, r.Due = approval.ReviewOpen, r.Duty().Due(d.Ended)
			data["due"] = r.Due.Format(deployment.TimeFormat)
			if err := w.Enqueue(Job{Kind: JobReview, Scope: w.scope, Subject: r.ID, Due: r.Due.Unix()}, r.Due); err != nil {
				return err
			}
		}
		noteReview(w, r, entryReviewDue, practice.Tranship, "", data)
		if err := w.PutReview(r); err != nil {
			return err
		}
	}
	return nil
}

// RemindReview reminds of a review that is overdue, once.
func (c *Control) RemindReview(ctx context.Context, scope practice.Scope, id string) error {
	_, err := c.update(ctx, scope, func(w *work) error {
		r, err := w.Review(id)
		if err != nil || r.State != approval.ReviewOpen || !r.Overdue.IsZero() {
			return err
		}
		if w.now.Before(r.Due) { // the job came early
			return w.Enqueue(Job{Kind: JobReview, Scope: w.scope, Subject: r.ID, Due: r.Due.Unix()}, r.Due)
		}
		r.Overdue = w.now
		noteReview(w, r, entryReviewOverdue, practice.Tranship, fmt.Sprintf("review %s of %s is overdue since %s", r.ID, r.Deployment, shownTime(r.Due)),
			map[string]any{"group": r.Group, "due": r.Due.Format(deployment.TimeFormat)})
		return w.PutReview(r)
	})
	return err
}

// ReviewResult is what somebody found when they looked back at a deployment.
type ReviewResult struct {
	Outcome approval.ReviewOutcome `json:"outcome" enum:"justified,unjustified" doc:"Whether the short path was right."`
	Reason  string                 `json:"reason" minLength:"1" doc:"What was found."`
}

// CompleteReview keeps what a review found. It refuses those who asked for the
// deployment or carried it out, and who is not of the group.
func (c *Control) CompleteReview(ctx context.Context, scope practice.Scope, by practice.Actor, id string, result ReviewResult) (r approval.Review, err error) {
	_, err = c.update(ctx, scope, func(w *work) error {
		if r, err = w.Review(id); err != nil {
			return err
		}
		if err := c.mayReview(w, r, by); err != nil {
			return err
		}
		if result.Outcome != approval.Justified && result.Outcome != approval.Unjustified {
			return practice.Faultf(practice.Invalid, "outcome %q is neither justified nor unjustified", result.Outcome)
		}
		r.State, r.Outcome, r.By, r.At, r.Reason = approval.ReviewDone, result.Outcome, by, w.now, strings.TrimSpace(result.Reason)
		if r.Reason == "" {
			return practice.Faultf(practice.Invalid, "a review needs its reason").WithHint("say what was found with --reason")
		}
		noteReview(w, r, entryReviewCompleted, by, r.Reason, map[string]any{"outcome": string(r.Outcome)})
		return w.PutReview(r)
	})
	return r, err
}

func (c *Control) mayReview(w *work, r approval.Review, by practice.Actor) error {
	switch r.State {
	case approval.ReviewOpen:
	case approval.ReviewWaiting:
		return practice.Faultf(practice.Refused, "%s has not ended: it is reviewed afterwards", r.Deployment).Final()
	case approval.ReviewDone:
		return practice.Faultf(practice.Conflict, "review %s was completed by %s at %s", r.ID, r.By.Name, shownTime(r.At)).Final()
	case approval.ReviewNeedless:
		return practice.Faultf(practice.Refused, "%s ended before it began: there is nothing to review", r.Deployment).Final()
	}
	if by.Kind != practice.Person {
		return practice.Faultf(practice.Forbidden, "%s is no person: only persons review", by.Called()).Final()
	}
	if err := w.ownHand(by, "reviews"); err != nil {
		return err
	}
	d, err := w.Deployment(r.Deployment)
	if err != nil {
		return err
	}
	k, err := w.desk()
	if err != nil {
		return err
	}
	a, err := k.ask(d, w.now)
	if err != nil {
		return err
	}
	people, err := k.people(approval.Input{Ask: a, Votes: []approval.Vote{{By: by.Name, Group: r.Group}}})
	if err != nil {
		return err
	}
	return approval.MayReview(a, people, r.Group, by.Name, w.now)
}

// Review gives one review.
func (c *Control) Review(ctx context.Context, scope practice.Scope, id string) (r approval.Review, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		r, err = tx.Review(id)
		return err
	})
	return r, err
}

// Reviews lists reviews, newest first.
func (c *Control) Reviews(ctx context.Context, scope practice.Scope, f approval.ReviewFilter, page practice.Page) (list []approval.Review, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.Reviews(f, page)
		return err
	})
	return list, err
}
