package control

import (
	"context"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/party"
)

// feedPrefix begins the written form of a feed's token.
const feedPrefix = "tsf_"

// How far a feed looks back and ahead, and how much it holds at most.
const (
	feedBack    = 31 * 24 * time.Hour
	feedAhead   = 366 * 24 * time.Hour
	feedEntries = 2000
)

// FeedContent is what a feed holds now.
type FeedContent struct {
	Feed        Feed
	Span        calendar.Span
	Entries     []FeedEntry
	Deployments []deployment.Deployment
	Modified    time.Time       // of the last change in it
	Sum         practice.Digest // the same for the same content
}

// FeedEntry is an entry of the calendar with what a feed says of its document.
type FeedEntry struct {
	calendar.Entry
	At time.Time // of its present revision
}

// CreateFeed makes a subscription and gives its token, once.
func (c *Control) CreateFeed(ctx context.Context, scope practice.Scope, by practice.Actor, kind FeedKind, of string) (string, Feed, error) {
	id, secret := c.newSecret()
	f := Feed{ID: id, Kind: kind, Of: of, Hash: hashSecret(secret), CreatedAt: c.now(), CreatedBy: by}
	_, err := c.update(ctx, scope, func(w *work) error {
		if err := checkFeed(w, f); err != nil {
			return err
		}
		w.note(practice.Entry{Kind: "feed.created", Subject: "feed/" + f.ID, Who: by, Data: map[string]any{"kind": string(kind), "of": of, "sum": feedSum(f)}})
		return w.AddFeed(f)
	})
	return feedPrefix + id + "_" + secret, f, err
}

// checkFeed demands that there is what the feed is about.
func checkFeed(tx Tx, f Feed) error {
	kinds := map[FeedKind]practice.Kind{
		FeedOfEnvironment: practice.KindEnvironment, FeedOfService: practice.KindService, FeedOfTeam: practice.KindGroup, FeedOfPerson: practice.KindPerson,
	}
	kind, about := kinds[f.Kind]
	switch {
	case f.Kind == FeedOfAll && f.Of == "":
		return nil
	case !about || f.Of == "":
		return practice.Faultf(practice.Invalid, "a feed is of all, or of one environment, service, team or person").
			WithHint("tranship feed create --environment live")
	}
	d, err := tx.Document(kind, f.Of)
	if practice.CodeOf(err) == practice.NotFound {
		return practice.Faultf(practice.NotFound, "there is no %s %s", f.Kind, f.Of).Final()
	}
	if err != nil || f.Kind != FeedOfPerson {
		return err
	}
	p, err := party.DecodePerson(d)
	if err == nil && p.Spec.Left {
		return practice.Faultf(practice.Refused, "%s has left", f.Of).Final()
	}
	return err
}

// Feeds lists feeds by id, without their tokens.
func (c *Control) Feeds(ctx context.Context, scope practice.Scope, page practice.Page) (list []Feed, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		list, err = tx.Feeds(page)
		return err
	})
	return list, err
}

// RevokeFeed ends a subscription at once; the second time it does nothing.
func (c *Control) RevokeFeed(ctx context.Context, scope practice.Scope, by practice.Actor, id string) error {
	_, err := c.update(ctx, scope, func(w *work) error {
		f, err := w.Feed(id)
		if err != nil || !f.RevokedAt.IsZero() {
			return err
		}
		f.RevokedAt = w.now
		w.note(practice.Entry{Kind: "feed.revoked", Subject: "feed/" + f.ID, Who: by})
		return w.PutFeed(f)
	})
	return err
}

// feedSum is over all of a feed, with the hash of its secret, but its end and when it was used.
func feedSum(f Feed) practice.Digest {
	f.RevokedAt, f.UsedAt = time.Time{}, time.Time{}
	return sumOf(map[string]any{"feed": f, "hash": f.Hash})
}

// FeedContent gives what the feed of a token holds. Every token that is not
// known, was revoked, or is of a person who has left is NotFound, and that takes
// the same for each.
func (c *Control) FeedContent(ctx context.Context, scope practice.Scope, token string) (content FeedContent, err error) {
	unknown := practice.Faultf(practice.NotFound, "there is no such feed").Final()
	id, secret, malformed := splitSecret(feedPrefix, token)
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		f, err := tx.Feed(id)
		if err != nil && practice.CodeOf(err) != practice.NotFound {
			return err
		}
		known := err == nil
		same := sameSecret(f.Hash, secret) // also where there is none: an unknown token takes as long
		if malformed != nil || !known || !same || !f.RevokedAt.IsZero() || checkFeed(tx, f) != nil {
			return unknown
		}
		a, err := c.almanac(tx, scope, c.now(), false)
		if err != nil {
			return err
		}
		content, err = a.feed(f)
		return err
	})
	if err == nil {
		c.noteFeedUse(ctx, scope, content.Feed)
	}
	return content, err
}

