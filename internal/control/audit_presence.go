package control

import (
	"time"

	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
)

// place is where a component can be present.
type place struct{ target, component string }

// land changes the told inventory as environment.Store's Land and Doubt change the stored one.
func (a *audit) land(d deployment.Deployment, landings []deployment.Landing, at time.Time) {
	for _, l := range landings {
		where := place{l.Target, l.Component}
		present, has := a.present[where]
		fresh := environment.Presence{
			Target: l.Target, Environment: d.Header.Environment, Component: l.Component,
			Version: l.Version, Digest: l.Digest, Slot: l.Slot, Deployment: d.ID, Since: at, Uncertain: l.Uncertain,
		}
		switch {
		case l.Uncertain && has:
			present.Uncertain = true
			a.present[where] = present
			continue
		case l.Uncertain:
			fresh.Version, fresh.Digest, fresh.Slot = "", "", ""
			a.present[where] = plain(fresh)
			continue
		default:
			a.place(fresh, at)
		}
	}
}

// place ends what is told to be present in a place and begins another; one
// without a version only ends it.
func (a *audit) place(fresh environment.Presence, at time.Time) {
	where := place{fresh.Target, fresh.Component}
	if present, has := a.present[where]; has {
		present.Until = at
		if present.Since.After(at) {
			present.Until = present.Since
		}
		a.past[plain(present)]++
		delete(a.present, where)
	}
	if fresh.Version != "" {
		a.present[where] = plain(fresh)
	}
}

// plain gives a presence whose times can be compared with ==.
func plain(p environment.Presence) environment.Presence {
	for _, t := range []*time.Time{&p.Since, &p.Until} {
		if t.IsZero() {
			*t = time.Time{}
		} else {
			*t = time.UnixMicro(t.UnixMicro()).UTC()
		}
	}
	return p
}

// comparePresences compares the inventory of now and of the past.
func (a *audit) comparePresences() error {
	err := a.each(StoredPresence, func(s Stored) {
		stored, _ := s.Value.(environment.Presence)
		stored = plain(stored)
		where := place{stored.Target, stored.Component}
		if !stored.Until.IsZero() {
			if a.past[stored] == 0 {
				a.find(s.Where, "that it was version %q from %s until %s is stored, but no entry tells of it", stored.Version,
					stored.Since.Format(time.RFC3339Nano), stored.Until.Format(time.RFC3339Nano))
				return
			}
			if a.past[stored]--; a.past[stored] == 0 {
				delete(a.past, stored)
			}
			return
		}
		told, known := a.present[where]
		delete(a.present, where)
		if a.known(s, known) {
			a.compare(s.Where, stored, told)
		}
	})
	for where := range a.present {
		a.missing("presence of " + where.component + " on " + where.target)
	}
	for p := range a.past {
		a.missing("past presence of " + p.Component + " on " + p.Target + " since " + p.Since.Format(time.RFC3339Nano))
	}
	return err
}
