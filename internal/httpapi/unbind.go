package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tranship.dev/tranship/internal/control"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/party"
)

// mayUnbind refuses the changes by which a gate could be passed: of a window, of
// a hard freeze that is there, of an environment's rules, and of the environment
// that a host belongs to. What only holds more up is free.
func (s *server) mayUnbind(ctx context.Context, who identity, change control.DocumentChange, d practice.Document, served *service) error {
	switch change.Kind {
	case practice.KindWindow:
		return mayNotUnbind(who, change, "it says when deployments may run")
	case practice.KindFreeze:
		return s.mayThaw(ctx, who, change)
	case practice.KindEnvironment:
		for _, f := range change.Fields {
			if change.Change == control.Changed && (strings.HasPrefix(f.Path, "spec.calendar") || strings.HasPrefix(f.Path, "spec.control")) {
				return mayNotUnbind(who, change, f.Path+" says what holds deployments up")
			}
		}
	case practice.KindTarget:
		if change.Change != control.Removed {
			return s.mayMove(ctx, who, change, d, served)
		}
	default: // it holds nothing up
	}
	return nil
}

// mayThaw refuses to change or remove a hard freeze.
func (s *server) mayThaw(ctx context.Context, who identity, change control.DocumentChange) error {
	if change.Change == control.Added {
		return nil
	}
	d, err := s.Control.Document(ctx, who.scope, practice.KindFreeze, change.Name, 0)
	if err != nil {
		return err
	}
	var spec calendar.FreezeSpec
	if err := json.Unmarshal(d.Spec, &spec); err != nil {
		return fmt.Errorf("freeze %s: %w", d.Name, err)
	}
	if spec.Kind != calendar.Soft {
		return mayNotUnbind(who, change, "it is a hard freeze")
	}
	return nil
}

// mayMove refuses to bring a host under the rules of another environment: by its
// target, also one that was taken away, or by a second target of its agent.
func (s *server) mayMove(ctx context.Context, who identity, change control.DocumentChange, d practice.Document, served *service) error {
	history, err := s.Control.DocumentHistory(ctx, who.scope, practice.KindTarget, change.Name, practice.Page{Limit: 1})
	if err != nil {
		return err
	}
	if len(history) > 0 && history[0].Parent != d.Parent {
		return mayNotUnbind(who, change, fmt.Sprintf("it belongs to %s, and would belong to %s", history[0].Parent, d.Parent))
	}
	target, err := environment.DecodeTarget(d)
	if err != nil {
		return err
	}
	if err := served.read(ctx, s.Control, who.scope); err != nil {
		return err
	}
	for _, other := range served.by[target.Spec.Agent] {
		if other.Spec.Environment != d.Parent {
			return mayNotUnbind(who, change, fmt.Sprintf("its agent %s acts for %s in %s already", target.Spec.Agent, other.Name, other.Spec.Environment))
		}
	}
	return nil
}

// service is which targets each agent acts for, read when it is first asked.
type service struct {
	by map[string][]environment.Target
}

func (v *service) read(ctx context.Context, c *control.Control, scope practice.Scope) error {
	if v.by != nil {
		return nil
	}
	v.by = map[string][]environment.Target{}
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		list, err := c.Documents(ctx, scope, practice.KindTarget, "", page)
		if err != nil {
			return err
		}
		for _, d := range list {
			target, err := environment.DecodeTarget(d)
			if err != nil {
				return err
			}
			v.by[target.Spec.Agent] = append(v.by[target.Spec.Agent], target)
		}
		if len(list) < page.Limit {
			return nil
		}
		page.After = list[len(list)-1].Name
	}
}

func mayNotUnbind(who identity, change control.DocumentChange, why string) error {
	return who.lacks(party.Empower, "have %s %s %s: %s", change.Kind, change.Name, change.Change, why)
}
