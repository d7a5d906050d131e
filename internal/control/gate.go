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
	r, err := c.weigh(w, d)
	if err != nil {
		return nil, err
	}
	if anew, err := c.askedOtherwise(w, d, r); err != nil || anew != nil {
		return anew, err
	}
	if err := noteNotices(w, d, r.Due); err != nil {
		return nil, err
	}
	if !r.verdict.Open {
		return r.held(d), nil
	}
	return r.given(d), openReviews(w, d, r.Reviews)
}

// judgeAgain asks at the moment of the start whether the authorisation still
// holds. It gives the event of one that does not, and else when to ask again.
func (c *Control) judgeAgain(w *work, d deployment.Deployment) (deployment.Event, time.Time, error) {
	r, err := c.weigh(w, d)
	if err != nil {
		return nil, time.Time{}, err
	}
	if anew, err := c.askedOtherwise(w, d, r); err != nil || anew != nil {
		return anew, time.Time{}, err
	}
	if err := noteNotices(w, d, r.Due); err != nil {
		return nil, time.Time{}, err
	}
	if !r.verdict.Open {
		return r.held(d), time.Time{}, nil
	}
	return nil, r.Next, nil
}

// judgeStart asks every gate of the start, at the moment of the start. What
// cannot be judged holds it: a gate fails closed.
func (c *Control) judgeStart(w *work, d deployment.Deployment) (deployment.Event, error) {
	held, next, err := c.judgeAgain(w, d)
	if err != nil || held != nil {
		return held, err
	}
	judged := deployment.StartJudged{Verdict: practice.Pass(), WakeAt: next}
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
	if !judged.Verdict.Open {
		return judged, nil
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
	reason.Who, reason.How = "whoever asked for it: "+d.RequestedBy.Name, "tranship deployment replan "+d.ID+" --reason WHY"
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
	k, err := w.desk()
	if err != nil {
		return gate{}, err
	}
	asked := d.RequestedBy
	people, err := k.directory([]string{asked.Name}, nil)
	if err != nil {
		return gate{}, err
	}
	person, known := people.Answering(asked)
	if p, documented := people.Person(person); known && (!documented || !p.Left) {
		return gate{verdict: practice.Pass()}, nil
	}
	return gate{verdict: practice.Hold(practice.Reason{
		Gate: "requester", Message: fmt.Sprintf("nobody answers for it any more: %s, who asked for it, has left", asked.Name),
		Who: "whoever may deploy into " + d.Header.Environment,
		How: fmt.Sprintf("tranship deployment cancel %s, and ask anew: tranship deploy --plan %s", d.ID, d.Plan),
	})}, nil
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
	return practice.Reason{Gate: name, Message: err.Error(), How: refused.Hint}, true
}
