package agent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tranship.dev/tranship/internal/bus"
	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/mask"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/practice/model"
)

// tell tells the server what has changed, until ctx ends. What could not be told
// is told later, as it is then.
func (c *care) tell(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.news:
		}
		if !sleep(ctx, healthGather) {
			return
		}
		for {
			told := c.untold()
			if len(told) == 0 {
				break
			}
			telling, cancel := context.WithTimeout(ctx, patience)
			err := c.a.o.Link.Health(telling, told)
			cancel()
			if err == nil {
				continue
			}
			if final(err) { // what the server refuses now, it refuses again
				c.a.o.Log.Warn("agent: what is said of health is refused", "error", err)
				continue
			}
			c.again(told)
			if !sleep(ctx, jitter(healthRetry)) {
				return
			}
		}
	}
}

// untold gives what is to be told next, as it is now, and counts it as told.
func (c *care) untold() []health.Report {
	now := c.a.o.Clock.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	var told []health.Report
	for _, p := range c.under {
		if !p.untold {
			continue
		}
		p.untold, p.toldAt = false, now
		r := health.Report{Target: p.part.Target, Component: p.part.Component, Mark: p.part.Mark, Like: p.part.Like, Checks: len(p.part.Checks), At: now.UTC()}
		for i, pulse := range p.pulses {
			if a, is := pulse.Answer(p.part.Checks[i].Step.Name); is {
				a.Since = a.Since.UTC()
				r.Answers = append(r.Answers, a)
			}
		}
		if told = append(told, r); len(told) == bus.MaxHealth {
			break
		}
	}
	return told
}

// again has reports told once more: they were lost.
func (c *care) again(lost []health.Report) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range lost {
		if p := c.under[careKey{r.Target, r.Component}]; p != nil {
			p.untold = true
		}
	}
}

// health makes one check. One that takes too long is wrong; one that cannot be
// made at all says nothing.
func (s *sight) health(ctx context.Context, check health.Check) (seen health.Look) {
	step := check.Step
	var secrets []string
	said := func(right, blind bool, text string) health.Look {
		return health.Look{Right: right, Blind: blind, Says: clean(cut(lastLine(mask.Text(text, secrets)), maxDetail))}
	}
	defer func() {
		if r := recover(); r != nil {
			s.a.o.Log.Error("agent: driver panicked", "driver", step.Uses, "panic", r)
			seen = said(false, true, "driver "+step.Uses+" failed in the middle")
		}
	}()
	if err := practice.CheckName("driver", step.Uses); err != nil {
		return said(false, true, err.Error())
	}
	d, err := s.a.o.Drivers.Lookup(step.Uses)
	if err != nil {
		return said(false, true, err.Error())
	}
	with, known, err := mask.Fill(step.With, s.a.secrets())
	if err != nil {
		return said(false, true, err.Error())
	}
	secrets = known
	ds := driver.Step{Name: step.Name, With: with, Root: s.a.o.Root, State: s.a.memory(s.target, step.Uses), StopWithin: min(step.StopWithin, model.MaxStopWithin).Std()}
	looking, cancel := context.WithTimeout(ctx, healthLimit(step.Timeout.Std()))
	defer cancel()
	defer remembering(ds.State)()
	found, err := d.Inspect(looking, ds)
	var killed *driver.Killed
	switch {
	case looking.Err() != nil && ctx.Err() == nil && errors.As(err, &killed):
		return said(false, false, fmt.Sprintf("no answer within %s; asked to end, it did not within %s and was killed", step.Timeout, practice.Duration(killed.Within)))
	case looking.Err() != nil && ctx.Err() == nil:
		return said(false, false, strings.TrimSpace("no answer within "+step.Timeout.String()+" "+found.Detail))
	case err != nil:
		return said(false, true, err.Error())
	case found.Untold:
		return said(false, true, "nothing of it can be looked at: "+found.Detail)
	}
	return said(found.Matches, false, found.Detail)
}

// healthLimit bounds one making of a check, whatever the server says.
func healthLimit(wanted time.Duration) time.Duration {
	if wanted <= 0 || wanted > lookLimit {
		return lookLimit
	}
	return wanted
}

// lastLine gives the last line of a text that holds anything.
func lastLine(text string) string {
	for _, line := range slices.Backward(strings.Split(text, "\n")) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}
