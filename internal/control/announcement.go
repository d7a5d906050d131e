package control

import (
	"context"
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/record"
)

// Announcements lists announcements, newest first.
func (c *Control) Announcements(ctx context.Context, scope practice.Scope, f communication.Filter, page practice.Page) (list []communication.Announcement, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.Announcements(f, page)
		return err
	})
	return list, err
}

// Announcement gives one with its attempts.
func (c *Control) Announcement(ctx context.Context, scope practice.Scope, id string) (a communication.Announcement, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		a, err = tx.Announcement(id)
		return err
	})
	return a, err
}

// AnnounceAgain sends an announcement again, whatever became of it: to where its
// subscription leads now, with the same id.
func (c *Control) AnnounceAgain(ctx context.Context, scope practice.Scope, by practice.Actor, id string) (a communication.Announcement, err error) {
	_, err = c.update(ctx, scope, func(w *work) error {
		if a, err = w.Announcement(id); err != nil {
			return err
		}
		before := a.State
		a = a.Again(w.now)
		if err := w.PutAnnouncement(a); err != nil {
			return err
		}
		a.Revision++
		w.note(practice.Entry{Kind: "announcement.repeated", Subject: "announcement/" + a.ID, Who: by, Data: map[string]any{"was": string(before)}})
		return deliverAt(w, a)
	})
	return a, err
}

// TrySubscription tells the receivers of a subscription that somebody tries it,
// and gives what was sent, before it has arrived.
func (c *Control) TrySubscription(ctx context.Context, scope practice.Scope, by practice.Actor, name string) ([]communication.Announcement, error) {
	w, err := c.update(ctx, scope, func(w *work) error {
		d, err := w.Document(practice.KindSubscription, name)
		if err != nil {
			return err
		}
		if c.Announce == nil {
			return practice.Faultf(practice.Unavailable, "this server announces nothing")
		}
		s, err := communication.DecodeSubscription(d)
		if err != nil {
			return err
		}
		s.Spec = communication.SubscriptionSpec{Via: s.Spec.Via} // whatever else it asks for
		o := &outbox{control: c, work: w, told: map[string]bool{}}
		return o.tellSubscriber(s, []communication.Happening{communication.NewTrial(by, w.now)})
	})
	if err != nil {
		return nil, err
	}
	return w.announced, nil
}

// secretRotated and secretShown are about the secret with which a subscription's
// webhooks are signed. Its generation is the number of rotations in the record.
const (
	secretRotated = "secret.rotated"
	secretShown   = "secret.shown"
)

// overlap is how long the secret before is used too after a rotation.
const overlap = 24 * time.Hour

// WebhookSecret gives the secret with which the webhooks of a subscription are
// signed, after rotating it when that is asked for: for a day, messages are then
// signed with the one before too. The record says who has seen it.
func (c *Control) WebhookSecret(ctx context.Context, scope practice.Scope, by practice.Actor, name string, rotate bool) (secret []byte, generation int, err error) {
	_, err = c.update(ctx, scope, func(w *work) error {
		d, err := w.Document(practice.KindSubscription, name)
		if err != nil {
			return err
		}
		s, err := communication.DecodeSubscription(d)
		if err != nil {
			return err
		}
		if s.Spec.Via.Webhook == nil {
			return practice.Faultf(practice.Refused, "subscription %s tells by no webhook: nothing is signed", name).Final()
		}
		if generation, _, err = secretGeneration(w, name); err != nil {
			return err
		}
		kind := secretShown
		if rotate {
			kind = secretRotated
			generation++
		}
		w.note(practice.Entry{Kind: kind, Subject: subscriptionSubject(name), Who: by, Data: map[string]any{"generation": generation}})
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	return c.Keys.Secret(webhookPurpose(scope, name, generation)), generation, nil
}

func subscriptionSubject(name string) string { return "subscription/" + name }

func webhookPurpose(scope practice.Scope, name string, generation int) string {
	return fmt.Sprintf("webhook/%s/%s/%d", scope, name, generation)
}

// secretGeneration counts from 1, and says when the present one began.
func secretGeneration(tx Tx, name string) (generation int, since time.Time, err error) {
	generation = 1
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		rows, err := tx.RecordRows(record.Filter{Subject: subscriptionSubject(name)}, page)
		if err != nil {
			return 0, since, err
		}
		for _, row := range rows {
			if row.Kind == secretRotated {
				generation, since = generation+1, row.When
			}
		}
		if len(rows) < page.Limit {
			return generation, since, nil
		}
		page.After = fmt.Sprint(rows[len(rows)-1].Index)
	}
}

// webhookSecrets gives the secrets with which a message is signed now, the present one first.
func (c *Control) webhookSecrets(tx Tx, scope practice.Scope, name string) ([][]byte, error) {
	generation, since, err := secretGeneration(tx, name)
	if err != nil {
		return nil, err
	}
	secrets := [][]byte{c.Keys.Secret(webhookPurpose(scope, name, generation))}
	if generation > 1 && c.now().Before(since.Add(overlap)) {
		secrets = append(secrets, c.Keys.Secret(webhookPurpose(scope, name, generation-1)))
	}
	return secrets, nil
}
