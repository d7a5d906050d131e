package drift

import (
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
)

// The entries of drift.
const (
	EntryFound    = "drift.found"    // data: drift, environment, component, state, recorded, found, digest, differences
	EntryChanged  = "drift.changed"  // the same; something else differs now
	EntryEnded    = "drift.ended"    // data: drift, environment, component, end
	EntryAccepted = "drift.accepted" // data: as of the end; presence, where what was found is in the inventory now
	EntryRepair   = "drift.repair-asked"
)

// Input is what is known of one target when it was looked at.
type Input struct {
	Target      string
	Environment string
	Sighting    Sighting
	Present     []environment.Presence // what the record says is there
	Standing    []Drift
	Accepted    []Acceptance
	Busy        bool // an order is open for it: what was seen is no drift
	Hosts       Hosts
}

// Outcome is what follows from a sighting.
type Outcome struct {
	Looked  *Looked      // nil: the sighting does not count
	New     []Drift      // without ids
	Kept    []Drift      // that go on, but are stored anew
	Entries []Transition // one for each change of state, of New and Kept

	Changes   []Change    // references to be stored
	Forgotten []Reference // to be removed
}

// Transition is one change of state that is recorded.
type Transition struct {
	Kind  string
	Drift int  // index into New, or into Kept
	New   bool // of New
}

// Judge says what follows from what was seen on a target. A drift stands from
// its first sighting; it is recorded again only when something else differs,
// and ends when it is found right, or when the record says something else and
// that is right. Where an order is open, where the record has changed since, or
// where a change ended in doubt, nothing follows.
func Judge(in Input, now time.Time) (Outcome, error) {
	if in.Busy {
		return Outcome{}, nil
	}
	out := Outcome{Looked: &Looked{Target: in.Target, Environment: in.Environment, At: now, Told: in.Sighting.Told, Values: in.Sighting.Values, Unread: in.Sighting.Unread}}
	present := map[string]environment.Presence{}
	for _, p := range in.Present {
		present[p.Component] = p
	}
	standing := map[string]Drift{}
	for _, d := range in.Standing {
		standing[d.Component] = d
	}
	seen := map[string]bool{}
	for _, s := range in.Sighting.Parts {
		if seen[s.Component] {
			continue
		}
		seen[s.Component] = true
		p := present[s.Component]
		if p.Uncertain {
			out.Looked.Blind = append(out.Looked.Blind, s.Component+": how the last deployment left it is not known")
			continue
		}
		recorded := RecordedOf(p)
		if s.Mark != recorded.Mark {
			out.Looked = nil // it was another record that this was about: the next look tells
			return Outcome{}, nil
		}
		if err := out.part(in, s, recorded, standing, now); err != nil {
			return Outcome{}, err
		}
	}
	if current, err := out.watch(in, standing, now); err != nil || !current {
		return Outcome{}, err
	}
	for _, d := range in.Standing {
		if d.Watch != "" {
			continue
		}
		if _, recorded := present[d.Component]; !seen[d.Component] && !recorded && in.Sighting.Complete {
			out.end(d, Replaced, now)
		}
	}
	return out, nil
}

// part judges one component.
func (o *Outcome) part(in Input, s Seen, recorded Recorded, standing map[string]Drift, now time.Time) error {
	found := judge(recorded.Version, s.Steps)
	before, stands := standing[s.Component]
	switch found.State {
	case Unknown:
		if recorded.Mark == "" {
			return nil // nothing should be there, and nothing says that it is
		}
		o.Looked.Blind = append(o.Looked.Blind, s.Component+": "+found.Why)
		return nil
	case AsRecorded:
		if stands {
			o.end(before, endOf(before, recorded), now)
		}
		return nil
	case Drifted, Missing, Unmanaged:
	}
	sum, err := found.Sum()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(in.Accepted, func(a Acceptance) bool {
		return a.Component == s.Component && a.Mark == recorded.Mark && a.Sum == sum
	}) {
		if stands {
			o.end(before, endOf(before, recorded), now)
		}
		return nil
	}
	if !stands {
		o.Entries = append(o.Entries, Transition{Kind: EntryFound, Drift: len(o.New), New: true})
		o.New = append(o.New, Drift{
			Environment: in.Environment, Target: in.Target, Component: s.Component, State: found.State,
			Recorded: recorded, Found: found, Like: s.Like, Since: now, ChangedAt: now,
		})
		return nil
	}
	return o.goOn(before, s, recorded, found, sum, now)
}

// goOn keeps a drift that stands as it is found now.
func (o *Outcome) goOn(before Drift, s Seen, recorded Recorded, found Found, sum practice.Digest, now time.Time) error {
	earlier, err := before.Found.Sum()
	if err != nil || earlier == sum && before.Recorded == recorded {
		return err
	}
	after := before
	after.State, after.Recorded, after.Found, after.Like = found.State, recorded, found, s.Like
	if before.Found.shape() != found.shape() || before.Recorded.Version != recorded.Version {
		after.ChangedAt = now
		o.Entries = append(o.Entries, Transition{Kind: EntryChanged, Drift: len(o.Kept)})
	}
	o.Kept = append(o.Kept, after)
	return nil
}

func (o *Outcome) end(d Drift, how End, now time.Time) {
	d.End, d.EndedAt = how, now
	o.Entries = append(o.Entries, Transition{Kind: EntryEnded, Drift: len(o.Kept)})
	o.Kept = append(o.Kept, d)
}

// endOf says why a drift is over that is found right.
func endOf(d Drift, recorded Recorded) End {
	switch {
	case recorded.Mark == d.Recorded.Mark:
		return Righted
	case d.Repair != "" && recorded.Deployment == d.Repair:
		return Repaired
	}
	return Replaced
}

// Overall says how a target stands to its record: the worst that stands there.
// It is not known where it was not looked at since stale, or where something
// could not be looked at and nothing worse is known.
func Overall(standing []Drift, looked Looked, stale time.Time) State {
	worst := AsRecorded
	for _, state := range []State{Drifted, Unmanaged, Missing} {
		if slices.ContainsFunc(standing, func(d Drift) bool { return d.State == state }) {
			worst = state
		}
	}
	if looked.At.Before(stale) || worst == AsRecorded && len(looked.Blind) > 0 {
		return Unknown
	}
	return worst
}
