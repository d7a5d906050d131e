package agent

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/mask"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/model"
	"tranship.dev/tranship/internal/practice/plan"
)

const (
	lookLimit  = time.Minute // for one step
	secondLook = time.Second // what is not right is looked at once more after so long: it may be in the middle of a restart
	maxDetail  = 1 << 10     // bytes of one text of a sighting
)

// sight is one look at one target.
type sight struct {
	a      *Agent
	target string
}

// look sees every part of a target. What is not right is looked at twice.
func (s *sight) look(ctx context.Context, l drift.Look) drift.Sighting {
	seen := drift.Sighting{Target: l.Target, Complete: true}
	for _, part := range l.Parts {
		seen.Parts = append(seen.Parts, s.part(ctx, part))
	}
	if len(l.Measures) > 0 {
		seen.Values, seen.Unread = s.measure(ctx, l)
	}
	for _, w := range l.Watch {
		seen.Stocks = append(seen.Stocks, s.stock(ctx, w))
	}
	seen.At = s.a.o.Clock.Now().UTC()
	return seen
}

func (s *sight) part(ctx context.Context, p drift.Part) drift.Seen {
	seen := drift.Seen{Component: p.Component, Mark: p.Mark, Like: p.Like}
	again := false
	for _, step := range p.Steps {
		one := s.step(ctx, p, step)
		again = again || !one.Matches && !one.Untold && p.Mark != ""
		seen.Steps = append(seen.Steps, one)
	}
	if again && sleep(ctx, secondLook) {
		for i, step := range p.Steps {
			if !seen.Steps[i].Matches && !seen.Steps[i].Untold {
				seen.Steps[i] = s.step(ctx, p, step)
			}
		}
	}
	return seen
}

// step lets one driver look. What goes wrong is told as what nobody can say.
func (s *sight) step(ctx context.Context, p drift.Part, step plan.Step) (seen drift.StepSeen) {
	seen = drift.StepSeen{Step: step.Name, Uses: step.Uses}
	var secrets []string
	plain := func(text string) string { return clean(cut(mask.Text(text, secrets), maxDetail)) }
	cannot := func(err error) drift.StepSeen {
		return drift.StepSeen{Step: step.Name, Uses: step.Uses, CannotSay: plain(err.Error())}
	}
	defer func() {
		if r := recover(); r != nil {
			seen = cannot(fmt.Errorf("driver %s failed in the middle: %v", step.Uses, r))
		}
	}()
	if err := practice.CheckName("driver", step.Uses); err != nil {
		return cannot(err)
	}
	d, err := s.a.o.Drivers.Lookup(step.Uses)
	if err != nil {
		return cannot(err)
	}
	with, known, err := mask.Fill(step.With, s.a.secrets())
	if err != nil {
		return cannot(err)
	}
	secrets = known
	ds := driver.Step{Name: step.Name, Component: step.Component, Version: step.Version, With: with, StopWithin: min(step.StopWithin, model.MaxStopWithin).Std(), Root: s.a.o.Root, State: s.a.memory(s.target, step.Uses)}
	looking, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	if err := s.fetch(looking, d, p, step, &ds); err != nil {
		return cannot(err)
	}
	defer remembering(ds.State)()
	found, err := d.Inspect(looking, ds)
	switch {
	case err != nil:
		return cannot(err)
	case found.Untold:
		seen.Untold, seen.Detail = true, plain(found.Detail)
		return seen
	}
	seen.Present, seen.Matches, seen.Version, seen.Digest = found.Present, found.Matches, plain(found.Version), found.Digest
	seen.Of, seen.Detail = plain(found.Of), plain(found.Detail)
	for _, one := range found.Differs[:min(len(found.Differs), driver.MaxDiffers)] {
		seen.Differs = append(seen.Differs, drift.Difference{What: plain(one.What), Recorded: plain(one.Recorded), Found: plain(one.Found)})
	}
	return seen
}

// fetch gives the step its artifact, where its driver needs that to look.
func (s *sight) fetch(ctx context.Context, d driver.Driver, p drift.Part, step plan.Step, ds *driver.Step) error {
	if step.Artifact < 0 || step.Artifact >= len(p.Artifacts) {
		return nil
	}
	artifact := p.Artifacts[step.Artifact]
	ds.Digest = artifact.Digest
	if _, remembers := d.(driver.Rememberer); remembers {
		return nil
	}
	var err error
	ds.Artifact, err = s.a.o.Fetch(ctx, artifact)
	return err
}

// remembering lets a driver that was never used on the target find its
// directory, and takes it away again when the driver has left nothing there.
func remembering(dir string) func() {
	if _, err := os.Lstat(dir); err == nil || os.MkdirAll(dir, 0o700) != nil {
		return func() {}
	}
	return func() {
		for range 2 { // the driver's, and the target's
			if os.Remove(dir) != nil {
				return
			}
			dir = filepath.Dir(dir)
		}
	}
}

// measure reads the values of parameters.
func (s *sight) measure(ctx context.Context, l drift.Look) (values, unread map[string]string) {
	d, err := s.a.o.Drivers.Lookup(plan.Baseline)
	if err != nil {
		return nil, nil
	}
	requirements := make([]any, len(l.Measures))
	for i, m := range l.Measures {
		one := map[string]any{"parameter": m.Parameter, "operator": string(m.Operator)}
		if len(m.Run) > 0 {
			one["run"] = m.Run
		}
		if m.Value != "" {
			one["value"] = m.Value
		}
		requirements[i] = one
	}
	looking, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	found, err := d.Inspect(looking, driver.Step{Name: plan.Baseline, With: map[string]any{"requirements": requirements}, Root: s.a.o.Root})
	if err != nil {
		s.a.o.Log.Debug("agent: measure a target", "target", l.Target, "error", err)
		return nil, nil
	}
	return cleanAll(found.Values), cleanAll(found.Unread)
}

func cleanAll(texts map[string]string) map[string]string {
	for name, text := range texts {
		texts[name] = clean(cut(text, maxDetail))
	}
	return texts
}
