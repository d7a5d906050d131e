package control

import (
	"context"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/plan"
)

// Anew is what asking otherwise does, or would do.
type Anew struct {
	Deployment deployment.Deployment `json:"deployment"`
	Voids      bool                  `json:"voids"`   // everybody is asked again: earlier votes do not count
	Votes      []string              `json:"votes"`   // whose votes do not count then
	Changed    []string              `json:"changed"` // in what it differs from what was asked before
	Dry        bool                  `json:"dry,omitempty"`
}

// AgainRequest asks approvers once more, maybe for something else. What is not
// given stays as it was.
type AgainRequest struct {
	Reason       string               `json:"reason" minLength:"1" doc:"Why."`
	Class        practice.Class       `json:"class,omitempty" enum:"requirement,release,operational,third-party,retirement,support,service-request,maintenance" doc:"Another class."`
	ValueStream  practice.ValueStream `json:"valueStream,omitempty" enum:"incident,request,improvement,new-service,changed-service,operations" doc:"Another value stream."`
	Urgency      practice.Urgency     `json:"urgency,omitempty" enum:"normal,urgent,emergency" doc:"Another urgency; the priority follows unless it is given."`
	Priority     int                  `json:"priority,omitempty" minimum:"1" maximum:"100" doc:"Another priority."`
	Change       string               `json:"change,omitempty" maxLength:"200" doc:"Another authorising change."`
	Implementers []string             `json:"implementers,omitempty" maxItems:"100" doc:"Others who carry it out."`
}

// AskAgain asks approvers once more: after a rejection, or for something else.
// Earlier votes do not count any more. Only who asked may.
func (c *Control) AskAgain(ctx context.Context, scope practice.Scope, by practice.Actor, id string, r AgainRequest) (Anew, error) {
	return c.anew(ctx, scope, by, id, r.Reason, false, func(w *work, d deployment.Deployment) (deployment.Deployment, bool, []string, error) {
		full := AskRequest{
			Class: or(r.Class, d.Class), ValueStream: or(r.ValueStream, d.ValueStream), Urgency: or(r.Urgency, d.Urgency),
			Priority: d.Priority, Change: or(r.Change, d.Change), Window: d.Window, StartAfter: d.StartAfter, Implementers: d.Implementers,
		}
		if r.Urgency != "" {
			full.Priority = 0
		}
		full.Priority = or(r.Priority, full.Priority)
		if len(r.Implementers) > 0 {
			full.Implementers = r.Implementers
		}
		after := d
		var err error
		after.Ask, after.StartAfter, err = full.ask(w, w.now, d.Header.Direction, d.Remediates != "")
		return after, true, nil, err
	})
}

func or[T comparable](a, b T) T {
	var none T
	if a == none {
		return b
	}
	return a
}

// RescheduleRequest moves the start, and maybe the window.
type RescheduleRequest struct {
	StartAfter time.Time        `json:"startAfter,omitzero" required:"false" doc:"Not before this moment; the window's start when absent."`
	Window     *practice.Window `json:"window,omitempty" doc:"Another window; the one that was asked for when absent."`
	Reason     string           `json:"reason" minLength:"1" doc:"Why."`
	Dry        bool             `json:"dry,omitempty" doc:"Only say what it would do."`
}

// Reschedule moves the start of a deployment that has not started. Within the
// window that was asked for the votes stay; with another window everybody is
// asked again, which only who asked may do.
func (c *Control) Reschedule(ctx context.Context, scope practice.Scope, by practice.Actor, id string, r RescheduleRequest) (Anew, error) {
	return c.anew(ctx, scope, by, id, r.Reason, r.Dry, func(w *work, d deployment.Deployment) (deployment.Deployment, bool, []string, error) {
		after := d
		if r.Window != nil {
			after.Window = practice.Window{Start: stored(r.Window.Start), End: stored(r.Window.End)}
		}
		after.StartAfter = stored(r.StartAfter)
		if after.StartAfter.IsZero() && after.Window.Start.After(w.now) {
			after.StartAfter = after.Window.Start
		}
		if problems := checkTimes(after.Window, after.StartAfter, w.now); len(problems) > 0 {
			refused := &practice.Error{Code: practice.Invalid, Message: "it cannot be moved so", Problems: problems, Terminal: true}
			if r.Window == nil {
				refused = refused.WithHint("votes were given for the window only; to leave it, ask for another: --window START/END")
			}
			return after, false, nil, refused
		}
		return after, after.Window != d.Window, nil, nil
	})
}

// Replan gives a deployment that has not started the plan that the same request
// gives now. Where it differs, everybody is asked again. Only who asked may.
func (c *Control) Replan(ctx context.Context, scope practice.Scope, by practice.Actor, id, reason string) (Anew, error) {
	d, err := c.Deployment(ctx, scope, id)
	if err != nil {
		return Anew{}, err
	}
	if err := beforeStart(d); err != nil {
		return Anew{}, err
	}
	same, err := c.sameStill(ctx, scope, d)
	if err != nil || same {
		return Anew{Deployment: d, Votes: []string{}, Changed: []string{}}, err
	}
	if err := c.Store.View(ctx, scope, func(tx Tx) error { return mayAsk(&work{Tx: tx, scope: scope, now: c.now()}, d, by) }); err != nil {
		return Anew{}, err
	}
	planned, err := c.Plan(ctx, scope, by, requestOf(d.Header))
	if err != nil {
		return Anew{}, err
	}
	return c.anew(ctx, scope, by, id, reason, false, func(w *work, d deployment.Deployment) (deployment.Deployment, bool, []string, error) {
		if !slices.Equal(parts(planned.Header), parts(d.Header)) {
			return d, false, nil, practice.Faultf(practice.Refused, "release %s has other components now", d.Header.Release).
				WithHint("end this one and ask for another: tranship deployment cancel %s", d.ID).Final()
		}
		if err := checkFresh(w, planned.Record); err != nil {
			return d, false, nil, err
		}
		before, err := w.Plan(d.Plan)
		if err != nil {
			return d, false, nil, err
		}
		changed, err := comparePlans(w, before, planned.Header, planned.Targets)
		if err != nil {
			return d, false, nil, err
		}
		w.fresh = planned.ID
		after := d
		after.Plan, after.PlanDigest, after.Header = planned.ID, planned.Digest, planned.Header
		return after, true, changed, nil
	})
}

