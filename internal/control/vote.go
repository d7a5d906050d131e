package control

import (
	"context"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/deployment"
)

// The entries of votes, which belong to the deployment.
const (
	entryApproved  = "approval.given"     // data: vote, group, for, through, round, subject, sum
	entryRejected  = "approval.rejected"  // the same
	entryWithdrawn = "approval.withdrawn" // data: vote
)

// VoteRequest is a person's decision on a deployment.
type VoteRequest struct {
	Decision approval.Decision `json:"decision" enum:"approve,reject" doc:"What the person decides."`
	Subject  practice.Digest   `json:"subject" minLength:"1" doc:"The digest of what the person saw; refused when something else is asked by now."`
	Group    string            `json:"group,omitempty" doc:"Whose approval it is; by default the first that misses one and that the person can give."`
	For      string            `json:"for,omitempty" doc:"The member in whose place a deputy decides."`
	Reason   string            `json:"reason,omitempty" maxLength:"4000" doc:"Why; needed for a rejection."`
}

// Voted is a vote and what became of its deployment.
type Voted struct {
	Vote       approval.Vote         `json:"vote"`
	Deployment deployment.Deployment `json:"deployment"`
}

// Vote gives a person's vote on what a deployment asks. It refuses everybody
// who may not: see approval.MayVote. The same decision by the same person on
// the same subject again gives the vote that is there.
func (c *Control) Vote(ctx context.Context, scope practice.Scope, by practice.Actor, id string, r VoteRequest) (Voted, error) {
	var voted Voted
	w, err := c.update(ctx, scope, func(w *work) error {
		d, err := w.Deployment(id)
		if err != nil {
			return err
		}
		in, err := c.ballot(w, d, by)
		if err != nil {
			return err
		}
		wish := approval.Vote{By: by.Name, Subject: r.Subject, Decision: r.Decision, Group: r.Group, For: r.For, Reason: strings.TrimSpace(r.Reason)}
		if earlier, given := standing(in.Votes, wish); given {
			voted = Voted{earlier, d}
			return nil
		}
		if r.Subject != d.Subject {
			return practice.Faultf(practice.Conflict, "%s is not what you saw any more: what is asked has changed (%s, not %s)", d.ID, d.Subject.Short(), r.Subject.Short()).
				WithHint("look at it again: tranship approval show %s", d.ID).Final()
		}
		v, err := approval.MayVote(in, wish)
		if err != nil {
			return err
		}
		if err := c.worthApproving(w, d, wish.Decision); err != nil {
			return err
		}
		if voted.Vote, err = w.AddVote(v); err != nil {
			return err
		}
		noteVote(w, voted.Vote)
		voted.Deployment, _, err = c.settle(w, d, deployment.Reconsidered{})
		return err
	})
	if err == nil {
		c.advanceAgain(ctx, w)
	}
	return voted, err
}

// worthApproving refuses an approval of a plan that is out of date: it can never
// be carried out, and the next plan voids every vote. A rejection is heard.
func (c *Control) worthApproving(w *work, d deployment.Deployment, decision approval.Decision) error {
	if decision != approval.Approve {
		return nil
	}
	g, err := c.freshGate(w, d)
	if err != nil || g.verdict.Open {
		return err
	}
	return practice.Faultf(practice.Conflict, "%s cannot be approved as it is: %s", d.ID, g.verdict.Reasons[0].Message).
		WithHint("%s asks anew, for what is there now: tranship deployment replan %s --reason WHY", d.RequestedBy.Name, d.ID).Final()
}

// ballot gives what a vote of a person on a deployment is judged by.
func (c *Control) ballot(w *work, d deployment.Deployment, by practice.Actor) (approval.Input, error) {
	if err := beforeStart(d); err != nil {
		return approval.Input{}, err
	}
	if by.Kind != practice.Person {
		return approval.Input{}, practice.Faultf(practice.Forbidden, "%s is no person: only persons approve", by.Called()).
			WithHint("somebody else must: tranship deployment why %s", d.ID).Final()
	}
	if err := w.ownHand(by, "approves"); err != nil {
		return approval.Input{}, err
	}
	k, err := w.desk()
	if err != nil {
		return approval.Input{}, err
	}
	in, err := k.input(d, w.now)
	if err != nil {
		return in, err
	}
	asking := in
	asking.Votes = append([]approval.Vote{{By: by.Name}}, in.Votes...)
	in.People, err = k.people(asking)
	return in, err
}

