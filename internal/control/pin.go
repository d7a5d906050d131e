package control

import (
	"context"
	"fmt"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/plan"
)

// The entries of pins; their subject is "pin/COMPONENT/ENVIRONMENT/VERSION".
const (
	entryPinSet    = "pin.set"    // data: deployment
	entryPinLifted = "pin.lifted" // data: deployment, where one lifted it
)

func pinSubject(component, environment, version string) string {
	return "pin/" + component + "/" + environment + "/" + version
}

// SetPin keeps a version of a component out of an environment: nothing automatic
// brings it there until the pin is lifted. Without a version it is the one that
// was brought there last.
func (c *Control) SetPin(ctx context.Context, scope practice.Scope, by practice.Actor, p journey.Pin) (journey.Pin, error) {
	if strings.TrimSpace(p.Why) == "" {
		return p, practice.Faultf(practice.Invalid, "no reason is given").WithHint("say why with --reason")
	}
	_, err := c.update(ctx, scope, func(w *work) error {
		if _, err := componentOf(w, p.Component); err != nil {
			return err
		}
		if _, err := w.Document(practice.KindEnvironment, p.Environment); err != nil {
			return err
		}
		if p.Version == "" {
			last, err := w.LastSucceeded(p.Environment, []string{p.Component})
			if err != nil {
				return err
			}
			for _, item := range last.Header.Items {
				if item.Component == p.Component {
					p.Version = item.Version
				}
			}
		}
		if _, err := w.Version(p.Component, p.Version); err != nil {
			return err
		}
		p.By, p.At, p.Deployment = by, w.now, ""
		return setPin(w, p)
	})
	return p, err
}

func setPin(w *work, p journey.Pin) error {
	if err := w.PutPin(p); err != nil {
		return err
	}
	data := map[string]any{}
	if p.Deployment != "" {
		data["deployment"] = p.Deployment
	}
	w.note(practice.Entry{Kind: entryPinSet, Subject: pinSubject(p.Component, p.Environment, p.Version), Who: p.By, Why: p.Why, Data: data})
	return pinsChanged(w, p.Component)
}

// pinsChanged lets what waits look again.
func pinsChanged(w *work, component string) error {
	if err := w.reconsiderAll(); err != nil {
		return err
	}
	return wakeJourneys(w, []string{component})
}

// LiftPin lets automatic ways bring a version into an environment again.
func (c *Control) LiftPin(ctx context.Context, scope practice.Scope, by practice.Actor, component, environment, version, why string) error {
	if strings.TrimSpace(why) == "" {
		return practice.Faultf(practice.Invalid, "no reason is given").WithHint("say why with --reason")
	}
	_, err := c.update(ctx, scope, func(w *work) error {
		return liftPin(w, by, component, environment, version, why, nil)
	})
	return err
}

func liftPin(w *work, by practice.Actor, component, environment, version, why string, data map[string]any) error {
	if err := w.LiftPin(component, environment, version); err != nil {
		return err
	}
	w.note(practice.Entry{Kind: entryPinLifted, Subject: pinSubject(component, environment, version), Who: by, Why: why, Data: data})
	return pinsChanged(w, component)
}

// Pins lists pins.
func (c *Control) Pins(ctx context.Context, scope practice.Scope, component, environment string, page practice.Page) (list []journey.Pin, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.Pins(component, environment, page)
		return err
	})
	return list, err
}

// pinsOf gives the pins that keep some versions out of an environment.
func pinsOf(tx Tx, environment string, items []library.Item) ([]journey.Pin, error) {
	var found []journey.Pin
	for _, item := range items {
		for page := (practice.Page{Limit: practice.MaxLimit}); ; {
			pins, err := tx.Pins(item.Component, environment, page)
			if err != nil {
				return nil, err
			}
			for _, p := range pins {
				if p.Version == item.Version {
					found = append(found, p)
				}
			}
			if len(pins) < page.Limit {
				break
			}
			last := pins[len(pins)-1]
			page.After = last.Component + "/" + last.Environment + "/" + last.Version
		}
	}
	return found, nil
}

