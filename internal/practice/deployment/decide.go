package deployment

import (
	"fmt"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Decide says what follows when events happen to d at now, one after the other:
// how d and the rows of the events change, what the record gets, and what must
// be done. It does nothing itself, and its cost follows the number of events.
//
// An event that has no meaning (any more) changes nothing: a duplicate, a report
// of an older attempt, a timer that is not due. What has a meaning, and happens after
// the end of the window that the deployment runs in, has that end met first: nothing
// begins because a timer is late. Two kinds of error come back,
// and then nothing of the whole batch counts: practice.Error Refused where a
// person asked for what the state does not allow, and Conflict where orders were
// issued for a stage that takes none. Any other error is a defect of Tranship.
//
// Where several events of a batch carry the same target, only the first row is
// read: the later ones see what the earlier ones made of it.
func Decide(d Deployment, events []Event, now time.Time) (Change, error) {
	c := &course{d: d, now: now.UTC()}
	for _, e := range events {
		if err := c.take(e); err != nil {
			return Change{}, err
		}
	}
	c.change.Deployment = c.d
	return c.change, nil
}

// course is one run of Decide: the deployment as it is so far, and what follows.
type course struct {
	d      Deployment
	now    time.Time
	on     EventKind // the kind of the event that is being taken in
	change Change
	moved  map[string]int // index into change.Targets by name
	defect error          // an illegal move
}

// take lets one event happen.
func (c *course) take(e Event) error {
	c.on = kindOf(e)
	var err error
	switch e := e.(type) {
	case PlanFrozen:
		c.planFrozen(e)
	case AuthorisationGiven:
		err = c.authorisationGiven(e)
	case AuthorisationHeld:
		c.authorisationHeld(e)
	case AskedAnew:
		err = c.askedAnew(e)
	case StartJudged:
		c.startJudged(e)
	case EndMoved:
		c.endMoved(e)
	case Reconsidered:
		c.reconsidered()
	case ComponentsJudged:
		c.componentsJudged(e)
	case OrdersIssued:
		err = c.ordersIssued(e)
	case Reported:
		c.reported(e)
	case OrderWithdrawn:
		c.orderWithdrawn(e)
	case TargetSilent:
		c.targetSilent(e)
	case TimeCame:
		c.timeCame()
	case GuidanceGiven:
		err = c.guidanceGiven(e)
	case CancelAsked:
		err = c.cancelAsked(e)
	case OrderInterrupted:
		c.orderInterrupted(e)
	case CriterionAnswered:
		err = c.criterionAnswered(e)
	case CriteriaJudged:
		c.criteriaJudged(e)
	case PauseAsked:
		err = c.pauseAsked(e)
	case ResumeAsked:
		err = c.resumeAsked(e)
	default:
		err = fmt.Errorf("deployment %s: %T is not an event", c.d.ID, e)
	}
	if err == nil {
		err = c.defect
	}
	return err
}

// enter moves the deployment to a state, with the entry of the move. Entering
// the present state only renews what it waits for.
func (c *course) enter(to State, waiting practice.Verdict, who practice.Actor, why string) {
	from := c.d.State
	c.d.Waiting = waiting
	c.d.WakeAt = time.Time{}
	if from == to {
		return
	}
	if !legal(from, c.on, to) && c.defect == nil {
		c.defect = fmt.Errorf("deployment %s: no move from %s to %s when %s is in the table", c.d.ID, from, to, c.on)
	}
	c.d.State, c.d.Since = to, c.now
	c.note(EntryStateChanged, who, why, map[string]any{"from": string(from), "to": string(to)})
}

// close ends the deployment.
func (c *course) close(result Result, cause string, who practice.Actor) {
	c.d.Suspended, c.d.Pausing, c.d.Stage.Held = nil, nil, ""
	c.d.Result, c.d.Cause, c.d.Ended = result, cause, c.now
	c.enter(Closed, practice.Pass(), who, cause)
	c.note(EntryClosed, who, cause, map[string]any{
		"result":   string(result),
		"cause":    cause,
		"executed": c.d.Executed,
		"touched":  c.d.Touched,
		"failures": c.d.Failures,
		"new":      c.d.Left.New,
		"halfWay":  c.d.Left.HalfWay,
		"unknown":  c.d.Left.Unknown,
	})
}

// effect asks for something to be done.
func (c *course) effect(e Effect) { c.change.Effects = append(c.change.Effects, e) }

// wake asks for TimeCame at a moment.
func (c *course) wake(at time.Time) {
	c.d.WakeAt = at
	c.effect(WakeUp{At: at})
}

// row gives the target's row as it is after the events before this one.
func (c *course) row(before Target) Target {
	if i, seen := c.moved[before.Name]; seen {
		return c.change.Targets[i]
	}
	return before
}

// put keeps a row that moved.
func (c *course) put(row Target) {
	if i, seen := c.moved[row.Name]; seen {
		c.change.Targets[i] = row
		return
	}
	if c.moved == nil {
		c.moved = map[string]int{}
	}
	c.moved[row.Name] = len(c.change.Targets)
	c.change.Targets = append(c.change.Targets, row)
}

// state says whether the deployment is in one of the states.
func (c *course) state(states ...State) bool { return slices.Contains(states, c.d.State) }
