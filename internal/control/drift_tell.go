package control

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/plan"
)

// JobDrift tells what has drifted in an environment, and what has ended; its
// subject is the environment's name.
const JobDrift = "drift"

const (
	driftGather  = 2 * time.Second // what comes within it is told together
	driftBetween = 5 * time.Minute // and nobody is told of one environment more often: a fleet drifts over its whole interval
	driftPage    = 1000
)

// announceDrift sees to it that people are told of what began or ended.
func (c *Control) announceDrift(w *work, changed []drift.Drift) error {
	if c.Announce == nil {
		return nil
	}
	environments := map[string]bool{}
	for _, d := range changed {
		if d.Untold() {
			environments[d.Environment] = true
		}
	}
	for _, in := range slices.Sorted(maps.Keys(environments)) {
		last, err := w.LastTold(in)
		if err != nil {
			return err
		}
		if err := tellDriftAt(w, in, latest(w.now.Add(driftGather), last.Add(driftBetween))); err != nil {
			return err
		}
	}
	return nil
}

// tellDriftAt enqueues the telling.
func tellDriftAt(w *work, in string, at time.Time) error {
	return w.Enqueue(Job{Kind: JobDrift, Scope: w.scope, Subject: in, Due: at.Unix()}, at)
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// TellDrift tells what nobody was told of in an environment: one announcement to
// each receiver, however much has drifted.
func (c *Control) TellDrift(ctx context.Context, scope practice.Scope, in string) error {
	if c.Announce == nil {
		return nil
	}
	_, err := c.update(ctx, scope, func(w *work) error {
		untold, err := w.UntoldDrifts(in, driftPage)
		if err != nil || len(untold) == 0 {
			return err
		}
		last, err := w.LastTold(in)
		if err != nil {
			return err
		}
		if next := last.Add(driftBetween); next.After(w.now) {
			return tellDriftAt(w, in, next)
		}
		news := driftNews{}
		for len(untold) > 0 {
			if err := w.PutDrifts(news.take(untold, w.now)); err != nil {
				return err
			}
			if untold, err = w.UntoldDrifts(in, driftPage); err != nil {
				return err
			}
		}
		groups, err := acceptors(w, in)
		if err != nil {
			return err
		}
		return c.tellPlaces(w, in, news.happenings(groups, w.now), groups...)
	})
	return err
}

// driftNews gathers what is told, by event and component.
type driftNews map[driftTelling]*communication.DriftNews

type driftTelling struct {
	event     communication.Event
	component string
}

// take takes drifts in and gives them as they are when that was told. What began
// and ended before anybody was told is not worth telling.
func (n driftNews) take(untold []drift.Drift, now time.Time) []drift.Drift {
	for i, d := range untold {
		switch {
		case d.Stands():
			n.add(communication.DriftFound, d, d.Found.Words())
			untold[i].Told = drift.Begun
		case d.Told == drift.Begun:
			n.add(communication.DriftEnded, d, endWords(d))
			untold[i].Told = d.End
		default:
			untold[i].Told = d.End
		}
		untold[i].ToldAt = now
	}
	return untold
}

func endWords(d drift.Drift) string {
	said := string(d.End)
	if d.EndedBy != nil {
		said += " by " + d.EndedBy.Name + ": " + d.Why
	}
	return said
}

func (n driftNews) add(event communication.Event, d drift.Drift, says string) {
	key := driftTelling{event, d.Component}
	if n[key] == nil {
		n[key] = &communication.DriftNews{Environment: d.Environment, Component: d.Component, Watch: string(d.Watch)}
	}
	n[key].Number++
	if len(n[key].Some) < communication.MaxDriftItems {
		n[key].Some = append(n[key].Some, communication.DriftItem{Drift: d.ID, Target: d.Target, Says: says})
	}
}

// happenings gives what is told, found before ended, by component. groups are those
// that accept what was found, where the environment names some.
func (n driftNews) happenings(groups []string, now time.Time) []communication.Happening {
	keys := slices.SortedFunc(maps.Keys(n), func(a, b driftTelling) int {
		return cmp.Or(-cmp.Compare(a.event, b.event), cmp.Compare(a.component, b.component))
	})
	list := make([]communication.Happening, len(keys))
	for i, key := range keys {
		n[key].AcceptedBy = groups
		list[i] = communication.NewDrift(key.event, *n[key], now)
	}
	return list
}

// tellPlaces stores what everybody is told of components in an environment, each
// of one component: who owns the environment, the members of further groups, and
// who subscribed.
func (c *Control) tellPlaces(w *work, in string, told []communication.Happening, further ...string) error {
	if len(told) == 0 {
		return nil
	}
	o, err := c.newOutbox(w)
	if err != nil {
		return err
	}
	o.told = map[string]bool{}
	for i, h := range told {
		about := deployment.Deployment{Header: plan.Header{Environment: in, Items: []plan.Item{{Component: h.Matter.Items[0].Component}}}}
		if told[i].Matter.Groups, told[i].Matter.Services, err = answering(w, about); err != nil {
			return err
		}
	}
	if err := o.tellOwner(in, told, further); err != nil {
		return fmt.Errorf("announce what happened in %s: %w", in, err)
	}
	for _, s := range o.subscriptions {
		if err := o.tellSubscriber(s, told); err != nil {
			return fmt.Errorf("announce what happened in %s: %w", in, err)
		}
	}
	return nil
}

// tellOwner tells by mail who answers for an environment, and the members of
// further groups; each person once.
func (o *outbox) tellOwner(in string, told []communication.Happening, further []string) error {
	if !o.control.Announce.Mails() {
		return nil
	}
	var env environment.Spec
	if err := specOf(o.work, practice.KindEnvironment, in, &env); err != nil {
		return err
	}
	concerned := further
	if env.Owner != "" {
		concerned = append([]string{env.Owner}, further...)
	}
	names, err := receivers(o.work, concerned)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := o.mailTo(name, told); err != nil {
			return err
		}
	}
	return nil
}
