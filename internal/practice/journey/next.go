package journey

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// The kinds of entry that a journey leaves in the record.
const (
	EntryBegun    = "journey.begun"    // data: trigger, wanted, sum
	EntrySet      = "journey.set"      // data: release, model, environments
	EntryMoved    = "journey.moved"    // data: from, to, at
	EntryEntered  = "journey.entered"  // data: environment, deployment
	EntryPromoted = "journey.promoted" // data: environment
	EntryEnded    = "journey.ended"    // data: ending
)

// How long a journey waits at most before it is looked at again, though nothing
// is known to have changed: nothing waits for what nobody holds.
const (
	lookAgain  = 10 * time.Minute
	retryAfter = time.Minute
)

// Progress is how far a deployment of the journey is.
type Progress struct {
	ID        string
	Begun     bool // it has passed its start
	Closed    bool
	Succeeded bool
	Cancelled bool
	Cause     string
	Ended     time.Time
	Waiting   practice.Verdict
	Other     bool // its plan is out of date, and the release is of other components than it was planned with
}

// Facts is what Next needs to know of the world.
type Facts struct {
	Withdrawn  string           // why the release may not be deployed any more; empty: it may
	Deployment *Progress        // the last one of the stage; nil: none
	Present    bool             // the whole release is in the stage's environment, and passed there
	Gate       practice.Verdict // whether the environment may be entered: the flow, the quality, other deployments
	Pins       []Pin            // those of the stage's environment that keep an item of the release out
	Newer      string           // a journey of a newer version that may enter the environment too; empty: none
	Refusal    practice.Verdict // why the last attempt to enter, or to plan again, was refused just now
}

// Action is what must be done about a journey.
type Action string

// The actions.
const (
	Rest     Action = "rest"     // nothing, until something changes
	Look     Action = "look"     // at once again, with the facts of the next stage
	Enter    Action = "enter"    // plan, and ask for a deployment into the environment of the stage
	Replan   Action = "replan"   // give the deployment of the stage, which has not begun, the plan that it would get now
	Withdraw Action = "withdraw" // take the deployment of the stage back, which has not begun
)

// Step is what follows.
type Step struct {
	Journey Journey
	Do      Action
	Why     string // of Replan and Withdraw
	Entries []practice.Entry
}

// Next says what follows for a journey at now. It does nothing itself. A journey
// that has ended rests.
func Next(j Journey, f Facts, now time.Time) Step {
	c := &course{j: j.copied(), now: now.UTC(), do: Rest}
	switch {
	case !j.Open():
		return Step{Journey: j, Do: Rest}
	case j.Release == "":
		c.awaitVersion()
	case f.Deployment != nil:
		c.deployed(*f.Deployment, f)
	default:
		c.enter(f)
	}
	return Step{Journey: c.j, Do: c.do, Why: c.why, Entries: c.entries}
}

// course is one run of Next.
type course struct {
	j       Journey
	now     time.Time
	do      Action
	why     string
	entries []practice.Entry
}

// awaitVersion: the library does not have the version (yet).
func (c *course) awaitVersion() {
	w := c.j.Wanted
	if !c.now.Before(w.Until) {
		c.end(Failed, fmt.Sprintf("%s did not come into the library until %s", w, clock(w.Until)), practice.Tranship)
		return
	}
	c.wait(practice.Hold(practice.Reason{
		Gate: "library", Message: fmt.Sprintf("%s is not admitted to the library yet", w), Until: w.Until,
		Who: "whoever adds versions of " + strings.Join(c.j.Components(), ", "), How: "tranship library add, then tranship library admit",
	}))
	if w.Until.Before(c.j.WakeAt) {
		c.j.WakeAt = w.Until
	}
}

