package control

import (
	"context"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/health"
)

// JobHealth tells whose health has changed in an environment; its subject is the
// environment's name.
const JobHealth = "health"

const (
	healthGather  = 2 * time.Second  // what comes within it is told together
	healthBetween = 30 * time.Second // and nobody is told of one environment more often
	healthPage    = 1000
)

// announceHealth sees to it that people are told of a spell that began.
func (c *Control) announceHealth(w *work, begun *health.Spell) error {
	if c.Announce == nil || begun == nil || !begun.Untold() {
		return nil
	}
	last, err := w.LastToldHealth(begun.Environment)
	if err != nil {
		return err
	}
	return tellHealthAt(w, begun.Environment, latest(w.now.Add(healthGather), last.Add(healthBetween)))
}

func tellHealthAt(w *work, in string, at time.Time) error {
	return w.Enqueue(Job{Kind: JobHealth, Scope: w.scope, Subject: in, Due: at.Unix()}, at)
}

// TellHealth tells what nobody was told of the health in an environment: one
// announcement to each receiver, however much has changed. What was bad and is
// healthy again before anybody was told is not worth telling.
func (c *Control) TellHealth(ctx context.Context, scope practice.Scope, in string) error {
	if c.Announce == nil {
		return nil
	}
	_, err := c.update(ctx, scope, func(w *work) error {
		untold, err := w.UntoldSpells(in, healthPage)
		if err != nil || len(untold) == 0 {
			return err
		}
		last, err := w.LastToldHealth(in)
		if err != nil {
			return err
		}
		if next := last.Add(healthBetween); next.After(w.now) {
			return tellHealthAt(w, in, next)
		}
		var told []communication.Happening
		for i, s := range untold {
			told = append(told, healthHappening(s, w.now))
			untold[i].Told, untold[i].ToldAt = s.State, w.now
		}
		if err := w.PutSpells(untold); err != nil {
			return err
		}
		return c.tellPlaces(w, in, told)
	})
	return err
}

func healthHappening(s health.Spell, now time.Time) communication.Happening {
	event := communication.HealthRestored
	switch s.State {
	case health.Failing:
		event = communication.HealthFailing
	case health.Degraded:
		event = communication.HealthDegraded
	case health.Healthy, health.Unknown:
	}
	return communication.NewHealth(event, communication.HealthNews{
		ID: s.ID, Environment: s.Environment, Component: s.Component, Targets: s.Count.Targets, Bad: s.Count.Failing + s.Count.Degraded,
		Since: s.Since, Target: s.Target, Check: s.Check, Says: s.Says,
	}, now)
}
