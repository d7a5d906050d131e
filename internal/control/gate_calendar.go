package control

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/deployment"
)

// farthestEnd is how far ahead the end of a run is looked for.
const farthestEnd = 31 * 24 * time.Hour

// calendarGate holds a deployment outside its windows, within freezes, against
// bookings and against others. One for later is judged as of its start, so that
// what speaks against tonight is known this afternoon.
func (c *Control) calendarGate(w *work, d deployment.Deployment) (gate, error) {
	a, err := c.almanac(w, w.scope, w.now, w.changed > 0)
	if err != nil {
		return gate{}, err
	}
	start := w.now
	if d.StartAfter.After(start) {
		start = d.StartAfter
	}
	f, err := a.forecast(d, start, func(o deployment.Deployment) bool { return goesBefore(o, d) })
	if reason, told := reasonOf(err, "calendar"); told {
		return gate{verdict: practice.Hold(reason)}, nil
	}
	if err != nil {
		return gate{}, err
	}
	f.conflicts = slices.DeleteFunc(f.conflicts, func(c calendar.Conflict) bool { return c.Rule == calendar.SameTool }) // the queue counts them
	g := gate{verdict: practice.And(approvedWindow(d, start), f.gate())}
	for i, r := range g.verdict.Reasons {
		if r.Until.After(w.now) {
			g.next = sooner(g.next, r.Until)
		}
		g.verdict.Reasons[i].How = howTo(d, r, f.conflicts)
	}
	return g, nil
}

// checkCalendar refuses a deployment for which there is no time at all: one that
// is blocked now waits, as long as waiting can help.
func (c *Control) checkCalendar(w *work, d deployment.Deployment) error {
	a, err := c.almanac(w, w.scope, w.now, false)
	if err != nil {
		return err
	}
	o, err := a.outlook(d, d.ID, time.Time{})
	if err != nil || o.Open {
		return err
	}
	length := d.Estimate
	if length <= 0 {
		length = practice.Duration(unknownLength)
	}
	free, err := a.free(d, d.ID, SlotRequest{Duration: length, Limit: 1})
	if err != nil || len(free.Slots) > 0 {
		return err
	}
	var problems []practice.Problem
	for _, found := range o.Conflicts {
		if found.Holds {
			problems = append(problems, practice.Problem{Path: found.Ref, Message: found.Message})
		}
	}
	return &practice.Error{
		Code: practice.Refused, Message: fmt.Sprintf("there is no time within 90 days at which %s into %s may run", d.Header.Release, d.Header.Environment),
		Hint: "tranship calendar show --environment " + d.Header.Environment + " shows the windows", Problems: problems, Terminal: true,
	}
}

// goesBefore says that of two that are planned for the same time the one keeps
// the other waiting, never both each other: it is authorised and has its time
// before it, and it stands before the other in the line.
func goesBefore(one, other deployment.Deployment) bool {
	return (one.State == deployment.Authorised || one.State == deployment.Scheduled) && inLine(one, other) < 0
}

// approvedWindow holds a deployment outside the time for which it was asked.
func approvedWindow(d deployment.Deployment, start time.Time) practice.Verdict {
	w := d.Window
	if w.Holds(start) {
		return practice.Pass()
	}
	reason := practice.Reason{
		Gate: "approved window", Message: fmt.Sprintf("it was asked for from %s on", told(w.Start)), Until: w.Start,
		Who: "whoever asked for it: " + d.RequestedBy.Name,
	}
	if !w.End.IsZero() && !start.Before(w.End) {
		reason.Message, reason.Until = fmt.Sprintf("the time for which it was asked ended at %s", told(w.End)), time.Time{}
	}
	return practice.Hold(reason)
}

func told(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// howTo says what people type about a closed gate of the calendar.
func howTo(d deployment.Deployment, r practice.Reason, conflicts []calendar.Conflict) string {
	move := "tranship calendar free " + d.ID + " lists times that fit"
	for _, c := range conflicts {
		if c.Severity == calendar.NeedsWaiver && strings.HasPrefix(r.Message, c.Message) {
			return fmt.Sprintf("wait, or move it: %s; or have it waived: tranship deployment waive %s %s --reason WHY", move, d.ID, refName(c.With))
		}
	}
	switch {
	case r.Gate == "approved window":
		return move
	case r.How == "":
		return "wait, or move it: " + move
	}
	return r.How + "; " + move
}

// ends gives until when a deployment that begins now may run.
func (c *Control) ends(w *work, d deployment.Deployment, from time.Time) (time.Time, deployment.Overrun, error) {
	a, err := c.almanac(w, w.scope, w.now, w.changed > 0)
	if err != nil {
		return time.Time{}, "", err
	}
	rules, err := a.rulesOf(d.Header.Environment)
	if err != nil {
		return time.Time{}, "", err
	}
	waivers, err := a.waivers(d)
	if err != nil {
		return time.Time{}, "", err
	}
	slot, err := a.slot(d, from)
	if err != nil {
		return time.Time{}, "", err
	}
	end, then := a.table.calendar.Ends(slot, from, farthestEnd, rules, waivers)
	if now, behaviour, over := a.overNow(d, slot, rules, waivers, from); over {
		end, then = now, behaviour
	}
	if asked := d.Window.End; !asked.IsZero() && (end.IsZero() || asked.Before(end)) {
		end, then = asked, rules.WhenWindowEnds
	}
	if end.IsZero() {
		return end, "", nil
	}
	if then == "" {
		then = calendar.FinishWave
	}
	return end, deployment.Overrun(then), nil
}

// overNow says that what runs since from may not run any more, because of a
// freeze that was applied meanwhile, or a window that was taken away.
func (a *almanac) overNow(d deployment.Deployment, slot calendar.Slot, rules calendar.Rules, waivers []calendar.Waiver, from time.Time) (time.Time, calendar.Behaviour, bool) {
	if !a.now.After(from) {
		return time.Time{}, "", false
	}
	slot = slot.At(a.now)
	slot.End, slot.Begun = a.now.Add(time.Second), from
	for _, c := range a.table.calendar.Conflicts(slot, nil, rules) {
		if c.Rule != calendar.InsideFreeze && c.Rule != calendar.OutsideWindow || c.Open(d.ID, a.now, waivers) {
			continue
		}
		behaviour := rules.WhenWindowEnds
		if e := a.table.entries[calendar.Ref{Kind: c.With.Kind, Name: c.With.Name}]; e.Freeze != nil {
			behaviour = e.Freeze.WhenItBegins
		}
		if behaviour != calendar.GoOn {
			return a.now, behaviour, true
		}
	}
	return time.Time{}, "", false
}

// judgeEnd looks until when a deployment that runs may go on. Where its end was
// met before, a person has let it go on, and it stays so.
func (c *Control) judgeEnd(w *work, d deployment.Deployment) (deployment.Event, error) {
	same := deployment.EndMoved{MustEnd: d.MustEnd, Overrun: d.Overrun}
	if d.MustEnd.IsZero() && d.Overrun != "" {
		return same, nil
	}
	from := d.Started
	if from.IsZero() {
		from = d.Since
	}
	end, then, err := c.ends(w, d, from)
	if practice.CodeOf(err) == practice.Invalid {
		return same, nil // what cannot be read ends nothing that runs
	}
	if err != nil {
		return nil, err
	}
	if !d.MustEnd.IsZero() && !end.IsZero() && !end.After(w.now) && !d.MustEnd.After(w.now) {
		return same, nil // its timer meets it
	}
	return deployment.EndMoved{MustEnd: end, Overrun: then, Why: "the calendar changed"}, nil
}
