package control

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
)

// entryRotated is of a trigger whose secret is another one from now on, entryLooked
// of one whose secret was given to somebody as it is.
const (
	entryRotated = "trigger.secret-rotated" // data: generation
	entryLooked  = "trigger.secret-shown"   // data: generation
)

// How long webhooks are kept: those that counted, so that none counts twice;
// those that were refused, so that people see why.
const (
	keepDeliveries = 30 * 24 * time.Hour
	keepRefused    = 24 * time.Hour
)

// Hook is what a webhook is verified with.
type Hook struct {
	Trigger  string
	Provider journey.Provider
	Secret   string
	OfChange bool // its webhooks say what became of changes
	Known    bool // false: there is no such trigger; whatever is verified with Secret must be refused
}

// Hook gives what a webhook for a trigger is verified with. It gives a secret
// that nobody knows where there is no such trigger, where it is not fired by
// webhooks, or where nobody answers for it any more, so that all of that looks
// the same from outside.
func (c *Control) Hook(ctx context.Context, scope practice.Scope, name string) (h Hook, err error) {
	h = Hook{Trigger: name, Provider: journey.Plain, Secret: c.hookSecret(scope, journey.Trigger{}, 0)}
	if named := practice.CheckName("trigger", name) == nil; !named {
		return h, nil
	}
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		t, err := triggerNamed(tx, name)
		provider, fired := t.Provider()
		if practice.CodeOf(err) == practice.NotFound || err == nil && !fired {
			return nil
		}
		if err != nil {
			return err
		}
		may, err := mayFire(tx, t)
		if err != nil || !may.Open {
			return err
		}
		p, err := tx.Post(name)
		if err != nil {
			return err
		}
		h = Hook{Trigger: name, Provider: provider, Secret: c.hookSecret(scope, t, p.Generation), OfChange: t.Spec.On == journey.OnChange, Known: true}
		return nil
	})
	return h, err
}

// hookSecret gives the secret of a trigger as people enter it at the sender: one
// text for every scheme. Its form is that of Standard Webhooks. Whoever knows that
// of a trigger for releases, and may change its document, cannot say anything of
// changes by it: then it has another one.
func (c *Control) hookSecret(scope practice.Scope, t journey.Trigger, generation int) string {
	purpose := "trigger"
	if t.Spec.On == journey.OnChange {
		purpose = "change"
	}
	return "whsec_" + base64.StdEncoding.EncodeToString(c.Keys.Secret(fmt.Sprintf("%s/%s/%s/%d", purpose, scope, t.Name, generation)))
}

// TriggerSecret is a trigger's secret and where to enter it.
type TriggerSecret struct {
	Trigger    string           `json:"trigger"`
	Provider   journey.Provider `json:"provider"`
	Path       string           `json:"path"` // below the server's address
	Secret     string           `json:"secret"`
	Generation int              `json:"generation"`
}

// TriggerSecret gives the secret of a trigger; with rotate another one, and the
// one before counts no longer. The record says who has seen it.
func (c *Control) TriggerSecret(ctx context.Context, scope practice.Scope, by practice.Actor, name string, rotate bool) (s TriggerSecret, err error) {
	_, err = c.update(ctx, scope, func(w *work) error {
		t, err := triggerNamed(w, name)
		if err != nil {
			return err
		}
		provider, fired := t.Provider()
		if !fired {
			return practice.Faultf(practice.Refused, "trigger %s is fired by %s: it has no secret", name, t.Spec.On).Final()
		}
		p, err := w.Post(name)
		if err != nil {
			return err
		}
		kind := entryLooked
		if rotate {
			kind = entryRotated
			p.Generation++
			if err := w.PutPost(p); err != nil {
				return err
			}
		}
		w.note(practice.Entry{Kind: kind, Subject: triggerSubject(name), Who: by, Data: map[string]any{"generation": p.Generation}})
		s = TriggerSecret{Trigger: name, Provider: provider, Path: "/hooks/" + name, Secret: c.hookSecret(scope, t, p.Generation), Generation: p.Generation}
		return nil
	})
	return s, err
}

// TakeHook takes in a webhook whose signature is right: it begins a journey, or
// is the word of an outside tool on a change. One that came before is answered as
// known and has no second effect.
func (c *Control) TakeHook(ctx context.Context, scope practice.Scope, d journey.Delivery) (taken journey.Delivery, err error) {
	d.ID = plainText(d.ID)
	for _, text := range []*string{&d.Event.Name, &d.Event.Repository, &d.Event.Branch, &d.Event.Tag, &d.Event.Commit, &d.Event.Component, &d.Event.Version} {
		*text = plainText(*text) // what is too long or has control characters is no name of anything here
	}
	w, err := c.update(ctx, scope, func(w *work) error {
		taken = d
		taken.At = w.now
		known, err := w.KnownDelivery(d.Trigger, d.ID, d.Digest)
		if err == nil {
			taken, taken.Outcome = known, journey.Known
			return nil
		}
		if practice.CodeOf(err) != practice.NotFound {
			return err
		}
		t, err := triggerNamed(w, d.Trigger)
		if err != nil {
			return err
		}
		if taken, err = c.hooked(w, t, taken); err != nil {
			return err
		}
		if err := w.ForgetDeliveries(w.now.Add(-keepDeliveries), w.now.Add(-keepRefused)); err != nil {
			return err
		}
		taken, err = w.AddDelivery(taken)
		return err
	})
	if err == nil {
		c.advanceAgain(ctx, w)
	}
	return taken, err
}

// hooked does what a webhook of a trigger means, and gives it with its outcome.
func (c *Control) hooked(w *work, t journey.Trigger, d journey.Delivery) (journey.Delivery, error) {
	if t.Spec.On == journey.OnChange {
		return c.hookedChange(w, t, d)
	}
	wanted, ignored := t.Read(d.Event)
	d.Outcome, d.Message = journey.Ignored, ignored
	if ignored != "" {
		return d, nil
	}
	j, err := begin(w, t, wanted, cause(d), t.Account())
	d.Outcome, d.Journey, d.Message = journey.Taken, j.ID, wanted.String()
	return d, err
}

// cause says what a webhook told, for people.
func cause(d journey.Delivery) string {
	e, text := d.Event, "webhook "+d.Event.Name
	for _, part := range []struct{ name, value string }{{"of", e.Repository}, {"tag", e.Tag}, {"branch", e.Branch}, {"commit", e.Commit}} {
		if part.value != "" {
			text += " " + part.name + " " + plainText(part.value)
		}
	}
	return text
}

// plainText gives a text from outside as it may be stored and shown.
func plainText(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0xfffd {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	return strings.ToValidUTF8(text[:min(len(text), 200)], "")
}

// RefuseHook keeps that a webhook was refused, and why, so that people see it.
// The caller bounds how often that is done.
func (c *Control) RefuseHook(ctx context.Context, scope practice.Scope, d journey.Delivery) error {
	_, err := c.update(ctx, scope, func(w *work) error {
		d.ID, d.At, d.Outcome = plainText(d.ID), w.now, journey.Refused
		if err := w.ForgetDeliveries(w.now.Add(-keepDeliveries), w.now.Add(-keepRefused)); err != nil {
			return err
		}
		_, err := w.AddDelivery(d)
		return err
	})
	return err
}

// Deliveries lists the webhooks that a trigger got, newest first.
func (c *Control) Deliveries(ctx context.Context, scope practice.Scope, trigger string, page practice.Page) (list []journey.Delivery, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		if _, err := triggerDocument(tx, trigger); err != nil {
			return err
		}
		list, err = tx.Deliveries(trigger, page)
		return err
	})
	return list, err
}
