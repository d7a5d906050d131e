package control

import (
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/health"
)

// OverviewHealth is how a component does its work in an environment.
type OverviewHealth struct {
	State  health.State `json:"state" enum:"healthy,degraded,failing,unknown"`
	Since  time.Time    `json:"since,omitzero" required:"false" doc:"When it was recorded; absent where it is healthy, or only silence tells."`
	Counts health.Count `json:"counts" doc:"Of its targets; the others are healthy."`
	Target string       `json:"target,omitempty" doc:"One target that explains it."`
	Check  string       `json:"check,omitempty" doc:"The check that said so there."`
	Says   string       `json:"says,omitempty" doc:"What it said."`
}

// healthExceptions reads which places are less than healthy: those that the
// record says, and those of which something is not heard of any more.
func (v *overview) healthExceptions(c *Control) error {
	spells, err := v.tx.SpellsAt(time.Time{})
	if err != nil {
		return err
	}
	quiet, err := v.tx.QuietHealth(c.now().Add(-environment.QuietAfter), c.now().Add(-health.Stale))
	if err != nil {
		return err
	}
	known := map[health.Place]health.Spell{}
	var places []health.Place
	for _, s := range spells {
		known[s.Place], places = s, append(places, s.Place)
	}
	for _, q := range quiet {
		if _, is := known[q.Place]; !is {
			known[q.Place], places = health.Spell{}, append(places, q.Place)
		}
	}
	for some := range slices.Chunk(places, practice.MaxLimit) {
		counted, err := v.tx.CountHealth(some)
		if err != nil {
			return err
		}
		for _, one := range counted {
			v.takeHealth(known[one.Place], one, quiet)
		}
	}
	return nil
}

// takeHealth takes the health of one place as it is known now.
func (v *overview) takeHealth(s health.Spell, one health.Counted, quiet []health.Quiet) {
	for _, q := range quiet {
		if q.Place == one.Place {
			one.Count = one.Hush(q)
		}
	}
	where := at(one.Component, one.Environment)
	how := &OverviewHealth{State: health.Overall(one.Count), Counts: one.Count}
	if how.State == s.State {
		how.Since, how.Target, how.Check, how.Says = s.Since, s.Target, s.Check, s.Says
	}
	v.health[where] = how
	v.markHealth(how, one.Place)
}

// markHealth counts a place under the words of Show. What was just deployed and
// has not answered yet is unknown once its deployment is over.
func (v *overview) markHealth(how *OverviewHealth, p health.Place) {
	switch how.State {
	case health.Failing, health.Degraded:
		v.mark(string(how.State), p.Component, p.Environment)
	case health.Unknown, health.Healthy:
	}
	running := slices.ContainsFunc(v.open[at(p.Component, p.Environment)], func(o OverviewOpen) bool { return o.word() == "running" })
	if how.Counts.Unknown > 0 || how.Counts.Pending > 0 && !running {
		v.mark("unknown", p.Component, p.Environment)
	}
}

// healthThen reads which places were less than healthy at the moment that is shown.
func (v *overview) healthThen() error {
	spells, err := v.tx.SpellsAt(v.out.At)
	for _, s := range spells {
		how := &OverviewHealth{State: s.State, Since: s.Since, Counts: s.Count, Target: s.Target, Check: s.Check, Says: s.Says}
		v.health[at(s.Component, s.Environment)] = how
		v.markHealth(how, s.Place)
	}
	return err
}

// healthOf says of what stands in the window, and is healthy, that it is.
func (v *overview) healthOf(stands []Stand) error {
	if v.out.Past {
		return nil
	}
	var places []health.Place
	for _, s := range stands {
		p := health.Place{Environment: s.Environment, Component: s.Component}
		if v.health[at(s.Component, s.Environment)] == nil && !slices.Contains(places, p) {
			places = append(places, p)
		}
	}
	for some := range slices.Chunk(places, practice.MaxLimit) {
		counted, err := v.tx.CountHealth(some)
		if err != nil {
			return err
		}
		for _, one := range counted {
			v.health[at(one.Component, one.Environment)] = &OverviewHealth{State: health.Overall(one.Count), Counts: one.Count}
		}
	}
	return nil
}
