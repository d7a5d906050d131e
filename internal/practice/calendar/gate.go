package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Covers says whether the waiver lets the deployment pass the conflict at a moment.
func (w Waiver) Covers(deployment string, c Conflict, at time.Time) bool {
	if w.Deployment != deployment || w.Rule != c.Rule || at.Before(w.At) || !w.Until.IsZero() && !at.Before(w.Until) {
		return false
	}
	if len(c.Groups) > 0 && !slices.Contains(c.Groups, w.Group) {
		return false
	}
	if w.With == (Ref{}) {
		return c.Rule != InsideFreeze
	}
	return w.With == c.With
}

// Open says whether a conflict lets a deployment start at a moment: it only
// warns, or it needs a waiver and has one.
func (c Conflict) Open(deployment string, at time.Time, waivers []Waiver) bool {
	switch c.Severity {
	case Off, Warn:
		return true
	case NeedsWaiver:
		return slices.ContainsFunc(waivers, func(w Waiver) bool { return w.Covers(deployment, c, at) })
	case Block:
	}
	return false
}

// Gate judges whether a slot may start at a moment. The conflicts must be
// those of the slot at that moment: slot.At(at). The gate is closed by each
// conflict that blocks or lacks its waiver, and by what cannot be evaluated.
func Gate(slot Slot, at time.Time, conflicts []Conflict, waivers []Waiver) practice.Verdict {
	var reasons []practice.Reason
	for _, c := range conflicts {
		if !c.Open(slot.ID, at, waivers) {
			reasons = append(reasons, c.reason(at))
		}
	}
	if len(reasons) > 0 {
		return practice.Hold(reasons...)
	}
	return practice.Pass()
}

// Judge finds the conflicts of a slot that would start at a moment, and judges them.
func (c *Calendar) Judge(slot Slot, at time.Time, others []Slot, rules Rules, waivers []Waiver) (practice.Verdict, []Conflict) {
	conflicts := c.Conflicts(slot.At(at), others, rules)
	return Gate(slot, at, conflicts, waivers), conflicts
}

// gate names the gate as people know it.
func (c Conflict) gate() string {
	names := map[Rule]string{OutsideWindow: "maintenance window", InsideFreeze: "freeze", Booked: "booking"}
	if name := names[c.Rule]; name != "" {
		return name
	}
	return "conflict"
}

func (c Conflict) reason(at time.Time) practice.Reason {
	r := practice.Reason{Gate: c.gate(), Message: c.Message, Until: c.Until, Targets: c.Targets[:min(20, len(c.Targets))]}
	if !c.Span.Start.IsZero() && !c.Span.Start.After(at) && c.Rule != OutsideWindow {
		r.Since = c.Span.Start
	}
	if c.Path != "" && !strings.Contains(c.Message, c.Path) {
		r.Message += " (" + c.Path + ")"
	}
	switch {
	case c.Severity == NeedsWaiver && len(c.Groups) > 0:
		r.Who = strings.Join(c.Groups, ", ")
		r.How = fmt.Sprintf("wait, move the deployment, or have a member of %s waive %s", some(c.Groups), strings.ToLower(string(c.With.Kind))+" "+c.With.Name)
	case c.Severity == NeedsWaiver:
		r.How = "wait, move the deployment, or have it waived"
	default:
		r.How = "wait or move the deployment; this cannot be waived"
	}
	return r
}

// strictness orders behaviours where several are due at the same moment.
var strictness = []Behaviour{FinishWave, FinishStep, Stop, RollBack}

// Ends gives until when what begins at a moment may run, and what happens
// then: the first end of a window that it needs, or the first begin of a
// freeze that holds it up and is not waived. Zero when nothing ends it within
// horizon. Entries that let it go on end nothing.
func (c *Calendar) Ends(slot Slot, at time.Time, horizon time.Duration, rules Rules, waivers []Waiver) (time.Time, Behaviour) {
	var end time.Time
	var then Behaviour
	due := func(moment time.Time, b Behaviour) {
		if end.IsZero() || moment.Before(end) || moment.Equal(end) && slices.Index(strictness, b) > slices.Index(strictness, then) {
			end, then = moment, b
		}
	}
	ahead, known, all := Span{at, at.Add(horizon)}, roll{}, c.meeting(slot.Footprint, true)
	if severity := rules.Severity(OutsideWindow); severity == Block || severity == NeedsWaiver {
		c.windowsEnd(slot, ahead, rules, waivers, due)
	}
	for i := range c.freezes {
		f := &c.freezes[i]
		if f.schedule == nil || f.apart(ahead) || f.entry.Freeze.WhenItBegins == GoOn {
			continue
		}
		t, met := f.meets(all, rules)
		if !met {
			continue
		}
		for _, s := range f.spans(ahead) {
			if s.Start.After(at) && !f.freezeConflict(slot, t, []Span{s}, rules, known).Open(slot.ID, s.Start, waivers) {
				due(s.Start, f.freezeBegins())
				break
			}
		}
	}
	return end, then
}

func (c *compiled) freezeBegins() Behaviour {
	if b := c.entry.Freeze.WhenItBegins; b != "" {
		return b
	}
	return FinishWave
}

// windowsEnd tells due when each group of targets leaves its windows.
func (c *Calendar) windowsEnd(slot Slot, ahead Span, rules Rules, waivers []Waiver, due func(time.Time, Behaviour)) {
	open := map[*bundle][]Span{}
	for _, g := range c.fences(slot.Footprint) {
		gap, left := leaves(ahead, g.open(ahead, open))
		if !left || !gap.Start.After(ahead.Start) || g.conflict(slot, rules.Severity(OutsideWindow)).Open(slot.ID, gap.Start, waivers) {
			continue
		}
		behaviour, goesOn := Behaviour(""), false
		for _, w := range g.windows() {
			if len(w.spans(Span{gap.Start.Add(-1), gap.Start})) == 0 {
				continue
			}
			b := w.windowEnds(rules)
			goesOn = goesOn || b == GoOn
			if slices.Index(strictness, b) > slices.Index(strictness, behaviour) {
				behaviour = b
			}
		}
		if !goesOn {
			due(gap.Start, behaviour)
		}
	}
}