// deployed: a deployment into the environment exists.
func (c *course) deployed(d Progress, f Facts) {
	here := &c.j.Stages[c.j.At]
	superseded := f.Newer != "" && c.j.Keep == KeepLatest
	switch {
	case d.Closed && d.Succeeded:
		c.arrive(d.Ended, d.ID+" succeeded")
	case d.Closed && d.Cancelled && superseded:
		c.end(Superseded, f.Newer+" took its place before "+here.Environment, practice.Tranship)
	case d.Closed && d.Cancelled && here.Withdrawn == d.ID && len(here.Deployments) < maxRenewed:
		c.enter(f)
	case d.Closed && d.Cancelled:
		c.end(Stopped, fmt.Sprintf("%s into %s was cancelled: %s", d.ID, here.Environment, d.Cause), practice.Tranship)
	case d.Closed:
		c.end(Failed, fmt.Sprintf("%s into %s did not succeed: %s", d.ID, here.Environment, d.Cause), practice.Tranship)
	case !d.Begun && here.Withdrawn != d.ID && superseded:
		c.withdraw(d.ID, f.Newer+" brings a newer version")
	case !d.Begun && here.Withdrawn != d.ID && f.Withdrawn != "":
		c.withdraw(d.ID, f.Withdrawn)
	case !d.Begun && here.Withdrawn != d.ID && d.Other:
		c.withdraw(d.ID, "the release has other components now; the journey asks anew")
	case !d.Begun && here.Withdrawn != d.ID && Stale(d.Waiting):
		c.replan(d, f.Refusal)
	default:
		c.run(d)
	}
}

// replan: what the deployment asks for is not what it would do now. It asks
// again with another plan; where that is refused, it waits and tries again later.
func (c *course) replan(d Progress, refusal practice.Verdict) {
	before := c.j.Waiting
	c.run(d)
	c.j.WakeAt = c.now.Add(retryAfter)
	if refusal.Open {
		c.do, c.why = Replan, outdated(d.Waiting).Message
		return
	}
	c.j.Waiting = refusal.Since(before, c.now)
}

// Stale says that a deployment waits because its plan is out of date.
func Stale(v practice.Verdict) bool {
	return outdated(v).Gate != ""
}

// outdated gives the reason that a deployment's plan is out of date; zero: it is not.
func outdated(v practice.Verdict) practice.Reason {
	for _, r := range v.Reasons {
		if r.Gate == "plan" {
			return r
		}
	}
	return practice.Reason{}
}

func (c *course) withdraw(id, why string) {
	c.j.Stages[c.j.At].Withdrawn = id
	c.do, c.why = Withdraw, why
	c.state(Running)
	c.j.Waiting, c.j.WakeAt = practice.Pass(), c.now.Add(retryAfter)
}

// run: the deployment goes on.
func (c *course) run(d Progress) {
	c.state(Running)
	c.waits(practice.Pass())
	c.j.WakeAt = c.now.Add(lookAgain)
	c.j.Waiting = practice.Hold(practice.Reason{
		Gate: "deployment", Message: fmt.Sprintf("%s into %s is under way", d.ID, c.j.Here().Environment), Since: c.j.Since, How: "tranship deployment watch " + d.ID,
	})
	if !d.Waiting.Open {
		c.j.Waiting = d.Waiting
	}
}

// arrive: the release is in the environment of the stage.
func (c *course) arrive(at time.Time, why string) {
	here := &c.j.Stages[c.j.At]
	here.Arrived = at
	if at.IsZero() {
		here.Arrived = c.now
	}
	c.waits(practice.Pass())
	if c.j.At == len(c.j.Stages)-1 {
		c.end(Arrived, why, practice.Tranship)
		return
	}
	from := here.Environment
	c.j.At++
	next := &c.j.Stages[c.j.At]
	next.Reached = c.now
	c.note(EntryMoved, why, map[string]any{"from": from, "to": next.Environment, "at": c.j.At})
	c.do = Look
	c.state(Waiting)
	c.j.Waiting, c.j.WakeAt = practice.Pass(), c.now
}

// enter: there is no deployment into the environment, or only one that was taken back.
func (c *course) enter(f Facts) {
	here := c.j.Here()
	switch {
	case f.Withdrawn != "":
		c.end(Stopped, f.Withdrawn, practice.Tranship)
		return
	case f.Present && !c.j.Redeploy:
		c.arrive(c.now, c.j.Release+" was in "+here.Environment+" already")
		return
	case f.Newer != "" && c.j.Keep == KeepLatest:
		c.end(Superseded, f.Newer+" took its place before "+here.Environment, practice.Tranship)
		return
	}
	verdict := practice.And(c.pinned(f.Pins), f.Gate, c.decided())
	if verdict.Open {
		verdict = f.Refusal
	}
	if !verdict.Open {
		c.wait(verdict)
		if !f.Refusal.Open {
			c.j.WakeAt = c.now.Add(retryAfter)
		}
		return
	}
	c.do = Enter
	c.waits(practice.Pass())
	c.j.WakeAt = c.now.Add(retryAfter) // whatever happens between here and the deployment
}

