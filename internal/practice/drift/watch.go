package drift

import (
	"maps"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
)

// The entries of what hosts are watched for.
const (
	EntryReference = "drift.reference" // data: environment, watch, digest, count, by, differences
	EntryForgotten = "drift.forgotten" // data: environment, watch; it is not watched any more
)

// Hosts is what is known of what a target is watched for when it was looked at.
type Hosts struct {
	Watched    []environment.Watch
	References []Reference                  // with their things where what was seen is other
	Order      string                       // the last one that has ended there; empty: there was none
	After      map[string]string            // by what is watched, the last order before it was seen last
	Changed    map[environment.Watch]string // by what is watched, the last deployment that changed something on the target since it was seen last
}

// Change is a reference that was made or changed.
type Change struct {
	Reference   Reference
	Differences []Difference // from what it was before; none: it is the first
	Silent      bool         // only what was seen besides is other: nothing to be recorded
}

// watch judges what the host of a target is watched for; false: what was seen is
// about an earlier time, and the next look tells.
func (o *Outcome) watch(in Input, standing map[string]Drift, now time.Time) (bool, error) {
	for _, r := range in.Hosts.References {
		if !slices.Contains(in.Hosts.Watched, r.Of) {
			o.Forgotten = append(o.Forgotten, r)
		}
	}
	for _, d := range in.Standing {
		if d.Watch != "" && !slices.Contains(in.Hosts.Watched, d.Watch) {
			o.end(d, Unwatched, now)
		}
	}
	for _, of := range in.Hosts.Watched {
		current, err := o.watchOne(in, of, standing, now)
		if err != nil || !current {
			return false, err
		}
	}
	return true, nil
}

// watchOne judges one stock.
func (o *Outcome) watchOne(in Input, of environment.Watch, standing map[string]Drift, now time.Time) (bool, error) {
	s, told := find(in.Sighting.Stocks, func(s Stock) bool { return s.Of == of })
	switch {
	case !told:
		o.blind(in, of, "was not looked at yet, or the agent is too old to look")
		return true, nil
	case s.CannotSay != "":
		o.blind(in, of, s.CannotSay)
		return true, nil
	case s.Order != in.Hosts.Order:
		return false, nil
	}
	reference, known := find(in.Hosts.References, func(r Reference) bool { return r.Of == of })
	if s.Same {
		if !known || s.Digest != reference.Digest {
			return false, nil // the reference has changed since it was asked for
		}
		o.after(of, s.Order)
		o.rightAgain(standing, of, Righted, now)
		return true, nil
	}
	digest, err := s.Things.Digest()
	if err != nil {
		return false, err
	}
	o.after(of, s.Order)
	if !known {
		o.Changes = append(o.Changes, Change{Reference: Reference{Target: in.Target, Of: of, Digest: digest, Since: now, Things: s.Things}})
		return true, nil
	}
	differences := differing(of, reference.Things, s.Things)
	d, stands := standing[of.Component()]
	if in.Hosts.Changed[of] != "" && (!stands || d.Found.More == 0) && len(differences) > 0 {
		if reference, differences, err = o.adopt(in, reference, differences, s.Things, d, now); err != nil {
			return false, err
		}
		if len(differences) == 0 {
			o.rightAgain(standing, of, Replaced, now)
			return true, nil
		}
	}
	if len(differences) == 0 {
		o.rightAgain(standing, of, Righted, now)
		return true, nil
	}
	if reference.Seen == nil || reference.Seen.Digest != digest {
		reference.Seen = &SeenThings{digest, s.Things}
		o.Changes = append(o.Changes, Change{Reference: reference, Silent: true})
	}
	return true, o.differs(in, reference, differences, digest, d, stands, now)
}

// blind notes what could not be looked at: it is not known, never fine. What
// happens until it can be seen again is not taken for what an order did later.
func (o *Outcome) blind(in Input, of environment.Watch, why string) {
	o.Looked.Blind = append(o.Looked.Blind, string(of)+": "+why)
	if order, seen := in.Hosts.After[string(of)]; seen {
		o.after(of, order)
	}
}

func (o *Outcome) after(of environment.Watch, order string) {
	if o.Looked.After == nil {
		o.Looked.After = map[string]string{}
	}
	o.Looked.After[string(of)] = order
}

// rightAgain ends what stands of a stock.
func (o *Outcome) rightAgain(standing map[string]Drift, of environment.Watch, how End, now time.Time) {
	if d, stands := standing[of.Component()]; stands {
		o.end(d, how, now)
	}
}

// adopt makes what an order changed the reference: all that is other and was not
// before it. What was, stays drift.
func (o *Outcome) adopt(in Input, r Reference, differences []Difference, found Things, before Drift, now time.Time) (Reference, []Difference, error) {
	var left, taken []Difference
	things := maps.Clone(r.Things)
	if things == nil {
		things = Things{}
	}
	for _, one := range differences {
		if slices.Contains(before.Found.Differences, one) {
			left = append(left, one)
			continue
		}
		taken = append(taken, one)
		name := strings.TrimPrefix(one.What, thing(r.Of)+" ")
		if is, there := found[name]; there {
			things[name] = is
		} else {
			delete(things, name)
		}
	}
	if len(taken) == 0 {
		return r, left, nil
	}
	digest, err := things.Digest()
	if err != nil {
		return r, nil, err
	}
	r.Things, r.Digest, r.Since, r.By = things, digest, now, in.Hosts.Changed[r.Of]
	o.Changes = append(o.Changes, Change{Reference: r, Differences: taken})
	return r, left, nil
}

// differs begins a drift of the host itself, or goes on with it.
func (o *Outcome) differs(in Input, r Reference, differences []Difference, digest practice.Digest, before Drift, stands bool, now time.Time) error {
	found := Found{State: Unmanaged, Digest: digest, Differences: differences[:min(len(differences), maxDiffering)]}
	found.More = len(differences) - len(found.Differences)
	recorded := Recorded{Digest: r.Digest, Deployment: r.By, Mark: r.Digest.Short(), Things: len(r.Things)}
	if stands {
		sum, err := found.Sum()
		if err != nil {
			return err
		}
		return o.goOn(before, Seen{}, recorded, found, sum, now)
	}
	o.Entries = append(o.Entries, Transition{Kind: EntryFound, Drift: len(o.New), New: true})
	o.New = append(o.New, Drift{
		Environment: in.Environment, Target: in.Target, Component: r.Of.Component(), Watch: r.Of, State: Unmanaged,
		Recorded: recorded, Found: found, Since: now, ChangedAt: now,
	})
	return nil
}

// Accepted gives the reference of a stock when what was found is accepted;
// Conflict where what was found is not known any more.
func (r Reference) Accepted(d Drift, now time.Time) (Reference, error) {
	if r.Seen == nil || r.Seen.Digest != d.Found.Digest {
		return r, practice.Faultf(practice.Conflict, "%s: what is there has changed since", d.ID).
			WithHint("look again: tranship drift check %s", d.Environment)
	}
	if digest, err := r.Seen.Things.Digest(); err != nil || digest != r.Seen.Digest {
		return r, practice.Faultf(practice.Conflict, "%s: what was found is not what is stored of it", d.ID).
			WithHint("tranship verify --log tells what was altered; look again: tranship drift check %s", d.Environment)
	}
	return Reference{Target: r.Target, Of: r.Of, Digest: r.Seen.Digest, Since: now, By: d.ID, Things: r.Seen.Things}, nil
}

func find[T any](all []T, is func(T) bool) (one T, found bool) {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], true
	}
	return one, false
}
