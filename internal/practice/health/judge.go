package health

import (
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice/model"
)

// The bounds of what is heard.
const (
	Heartbeat = 15 * time.Minute // an agent tells at least so often what it told before
	Stale     = 40 * time.Minute // what was told before is not known any more
)

// Judge gives the health of a component on a target after a report about it, and
// whether its state has changed. before is what was known of it; its zero value
// means nothing. A report of a check replaces what was known of that check.
// Answers of another mark than before tell nothing: Judge is not asked then.
func Judge(before Health, r Report, now time.Time) (Health, bool) {
	after := before
	after.HeardAt, after.Mark, after.Deployment = now, r.Mark, r.Like
	behind := now.Sub(r.At) // what the agent's clock must be moved by
	if before.Mark != r.Mark {
		after.Answers = nil
	}
	after.Answers = slices.Clone(after.Answers)
	for _, a := range r.Answers {
		a.Since = earlier(a.Since.Add(behind), now)
		i := slices.IndexFunc(after.Answers, func(known Answer) bool { return known.Check == a.Check })
		switch {
		case i < 0:
			after.Answers = append(after.Answers, a)
		case after.Answers[i].State == a.State:
			after.Answers[i].Says = a.Says // since when is known better already: an agent that started anew counts anew
		default:
			after.Answers[i] = a
		}
	}
	slices.SortStableFunc(after.Answers, func(a, b Answer) int { return rank(a.State) - rank(b.State) })
	after.State, after.Pending = stateOf(after.Answers, r.Checks)
	if after.State == before.State && after.Pending == before.Pending && before.Mark == r.Mark {
		return after, false
	}
	after.Since = now
	return after, true
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// rank orders states, the worst first.
func rank(s State) int { return slices.Index(States(), s) }

// stateOf gives the worst that some answer says. While an answer is missing and
// nothing worse is known, it is unknown, and only until then.
func stateOf(answers []Answer, checks int) (state State, pending bool) {
	worst := Healthy
	for _, a := range answers {
		if rank(a.State) < rank(worst) {
			worst = a.State
		}
	}
	if worst == Healthy && len(answers) < max(checks, 1) {
		return Unknown, true
	}
	return worst, false
}

// Count is how many targets of a place are how. Those that are left are healthy.
type Count struct {
	Targets  int `json:"targets" doc:"On how many targets its health is checked."`
	Failing  int `json:"failing"`
	Degraded int `json:"degraded"`
	Unknown  int `json:"unknown" doc:"Of which nobody can say: a check cannot be made, or the agent is silent."`
	Pending  int `json:"pending" doc:"That have not answered yet since they were changed."`
	Percent  int `json:"-"` // of the targets that make the place failing; 0: all
}

// Healthy gives the targets that are.
func (c Count) Healthy() int { return c.Targets - c.Failing - c.Degraded - c.Unknown - c.Pending }

// Hush gives the count without those that are not heard of any more: whatever
// was said of them, nobody knows.
func (c Count) Hush(q Quiet) Count {
	number := q.Number
	if q.Pending {
		number = min(number, c.Pending)
		c.Pending -= number
	} else {
		switch q.State {
		case Failing:
			number = min(number, c.Failing)
			c.Failing -= number
		case Degraded:
			number = min(number, c.Degraded)
			c.Degraded -= number
		case Healthy:
			number = min(number, c.Healthy())
		case Unknown:
			return c
		}
	}
	c.Unknown += number
	return c
}

// Overall gives the state of a place: failing when so many of its targets are as
// the model says, degraded when some are less than healthy, unknown when of some
// nobody can say. Targets that have not answered yet since they were changed
// count only when all of them are such. Empty: its health is not checked.
func Overall(c Count) State {
	percent := c.Percent
	if percent <= 0 || percent > model.AllFailing {
		percent = model.AllFailing
	}
	switch {
	case c.Targets == 0:
		return ""
	case c.Failing > 0 && c.Failing*100 >= percent*c.Targets:
		return Failing
	case c.Failing+c.Degraded > 0:
		return Degraded
	case c.Unknown > 0, c.Pending == c.Targets:
		return Unknown
	}
	return Healthy
}

// Landed gives the health of a component on a target that a deployment has just
// changed: nobody knows yet.
func Landed(environment, target, component, deployment, mark string, percent int, now time.Time) Health {
	return Health{
		Environment: environment, Target: target, Component: component, State: Unknown, Pending: true, Since: now,
		Deployment: deployment, Mark: mark, Percent: percent,
	}
}

// Worst gives the check that makes the component less than healthy, and what it
// said; false when none does.
func (h Health) Worst() (Answer, bool) {
	if len(h.Answers) == 0 || h.Answers[0].State == Healthy {
		return Answer{}, false
	}
	return h.Answers[0], true
}

// Seen gives the state as it is known at a moment, and why it is not known any
// more where that is so. silent is when the agent was last heard of, where it is
// silent; zero: it answers.
func (h Health) Seen(silent, now time.Time) (State, string) {
	switch {
	case !silent.IsZero():
		return Unknown, "its agent is silent since " + silent.UTC().Format("2006-01-02 15:04 UTC")
	case h.Pending && h.HeardAt.IsZero() || h.Pending && h.State == Unknown:
		return Unknown, "no answer yet since " + h.Deployment + " has changed it"
	case now.Sub(h.HeardAt) > Stale:
		return Unknown, "nothing was heard of its health since " + h.HeardAt.UTC().Format("2006-01-02 15:04 UTC")
	}
	return h.State, ""
}

// Name gives the place as the record writes it.
func (p Place) Name() string { return p.Environment + "/" + p.Component }

// Subject is what entries about the health of a place are about.
func (p Place) Subject() string { return "health/" + p.Name() }

// PlaceOf gives the place of a component on a target.
func (h Health) PlaceOf() Place { return Place{Environment: h.Environment, Component: h.Component} }