func (c *course) pinned(pins []Pin) practice.Verdict {
	verdict := practice.Pass()
	for _, p := range pins {
		verdict = practice.And(verdict, practice.Hold(practice.Reason{
			Gate: "pin", Message: fmt.Sprintf("%s %s is kept out of %s: %s", p.Component, p.Version, p.Environment, p.Why), Since: p.At,
			Who: "whoever may deploy into " + p.Environment, How: fmt.Sprintf("tranship unpin %s %s --in %s --reason WHY", p.Component, p.Version, p.Environment),
		}))
	}
	return verdict
}

// decided holds a journey of continuous delivery until somebody decides that it goes on.
func (c *course) decided() practice.Verdict {
	here := c.j.Here()
	if c.j.Mode != ContinuousDelivery || c.j.At == 0 || here.Decision != nil {
		return practice.Pass()
	}
	return practice.Hold(practice.Reason{
		Gate: "decision", Message: fmt.Sprintf("%s is in %s; nobody has decided that it goes on into %s", c.j.Release, c.j.Stages[c.j.At-1].Environment, here.Environment),
		Since: here.Reached, Who: "whoever may deploy into " + here.Environment, How: "tranship journey promote " + c.j.ID + " --reason WHY",
	})
}

// wait rests until something changes.
func (c *course) wait(verdict practice.Verdict) {
	if len(verdict.Reasons) == 0 {
		verdict = practice.Hold(practice.Reason{Gate: "journey", Message: "it is not known what it waits for"})
	}
	c.state(Waiting)
	c.waits(verdict)
	c.j.Waiting = verdict.Since(c.j.Waiting, c.now)
	c.j.WakeAt = c.now.Add(lookAgain)
}

// waits keeps in the stage what is waited for, and since when.
func (c *course) waits(verdict practice.Verdict) {
	if c.j.At >= len(c.j.Stages) {
		return
	}
	here := &c.j.Stages[c.j.At]
	for i := range here.Waits {
		if w := &here.Waits[i]; w.To.IsZero() && !slices.ContainsFunc(verdict.Reasons, func(r practice.Reason) bool { return r.Gate == w.Gate }) {
			w.To = c.now
		}
	}
	for _, r := range verdict.Reasons {
		i := slices.IndexFunc(here.Waits, func(w Wait) bool { return w.To.IsZero() && w.Gate == r.Gate })
		switch {
		case i >= 0:
			here.Waits[i].Message = r.Message
		case len(here.Waits) < maxWaits:
			here.Waits = append(here.Waits, Wait{Gate: r.Gate, Message: r.Message, From: c.now})
		}
	}
}

func (c *course) state(s State) {
	if c.j.State != s {
		c.j.State, c.j.Since = s, c.now
	}
}

func (c *course) end(ending Ending, why string, by practice.Actor) {
	c.waits(practice.Pass())
	c.state(Ended)
	c.j.Ending, c.j.Why, c.j.EndedBy, c.j.EndedAt = ending, why, by, c.now
	c.j.Waiting, c.j.WakeAt = practice.Pass(), time.Time{}
	c.entries = append(c.entries, practice.Entry{Kind: EntryEnded, Subject: Subject(c.j.ID), Who: by, When: c.now, Why: why, Data: map[string]any{"ending": string(ending)}})
	c.do = Rest
}

func (c *course) note(kind, why string, data map[string]any) {
	c.entries = append(c.entries, practice.Entry{Kind: kind, Subject: Subject(c.j.ID), Who: practice.Tranship, When: c.now, Why: why, Data: data})
}

// Subject gives the subject of a journey's entries.
func Subject(id string) string { return "journey/" + id }

// copied gives the journey with stages of its own.
func (j Journey) copied() Journey {
	j.Stages = slices.Clone(j.Stages)
	for i := range j.Stages {
		j.Stages[i].Waits = slices.Clone(j.Stages[i].Waits)
		j.Stages[i].Deployments = slices.Clone(j.Stages[i].Deployments)
	}
	return j
}

// clock writes a moment as people read it in a sentence.
func clock(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
