package control

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// gate is one answer to whether a deployment may start now: the verdict, and
// when to ask again if that is known.
type gate struct {
	verdict practice.Verdict
	next    time.Time // zero: as soon as something changes
}

// judgeAuthorisation asks whether the deployment is authorised, and what must
// follow where it is.
func (c *Control) judgeAuthorisation(w *work, d deployment.Deployment) (deployment.Event, error) {
	missing, r, err := c.unauthorised(w, d)
	if err != nil || missing != nil {
		return missing, err
	}
	return r.given(d), openReviews(w, d, r.Reviews)
}

// unauthorised gives the event of an authorisation that does not hold, nil where
// it does, and the judgement.
func (c *Control) unauthorised(w *work, d deployment.Deployment) (deployment.Event, weighed, error) {
	r, err := c.weigh(w, d)
	if err != nil {
		return nil, r, err
	}
	if anew, err := c.askedOtherwise(w, d, r); err != nil || anew != nil {
		return anew, r, err
	}
	if err := noteNotices(w, d, r.Due); err != nil {
		return nil, r, err
	}
	if !r.verdict.Open {
		return r.held(d), r, nil
	}
	return nil, r, nil
}

// judgeStart asks every gate of the start, at the moment of the start. What
// cannot be judged holds it: a gate fails closed.
func (c *Control) judgeStart(w *work, d deployment.Deployment) (deployment.Event, error) {
	missing, r, err := c.unauthorised(w, d)
	if err != nil || missing != nil {
		return missing, err
	}
	judged := deployment.StartJudged{Verdict: practice.Pass(), WakeAt: r.Next}
	for _, ask := range []func(*work, deployment.Deployment) (gate, error){
		c.requesterGate, c.aloneGate, c.calendarGate, c.qualityGate, c.pinGate, c.queueGate,
	} {
		g, err := ask(w, d)
		if err != nil {
			return nil, err
		}
		judged.Verdict = practice.And(judged.Verdict, g.verdict)
		judged.WakeAt = sooner(judged.WakeAt, g.next)
	}
	if judged.Found, err = judgeCriteria(w, d, deployment.AtStart); err != nil || !judged.Verdict.Open {
		return judged, err
	}
	judged.MustEnd, judged.Overrun, err = c.ends(w, d, w.now)
	return judged, err
}

// sooner gives the earlier of two moments; zero is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// freshGate holds a deployment whose plan is out of date.
func (c *Control) freshGate(w *work, d deployment.Deployment) (gate, error) {
	if w.fresh == d.Plan {
		return gate{verdict: practice.Pass()}, nil
	}
	planned, err := w.Plan(d.Plan)
	if err != nil {
		return gate{}, err
	}
	stale := checkFresh(w, planned)
	reason, told := reasonOf(stale, "plan")
	switch {
	case stale == nil:
		w.fresh = d.Plan
		return gate{verdict: practice.Pass()}, nil
	case !told:
		return gate{}, stale
	}
	reason.Who, reason.How, reason.Way = "whoever asked for it: "+d.RequestedBy.Name, "tranship deployment replan "+d.ID+" --reason WHY", practice.Replan
	changed, err := planChanges(w, planned)
	if err != nil {
		return gate{}, err
	}
	if len(changed) > 0 {
		reason.Message = "plan " + d.Plan + " is out of date: " + strings.Join(changed, "; ")
	}
	return gate{verdict: practice.Hold(reason)}, nil
}

// requesterGate holds a deployment that nobody answers for any more: who asked
// for it has left, or whoever answers for the service account has.
func (c *Control) requesterGate(w *work, d deployment.Deployment) (gate, error) {
	gone := stillHere(w, d.RequestedBy)
	reason, told := reasonOf(gone, "requester")
	switch {
	case gone == nil:
		return gate{verdict: practice.Pass()}, nil
	case !told:
		return gate{}, gone
	}
	reason.Message = "nobody answers for it any more: " + reason.Message
	reason.Who = "whoever may deploy into " + d.Header.Environment
	reason.How = fmt.Sprintf("tranship deployment cancel %s, and ask anew: tranship deploy --plan %s", d.ID, d.Plan)
	return gate{verdict: practice.Hold(reason)}, nil
}

// aloneGate holds a deployment while another of the same component changes the environment.
func (c *Control) aloneGate(w *work, d deployment.Deployment) (gate, error) {
	for _, item := range d.Header.Items {
		other, err := changing(w, d.Header.Environment, item.Component, d.ID)
		if err != nil {
			return gate{}, err
		}
		if other != nil {
			return gate{verdict: practice.Hold(practice.Reason{
				Gate: deployment.GateAlone, Message: other.ID + " of " + item.Component + " into " + d.Header.Environment + " is still under way",
				Since: other.Started, Who: "whoever looks after " + other.ID, How: "tranship deployment watch " + other.ID,
			})}, nil
		}
	}
	return gate{verdict: practice.Pass()}, nil
}

// reasonOf gives a refusal as the reason of a gate; false for any other error.
func reasonOf(err error, name string) (practice.Reason, bool) {
	var refused *practice.Error
	if !errors.As(err, &refused) || refused.Code == practice.Unavailable {
		return practice.Reason{}, false
	}
	return practice.Reason{Gate: name, Message: strings.TrimSuffix(err.Error(), "; "+refused.Hint), How: refused.Hint}, true
}