// noteFeedUse keeps the hour of the last use; losing it loses nothing else.
func (c *Control) noteFeedUse(ctx context.Context, scope practice.Scope, f Feed) {
	hour := c.now().Truncate(time.Hour)
	if !f.UsedAt.Before(hour) {
		return
	}
	f.UsedAt = hour
	if _, err := c.update(ctx, scope, func(w *work) error { return w.PutFeed(f) }); err != nil {
		c.Log.Warn("time of a feed's use was not stored", "feed", f.ID, "error", err)
	}
}

// feed gathers the content of a feed.
func (a *almanac) feed(f Feed) (FeedContent, error) {
	today := a.now.Truncate(24 * time.Hour)
	content := FeedContent{Feed: f, Span: calendar.Span{Start: today.Add(-feedBack), End: today.Add(feedAhead)}, Modified: f.CreatedAt}
	seen := map[calendar.Ref]bool{}
	for _, e := range a.table.calendar.Events(content.Span.Start, content.Span.End, 0) {
		key := calendar.Ref{Kind: e.Entry.Kind, Name: e.Entry.Name}
		if seen[key] || !f.tells(e.Entry) || len(content.Entries) == feedEntries {
			continue
		}
		seen[key] = true
		d, err := a.tx.DocumentAt(e.Entry.Kind, e.Entry.Name, e.Entry.Revision)
		if err != nil {
			return content, err
		}
		content.Entries = append(content.Entries, FeedEntry{Entry: e.Entry, At: d.At})
		content.touch(d.At)
	}
	open, err := a.tx.OpenBetween(content.Span.Start, content.Span.End, feedEntries)
	if err != nil {
		return content, err
	}
	ran, err := a.tx.RanBetween(content.Span.Start, content.Span.End, feedEntries)
	if err != nil {
		return content, err
	}
	for _, d := range append(open, ran...) {
		tells, err := a.feedTells(f, d)
		if err != nil {
			return content, err
		}
		if tells {
			content.Deployments = append(content.Deployments, d)
			content.touch(d.Since)
		}
	}
	content.Sum = content.sum()
	return content, nil
}

func (c *FeedContent) touch(at time.Time) {
	if at.After(c.Modified) {
		c.Modified = at
	}
}

// sum is over what makes the content differ: revisions, not words.
func (c *FeedContent) sum() practice.Digest {
	parts := []any{c.Feed.ID, c.Span.Start}
	for _, e := range c.Entries {
		parts = append(parts, string(e.Kind)+"/"+e.Name, e.Revision)
	}
	for _, d := range c.Deployments {
		parts = append(parts, d.ID, d.Revision)
	}
	return sumOf(parts)
}

// tells says whether a feed tells of an entry of the calendar.
func (f Feed) tells(e calendar.Entry) bool {
	r := e.Reach()
	switch f.Kind {
	case FeedOfAll:
		return true
	case FeedOfEnvironment:
		return concerns(r, f.Of)
	case FeedOfService:
		return len(r.Services) == 0 && e.Booking == nil || slices.Contains(r.Services, f.Of)
	case FeedOfTeam, FeedOfPerson:
		return e.Booking != nil && e.Booking.By == f.Of
	}
	return false
}

// feedTells says whether a feed tells of a deployment.
func (a *almanac) feedTells(f Feed, d deployment.Deployment) (bool, error) {
	people := append([]string{d.RequestedBy.Name}, d.Implementers...)
	switch f.Kind {
	case FeedOfAll:
		return true, nil
	case FeedOfEnvironment:
		return d.Header.Environment == f.Of, nil
	case FeedOfPerson:
		return slices.Contains(people, f.Of), nil
	case FeedOfTeam:
		for _, name := range people {
			groups, err := a.groupsOf(name)
			if err != nil || slices.Contains(groups, f.Of) {
				return err == nil, err
			}
		}
	case FeedOfService:
		for _, item := range d.Header.Items {
			var c library.ComponentSpec
			if err := specOf(a.tx, practice.KindComponent, item.Component, &c); err != nil || c.Service == f.Of {
				return err == nil, err
			}
		}
	}
	return false, nil
}