// beforeStart refuses what must be decided before a deployment starts.
func beforeStart(d deployment.Deployment) error {
	switch d.State {
	case deployment.Planned, deployment.Authorised, deployment.Scheduled:
		return nil
	case deployment.Requested, deployment.VerifyingComponents, deployment.VerifyingTargets, deployment.Executing,
		deployment.AwaitingGuidance, deployment.Accepting, deployment.Remediating, deployment.Cancelling, deployment.Closed:
	}
	return practice.Faultf(practice.Refused, "%s is %s: it is approved before it starts, not after", d.ID, d.State).
		WithHint("see what can be done: tranship deployment why %s", d.ID).Final()
}

// standing gives the vote that says already what somebody wishes to say.
func standing(votes []approval.Vote, wish approval.Vote) (approval.Vote, bool) {
	for _, v := range votes {
		if v.By == wish.By && v.Subject == wish.Subject && v.Decision == wish.Decision && v.Withdrawn.IsZero() &&
			(wish.Group == "" || wish.Group == v.Group) && (wish.For == "" || wish.For == v.For) {
			return v, true
		}
	}
	return approval.Vote{}, false
}

func noteVote(w *work, v approval.Vote) {
	kind := entryApproved
	if v.Decision == approval.Reject {
		kind = entryRejected
	}
	data := map[string]any{"vote": v.ID, "group": v.Group, "round": v.Round, "subject": string(v.Subject), "sum": voteSum(v)}
	if v.For != "" {
		data["for"] = v.For
	}
	if v.Through != "" {
		data["through"] = v.Through
	}
	w.note(practice.Entry{Kind: kind, Subject: deploymentSubject(v.Deployment), Who: practice.Actor{Kind: practice.Person, Name: v.By}, Why: v.Reason, Data: data})
}

// WithdrawVote takes the votes back that a person gave on what a deployment
// asks now, or that were given in the person's place.
func (c *Control) WithdrawVote(ctx context.Context, scope practice.Scope, by practice.Actor, id, reason string) (deployment.Deployment, error) {
	var d deployment.Deployment
	w, err := c.update(ctx, scope, func(w *work) error {
		present, err := w.Deployment(id)
		if err != nil {
			return err
		}
		if err := beforeStart(present); err != nil {
			return err
		}
		if err := withdrawVotes(w, present, by, strings.TrimSpace(reason)); err != nil {
			return err
		}
		d, _, err = c.settle(w, present, deployment.Reconsidered{})
		return err
	})
	if err == nil {
		c.advanceAgain(ctx, w)
	}
	return d, err
}

func withdrawVotes(w *work, d deployment.Deployment, by practice.Actor, reason string) error {
	if err := w.ownHand(by, "takes votes back"); err != nil {
		return err
	}
	votes, err := w.VotesOf(d.ID)
	if err != nil {
		return err
	}
	found := false
	for _, v := range votes {
		if v.Subject != d.Subject || !v.Withdrawn.IsZero() || by.Kind != practice.Person || approval.MayWithdraw(v, by.Name) != nil {
			continue
		}
		found = true
		v.Withdrawn = w.now
		if err := w.PutVote(v); err != nil {
			return err
		}
		w.note(practice.Entry{Kind: entryWithdrawn, Subject: deploymentSubject(d.ID), Who: by, Why: reason, Data: map[string]any{"vote": v.ID, "group": v.Group}})
	}
	if !found {
		return practice.Faultf(practice.NotFound, "%s has no vote on what %s asks now", by.Name, d.ID).
			WithHint("see the votes: tranship approval show %s", d.ID).Final()
	}
	return nil
}
