package control

import (
	"context"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/journey"
)

// JobTrigger fires a trigger whose time has come.
const JobTrigger = "trigger"

// foreseen is how far ahead the next time of a schedule is looked for.
const foreseen = 5 * 366 * 24 * time.Hour

// CheckSchedule gives what is wrong with the schedule of a trigger.
func CheckSchedule(s journey.TriggerSpec) []practice.Problem {
	if s.Schedule == nil {
		return nil
	}
	_, problems := calendarOf(*s.Schedule)
	return problems
}

// calendarOf understands a schedule as something that lasts for a minute.
func calendarOf(s journey.Schedule) (*calendar.Schedule, []practice.Problem) {
	times := calendar.Times{Start: s.Start, End: s.Start, Zone: s.Zone, Repeat: s.Repeat, Except: s.Except}
	if times.Zone == "" {
		times.Zone = "UTC"
	}
	if start, err := calendar.ParseWall(s.Start); err == nil {
		times.End = start.Add(time.Minute).Format("2006-01-02T15:04:05")
	}
	return calendar.NewSchedule(times, time.LoadLocation, "spec.schedule")
}

// nextTime gives the first moment after now at which a schedule fires; zero: never again.
func nextTime(s journey.Schedule, now time.Time) (time.Time, error) {
	times, problems := calendarOf(s)
	if len(problems) > 0 {
		return time.Time{}, practice.Faultf(practice.Invalid, "schedule: %s: %s", problems[0].Path, problems[0].Message)
	}
	var next time.Time
	times.Each(now, now.Add(foreseen), func(o calendar.Occurrence) bool {
		if o.Start.After(now) {
			next = o.Start
			return false
		}
		return true
	})
	return next, nil
}

// triggersMeet lets triggers meet a document that was stored.
func triggersMeet(w *work, by practice.Actor, d practice.Document) error {
	if d.Kind == practice.KindTrigger {
		return w.scheduleTrigger(d)
	}
	return releaseApplied(w, by, d)
}

// scheduleTrigger sets when a trigger fires next, from its document on.
func (w *work) scheduleTrigger(d practice.Document) error {
	t, err := journey.DecodeTrigger(d)
	if err != nil {
		return err
	}
	due := time.Time{}
	if !d.Removed && t.Spec.Schedule != nil {
		if due, err = nextTime(*t.Spec.Schedule, w.now); err != nil {
			return err
		}
	}
	return setDue(w, t.Name, due)
}

func setDue(w *work, trigger string, due time.Time) error {
	p, err := w.Post(trigger)
	if err != nil || p.DueAt.Equal(due) {
		return err
	}
	p.DueAt = due
	if err := w.PutPost(p); err != nil || due.IsZero() {
		return err
	}
	return w.Enqueue(Job{Kind: JobTrigger, Scope: w.scope, Subject: trigger, Due: due.Unix()}, due)
}

// TriggerDue fires a trigger when the moment of its schedule has come, once for
// all moments that were missed, and sets the next one. It may be called at any time.
func (c *Control) TriggerDue(ctx context.Context, scope practice.Scope, name string) error {
	_, err := c.update(ctx, scope, func(w *work) error {
		t, err := triggerNamed(w, name)
		if practice.CodeOf(err) == practice.NotFound {
			return nil // it was removed meanwhile
		}
		if err != nil {
			return err
		}
		p, err := w.Post(name)
		if err != nil || t.Spec.Schedule == nil || p.DueAt.IsZero() || p.DueAt.After(w.now) {
			return err
		}
		cause := "it was due at " + shownTime(p.DueAt)
		if late := w.now.Sub(p.DueAt); late > time.Minute {
			cause += fmt.Sprintf(", %s late", late.Truncate(time.Second))
		}
		next, err := nextTime(*t.Spec.Schedule, w.now)
		if err != nil {
			return err
		}
		if err := setDue(w, name, next); err != nil {
			return err
		}
		return ignoreRefusal(w, t, practice.Tranship, func() error {
			_, err := begin(w, t, journey.Wanted{Component: t.Spec.Component, Release: t.Spec.Release}, cause, practice.Tranship)
			return err
		})
	})
	return err
}