// sameStill says whether the plan of a deployment is what its request gives now.
func (c *Control) sameStill(ctx context.Context, scope practice.Scope, d deployment.Deployment) (same bool, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		in, err := gather(tx, scope, requestOf(d.Header))
		if err != nil {
			return err
		}
		now, err := plan.Compile(in)
		same = err == nil && now.Digest == d.PlanDigest
		return err
	})
	return same, err
}

// parts names the components of a plan, by name.
func parts(h plan.Header) []string {
	var names []string
	for _, item := range h.Items {
		names = append(names, item.Component)
	}
	slices.Sort(names)
	return names
}

// anew lets a deployment that has not started ask for what otherwise makes of it,
// and says whether everybody must be asked again.
func (c *Control) anew(ctx context.Context, scope practice.Scope, by practice.Actor, id, reason string, dry bool,
	otherwise func(*work, deployment.Deployment) (after deployment.Deployment, voids bool, changed []string, err error)) (Anew, error) {
	var result Anew
	try := func(w *work) error {
		d, err := w.Deployment(id)
		if err != nil {
			return err
		}
		if err := beforeStart(d); err != nil {
			return err
		}
		if strings.TrimSpace(reason) == "" {
			return practice.Faultf(practice.Invalid, "asking otherwise needs a reason").WithHint("say why with --reason")
		}
		after, voids, changed, err := otherwise(w, d)
		if err != nil {
			return err
		}
		if voids {
			if err := mayAsk(w, d, by); err != nil {
				return err
			}
		}
		if result, err = foresee(w, d, after, voids, changed); err != nil || dry {
			result.Dry = dry
			return err
		}
		event, err := c.otherwise(w, d, after, result, by, strings.TrimSpace(reason))
		if err != nil {
			return err
		}
		result.Deployment, _, err = c.settle(w, d, event)
		return err
	}
	if dry {
		return result, c.Store.View(ctx, scope, func(tx Tx) error { return try(&work{Tx: tx, scope: scope, now: c.now()}) })
	}
	w, err := c.update(ctx, scope, try)
	if err == nil {
		c.advanceAgain(ctx, w)
	}
	return result, err
}

// otherwise notes what a deployment asks for from now on, and gives the event of it.
func (c *Control) otherwise(w *work, before, after deployment.Deployment, a Anew, by practice.Actor, why string) (deployment.Event, error) {
	if !a.Voids {
		return c.ask(w, before, after, a.Changed, false, by, why), nil
	}
	after, err := c.rated(w, after)
	if err != nil {
		return nil, err
	}
	return c.askAnew(w, before, after, a.Changed, by, why)
}

// foresee says what asking otherwise does to the votes.
func foresee(w *work, before, after deployment.Deployment, voids bool, changed []string) (Anew, error) {
	a := Anew{Deployment: before, Voids: voids, Votes: []string{}, Changed: []string{}}
	told, err := partsOf(w, after)
	if err != nil {
		return a, err
	}
	words, err := changedSince(w, before, told)
	if err != nil {
		return a, err
	}
	a.Changed = append(append(a.Changed, words...), changed...)
	if !before.StartAfter.Equal(after.StartAfter) {
		a.Changed = append(a.Changed, "start: was "+shownStart(before.StartAfter)+", is "+shownStart(after.StartAfter))
	}
	if !voids {
		return a, nil
	}
	votes, err := w.VotesOf(before.ID)
	for _, v := range votes {
		if v.Subject == before.Subject && v.Withdrawn.IsZero() && v.Decision == approval.Approve && !slices.Contains(a.Votes, v.By) {
			a.Votes = append(a.Votes, v.By)
		}
	}
	return a, err
}

func shownStart(t time.Time) string {
	if t.IsZero() {
		return "as soon as possible"
	}
	return shownTime(t)
}

// mayAsk refuses whoever is not the one who asked, nor the owner of the service
// account that did: who changes what is asked must not be free to approve it.
func mayAsk(w *work, d deployment.Deployment, by practice.Actor) error {
	k, err := w.desk()
	if err != nil {
		return err
	}
	people, err := k.directory([]string{by.Name, d.RequestedBy.Name}, nil)
	if err != nil {
		return err
	}
	mine, known := people.Answering(by)
	theirs, found := people.Answering(d.RequestedBy)
	if by == d.RequestedBy || known && found && mine != "" && people.Human(mine) == people.Human(theirs) {
		return nil
	}
	return practice.Faultf(practice.Forbidden, "%s was asked for by %s: only they ask otherwise", d.ID, d.RequestedBy.Name).
		WithHint("let them do it, or end it and ask for one of your own: tranship deployment cancel %s", d.ID).Final()
}
