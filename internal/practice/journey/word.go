package journey

import (
	"time"

	"golang.org/x/mod/semver"

	"tranship.dev/tranship/internal/practice"
)

// Joined gives the journey with a deployment into the environment of its stage,
// and the entry of it. Conflict when it is not about to enter that environment (any
// more), and when another deployment brings it there already, which was not taken back.
func (j Journey) Joined(deployment, environment string, now time.Time) (Journey, practice.Entry, error) {
	here := j.Here()
	if !j.Open() || here.Environment != environment {
		return j, practice.Entry{}, practice.Faultf(practice.Conflict, "journey %s is not about to enter %s", j.ID, environment).Final()
	}
	if n := len(here.Deployments); n > 0 && here.Deployments[n-1] != here.Withdrawn {
		return j, practice.Entry{}, practice.Faultf(practice.Conflict, "journey %s enters %s with %s already", j.ID, environment, here.Deployments[n-1]).Final()
	}
	j = j.copied()
	stage := &j.Stages[j.At]
	stage.Deployments = append(stage.Deployments, deployment)
	if stage.Entered.IsZero() {
		stage.Entered = now
	}
	if j.At > 0 && j.Stages[j.At-1].Left.IsZero() {
		j.Stages[j.At-1].Left = now
	}
	if j.State != Running {
		j.State, j.Since = Running, now
	}
	j.Waiting, j.WakeAt = practice.Pass(), now.Add(lookAgain)
	return j, practice.Entry{Kind: EntryEntered, Subject: Subject(j.ID), Who: j.As, When: now,
		Data: map[string]any{"environment": environment, "deployment": deployment}}, nil
}

// Promote gives the journey with the decision that its next environment may be
// entered. Refused when there is nothing to decide.
func (j Journey) Promote(by practice.Actor, why string, now time.Time) (Journey, practice.Entry, error) {
	here := j.Here()
	switch {
	case !j.Open():
		return j, practice.Entry{}, practice.Faultf(practice.Refused, "journey %s has ended: it %s", j.ID, told(j)).Final()
	case j.Mode != ContinuousDelivery:
		return j, practice.Entry{}, practice.Faultf(practice.Refused, "journey %s needs no decision: its trigger %s says mode %s", j.ID, j.Trigger, j.Mode).
			WithHint("what it waits for: tranship why %s", j.ID).Final()
	case j.At == 0:
		return j, practice.Entry{}, practice.Faultf(practice.Refused, "journey %s has not passed its first environment, which needs no decision", j.ID).
			WithHint("what it waits for: tranship why %s", j.ID).Final()
	case here.Decision != nil:
		return j, practice.Entry{}, practice.Faultf(practice.Refused, "%s decided at %s that journey %s may enter %s", here.Decision.By.Name, clock(here.Decision.At), j.ID, here.Environment).
			WithHint("what it waits for: tranship why %s", j.ID).Final()
	}
	j = j.copied()
	j.Stages[j.At].Decision = &Decision{By: by, At: now, Why: why}
	j.WakeAt = now
	return j, practice.Entry{Kind: EntryPromoted, Subject: Subject(j.ID), Who: by, When: now, Why: why,
		Data: map[string]any{"environment": here.Environment}}, nil
}

// Stop gives the journey ended by a person; a deployment of it that is under way
// is not touched. Refused when it has ended.
func (j Journey) Stop(by practice.Actor, why string, now time.Time) (Step, error) {
	if !j.Open() {
		return Step{}, practice.Faultf(practice.Refused, "journey %s has ended: it %s", j.ID, told(j)).Final()
	}
	c := &course{j: j.copied(), now: now.UTC()}
	c.end(Stopped, why, by)
	return Step{Journey: c.j, Do: Rest, Entries: c.entries}, nil
}

func told(j Journey) string {
	text := map[Ending]string{Arrived: "arrived", Stopped: "was stopped", Failed: "failed", Superseded: "was superseded"}[j.Ending]
	if j.Why != "" {
		text += ": " + j.Why
	}
	return text
}

// Reasons says what a journey waits for, or why it ended otherwise than by arriving.
func (j Journey) Reasons() practice.Verdict {
	switch {
	case j.Open():
		return j.Waiting
	case j.Ending == Arrived:
		return practice.Pass()
	}
	return practice.Hold(practice.Reason{Gate: string(j.Ending), Message: "it " + told(j), Since: j.EndedAt, Who: "whoever looks after " + j.Name(), How: "tranship journey show " + j.ID})
}

// Supersedes says whether journey b takes the place of a: it began later, is of
// the same components on the same way, and its versions are not lower where
// versions can be compared.
func Supersedes(b, a Journey) bool {
	if a.Release == "" || b.Release == "" || a.Release == b.Release || !b.Begun.After(a.Begun) || a.Model != b.Model || len(a.Items) != len(b.Items) {
		return false
	}
	if b.Ending == Stopped || b.Ending == Failed {
		return false
	}
	for i, item := range a.Items {
		other := b.Items[i]
		if item.Component != other.Component || lower(other.Version, item.Version) {
			return false
		}
	}
	return true
}

// lower says that version a is lower than b, where both are semantic versions.
func lower(a, b string) bool {
	a, b = "v"+a, "v"+b
	return semver.IsValid(a) && semver.IsValid(b) && semver.Compare(a, b) < 0
}

// Ready says whether a journey has come as far as entering the environment: it
// has passed those before it.
func (j Journey) Ready(environment string) bool {
	for i, stage := range j.Stages {
		if stage.Environment == environment {
			return j.At >= i
		}
	}
	return false
}
