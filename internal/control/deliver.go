package control

import (
	"context"
	"encoding/json"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/communication"
)

// Deliver tries to deliver an announcement when it is due. A receiver may get
// the same one twice, with the same id: when the server died before it could
// note the answer. It may be called at any time, any number of times.
func (c *Control) Deliver(ctx context.Context, scope practice.Scope, id string) error {
	var a communication.Announcement
	var s Sending
	var addressed error
	err := c.Store.View(ctx, scope, func(tx Tx) (err error) {
		if a, err = tx.Announcement(id); err != nil || a.State != communication.Pending {
			return err
		}
		s, addressed = c.address(tx, scope, a)
		if _, ours := addressed.(*practice.Error); addressed != nil && !ours { //nolint:errorlint // what address says itself is not wrapped
			return addressed
		}
		return nil
	})
	if err != nil || a.State != communication.Pending {
		return err
	}
	if a.Next.After(c.now()) {
		_, err := c.update(ctx, scope, func(w *work) error { return deliverAt(w, a) })
		return err
	}
	try := communication.Attempt{At: c.now()}
	if err = addressed; err == nil {
		try.Answer, err = c.Announce.Send(ctx, s)
	}
	if ctx.Err() != nil {
		return ctx.Err() // the server stops: this was no attempt
	}
	try.Took = practice.Duration(c.now().Sub(try.At).Truncate(time.Millisecond))
	if try.OK = err == nil; err != nil {
		try.Answer = err.Error()
	}
	return c.noteAttempt(ctx, scope, a, try, isTerminal(err))
}

// noteAttempt stores how an attempt went, and when the next one is due.
func (c *Control) noteAttempt(ctx context.Context, scope practice.Scope, a communication.Announcement, try communication.Attempt, final bool) error {
	backoff := c.Backoff
	if len(backoff.Waits) == 0 {
		backoff = communication.DefaultBackoff()
	}
	_, err := c.update(ctx, scope, func(w *work) error {
		present, err := w.Announcement(a.ID)
		if err != nil || present.State != communication.Pending {
			return err
		}
		present = present.Told(try, final, backoff)
		if err := w.PutAnnouncement(present); err != nil {
			return err
		}
		switch present.State {
		case communication.Pending:
			return deliverAt(w, present)
		case communication.GivenUp:
			w.note(practice.Entry{
				Kind: "announcement.given-up", Subject: "announcement/" + present.ID, Who: practice.Tranship, Why: try.Answer,
				Data: map[string]any{
					"event": string(present.Event), "deployment": present.Deployment, "subscription": present.Subscription,
					"channel": string(present.Channel), "to": present.To, "attempts": present.Attempts,
				},
			})
		case communication.Delivered:
		}
		return nil
	})
	return err
}

// address says where an announcement goes now: subscriptions and people may have
// changed since it was made. Its own errors are practice.Error, Terminal where
// nobody is to be told any more; others are defects.
func (c *Control) address(tx Tx, scope practice.Scope, a communication.Announcement) (Sending, error) {
	s := Sending{ID: string(scope) + "-" + a.ID, At: a.At, Channel: a.Channel, To: a.To, Message: a.Message, Content: a.Content}
	if a.Subscription == "" {
		return s, mailOf(tx, &s)
	}
	d, err := tx.Document(practice.KindSubscription, a.Subscription)
	if practice.CodeOf(err) == practice.NotFound {
		return s, practice.Faultf(practice.Refused, "subscription %s was removed", a.Subscription).Final()
	}
	if err != nil {
		return s, err
	}
	sub, err := communication.DecodeSubscription(d)
	if err != nil {
		return s, err
	}
	if err := checkOwner(tx, sub); err != nil {
		return s, err
	}
	via := sub.Spec.Via
	switch {
	case a.Channel == communication.ByWebhook && via.Webhook != nil:
		var event struct {
			ID string `json:"id"`
		}
		if err := json.Unmarshal(a.Content, &event); err != nil {
			return s, err
		}
		s.ID, s.URL = event.ID, via.Webhook.URL
		s.Secrets, err = c.webhookSecrets(tx, scope, a.Subscription)
		return s, err
	case a.Channel == communication.ByChat && via.Chat != nil:
		s.URL, s.Style = via.Chat.URL, via.Chat.Style
		return s, nil
	case a.Channel == communication.ByMail && via.Mail != nil:
		return s, mailOf(tx, &s)
	}
	return s, practice.Faultf(practice.Refused, "subscription %s does not tell by %s any more", sub.Name, a.Channel).Final()
}

// checkOwner refuses what a subscription of somebody who has left would send.
func checkOwner(tx Tx, s communication.Subscription) error {
	owner, err := personOf(tx, s.Owner())
	if practice.CodeOf(err) == practice.NotFound {
		return nil
	}
	if err == nil && owner.Spec.Left {
		err = practice.Faultf(practice.Refused, "%s, who answers for subscription %s, has left", owner.Name, s.Name).
			WithHint("let somebody else answer for it: spec.owner").Final()
	}
	return err
}

// mailOf turns the name of a person into their address.
func mailOf(tx Tx, s *Sending) error {
	if communication.Address(s.To) {
		return nil
	}
	p, err := personOf(tx, s.To)
	switch {
	case practice.CodeOf(err) == practice.NotFound:
		return practice.Faultf(practice.Refused, "there is no person or group %q", s.To).Final()
	case err != nil:
		return err
	case p.Spec.Left:
		return practice.Faultf(practice.Refused, "%s has left", p.Name).Final()
	case p.Spec.Mail == "":
		return practice.Faultf(practice.Refused, "no mail address of %s is known", p.Name).WithHint("add spec.mail to the Person")
	}
	s.To = p.Spec.Mail
	return nil
}
