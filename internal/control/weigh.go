package control

import (
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/record"
)

// entryAskedAnew tells that something else is asked of approvers than before.
const entryAskedAnew = "deployment.asked-anew" // data: as of the request; round, subject, changed, voids

// weighed is a judgement about the authorisation of a deployment.
type weighed struct {
	approval.Result
	in      approval.Input
	verdict practice.Verdict // that of the approvals, and of the plan
	plan    practice.Verdict // closed where the plan is out of date
}

// weigh judges whether a deployment is authorised now: its plan is what it was,
// and everybody who must agree did. What people must be told of it is noted.
func (c *Control) weigh(w *work, d deployment.Deployment) (weighed, error) {
	k, err := w.desk()
	if err != nil {
		return weighed{}, err
	}
	in, err := k.input(d, w.now)
	if err != nil {
		return weighed{}, err
	}
	r := weighed{in: in, Result: approval.Judge(in)}
	fresh, err := c.freshGate(w, d)
	if err != nil {
		return r, err
	}
	r.plan = fresh.verdict
	r.verdict = practice.And(r.plan, r.Verdict)
	if said := in.Ask.Change; said.State == approval.ConfirmedChange {
		r.Next = sooner(r.Next, said.Until)
	}
	return r, nil
}

// pose gives the deployment with the subject of what it asks now, and remembers
// what that is made of.
func pose(w *work, d deployment.Deployment) (deployment.Deployment, error) {
	parts, err := partsOf(w, d)
	if err != nil {
		return d, err
	}
	if d.Subject, err = approval.Subject(parts); err != nil {
		return d, err
	}
	return d, w.AddAsked(d.ID, approval.Asked{Subject: d.Subject, Parts: parts, At: w.now})
}

func partsOf(w *work, d deployment.Deployment) (approval.SubjectParts, error) {
	k, err := w.desk()
	if err != nil {
		return approval.SubjectParts{}, err
	}
	a, err := k.ask(d, w.now)
	return approval.PartsOf(a, k.policies), err
}

// changedSince says in words what is asked otherwise than what people were asked before.
func changedSince(tx Tx, d deployment.Deployment, now approval.SubjectParts) ([]string, error) {
	before, err := tx.AskedOf(d.ID, d.Subject)
	if practice.CodeOf(err) == practice.NotFound {
		return []string{"nobody was asked before"}, nil
	}
	if err != nil {
		return nil, err
	}
	now.Round = before.Parts.Round
	return approval.Changed(before.Parts, now), nil
}

// askedOtherwise asks anew where something else is asked by now than what people
// were asked, though nobody asked otherwise: a policy was changed. nil: nothing is.
func (c *Control) askedOtherwise(w *work, d deployment.Deployment, r weighed) (deployment.Event, error) {
	if r.Subject == d.Subject || r.Subject == "" {
		return nil, nil
	}
	changed, err := changedSince(w, d, r.Parts)
	if err != nil {
		return nil, err
	}
	return c.askAnew(w, d, d, changed, practice.Tranship, strings.Join(changed, "; "))
}

// askAnew lets a deployment ask for what after says, with a new round in which
// earlier votes do not count.
func (c *Control) askAnew(w *work, before, after deployment.Deployment, changed []string, by practice.Actor, why string) (deployment.Event, error) {
	after.Round = before.Round + 1
	after, err := pose(w, after)
	if err != nil {
		return nil, err
	}
	return c.ask(w, before, after, changed, true, by, why), nil
}

// ask notes that a deployment asks for what after says, and gives the event of it.
func (c *Control) ask(w *work, before, after deployment.Deployment, changed []string, voids bool, by practice.Actor, why string) deployment.Event {
	data := deployment.PlanData(after)
	addAsk(data, after)
	data["voids"], data["sum"] = voids, requestSum(after)
	if len(changed) > 0 {
		data["changed"] = changed
	}
	w.note(practice.Entry{Kind: entryAskedAnew, Subject: deploymentSubject(after.ID), Who: by, Why: why, Data: data})
	noteMoved(w, before, after, by, why)
	return deployment.AskedAnew{
		Asked: deployment.Asked{
			Ask: after.Ask, StartAfter: after.StartAfter, Round: after.Round, Subject: after.Subject,
			Plan: after.Plan, PlanDigest: after.PlanDigest, Header: after.Header, Risk: after.Risk,
		},
		Voids: voids, By: by, Why: why,
	}
}

// noteMoved adds the entry of another time.
func noteMoved(w *work, before, after deployment.Deployment, by practice.Actor, why string) {
	if before.Window == after.Window && before.StartAfter.Equal(after.StartAfter) {
		return
	}
	data := map[string]any{}
	addTimes(data, after)
	w.note(practice.Entry{Kind: record.Rescheduled, Subject: deploymentSubject(after.ID), Who: by, Why: why, Data: data})
}

// given is the event of an authorisation that was found.
func (r weighed) given(d deployment.Deployment) deployment.Event {
	by := d.RequestedBy
	if r.in.Ask.Change.State == approval.ConfirmedChange {
		by = r.in.Ask.Change.By
	}
	for _, v := range r.Votes {
		if v.Counts && v.Vote.Decision == approval.Approve {
			by = practice.Actor{Kind: practice.Person, Name: v.Vote.By}
		}
	}
	return deployment.AuthorisationGiven{By: by, Why: r.Why}
}

// held is the event of an authorisation that is missing; where it was there
// before, it says why it does not hold any more.
func (r weighed) held(d deployment.Deployment) deployment.Event {
	e := deployment.AuthorisationHeld{Verdict: r.verdict, WakeAt: r.Next, By: practice.Tranship}
	if v := r.Rejected; v != nil {
		e.By = practice.Actor{Kind: practice.Person, Name: v.By}
	}
	if d.State != deployment.Planned {
		var why []string
		for _, reason := range r.verdict.Reasons {
			why = append(why, reason.Message)
		}
		e.Voided = strings.Join(why, "; ")
	}
	return e
}