// checkPins refuses a program that would bring a pinned version back; a person
// may, with a reason.
func checkPins(w *work, by practice.Actor, why string, h plan.Header) error {
	if h.Direction != plan.Install {
		return nil
	}
	pins, err := pinsOf(w, h.Environment, headerItems(h))
	if err != nil || len(pins) == 0 {
		return err
	}
	p := pins[0]
	told := fmt.Sprintf("%s %s is kept out of %s: %s", p.Component, p.Version, p.Environment, p.Why)
	if by.Kind != practice.Person {
		return practice.Faultf(practice.Refused, "%s", told).WithHint("lift it: tranship unpin %s %s --in %s --reason WHY", p.Component, p.Version, p.Environment).Final()
	}
	if strings.TrimSpace(why) == "" {
		return practice.Faultf(practice.Refused, "%s; bringing it back needs a reason", told).WithHint("say why with --reason, or deploy another version").Final()
	}
	return nil
}

// pinGate holds what a program asked for while its version is pinned.
func (c *Control) pinGate(w *work, d deployment.Deployment) (gate, error) {
	if d.RequestedBy.Kind == practice.Person || d.Header.Direction != plan.Install {
		return gate{verdict: practice.Pass()}, nil
	}
	pins, err := pinsOf(w, d.Header.Environment, headerItems(d.Header))
	verdict := practice.Pass()
	for _, p := range pins {
		verdict = practice.And(verdict, practice.Hold(practice.Reason{
			Gate: "pin", Message: fmt.Sprintf("%s %s is kept out of %s: %s", p.Component, p.Version, p.Environment, p.Why), Since: p.At,
			Who: "whoever may deploy into " + p.Environment, How: fmt.Sprintf("tranship unpin %s %s --in %s --reason WHY", p.Component, p.Version, p.Environment),
		}))
	}
	return gate{verdict: verdict}, err
}

// pinAfter keeps a version out that a deployment took back, so that nothing
// automatic brings it again, and lifts the pins of a version that a person
// brought back on purpose.
func pinAfter(w *work, d deployment.Deployment) error {
	if d.Header.Direction == plan.Restore {
		return unpinUntouched(w, d)
	}
	if d.Header.Direction != plan.Install {
		return nil
	}
	switch d.Result {
	case deployment.Remediated:
		return pinItems(w, d.Header.Environment, headerItems(d.Header), d.ID, d.ID+" was taken back: "+d.Cause)
	case deployment.Succeeded:
		if err := unpinItems(w, d); err != nil || d.Remediates == "" {
			return err
		}
		return pinMended(w, d)
	case deployment.Failed, deployment.Cancelled:
	}
	return nil
}

// pinMended pins what a deployment was replaced by: the versions of the one that it mends.
func pinMended(w *work, d deployment.Deployment) error {
	mended, err := w.Deployment(d.Remediates)
	if practice.CodeOf(err) == practice.NotFound || err == nil && mended.Header.Environment != d.Header.Environment {
		return nil
	}
	if err != nil {
		return err
	}
	var replaced []library.Item
	for _, was := range headerItems(mended.Header) {
		for _, is := range headerItems(d.Header) {
			if is.Component == was.Component && is.Version != was.Version {
				replaced = append(replaced, was)
			}
		}
	}
	return pinItems(w, d.Header.Environment, replaced, mended.ID, d.ID+" put another version in the place of "+mended.ID)
}

func pinItems(w *work, environment string, items []library.Item, deployment, why string) error {
	for _, item := range items {
		p := journey.Pin{Component: item.Component, Environment: environment, Version: item.Version, Deployment: deployment, Why: why, By: practice.Tranship, At: w.now}
		if err := setPin(w, p); err != nil {
			return err
		}
	}
	return nil
}

func unpinItems(w *work, d deployment.Deployment) error {
	pins, err := pinsOf(w, d.Header.Environment, headerItems(d.Header))
	if err != nil {
		return err
	}
	for _, p := range pins {
		why := fmt.Sprintf("%s brought it back: %s", d.ID, d.Reason)
		if err := liftPin(w, d.RequestedBy, p.Component, p.Environment, p.Version, why, map[string]any{"deployment": d.ID}); err != nil {
			return err
		}
	}
	return nil
}
