package control

import (
	"time"

	"tranship.dev/tranship/internal/practice"
)

// timedTold is what the entries say of waivers and feeds.
type timedTold struct {
	waivers, feeds map[string]endedTold // by id
}

// endedTold is what the entries say of something that somebody may end.
type endedTold struct {
	sum   practice.Digest
	ended time.Time
}

func newTimedTold() timedTold {
	return timedTold{waivers: map[string]endedTold{}, feeds: map[string]endedTold{}}
}

// waiverTold lets an entry about a deployment tell of a waiver.
func (a *audit) waiverTold(e practice.Entry) {
	id := text(e, "waiver")
	switch e.Kind {
	case entryWaived:
		a.timed.waivers[id] = endedTold{sum: practice.Digest(text(e, "sum"))}
	case entryWaiverEnded:
		a.timed.waivers[id] = endedTold{a.timed.waivers[id].sum, e.When}
	}
}

func (a *audit) feedTold(id string, e practice.Entry) {
	switch e.Kind {
	case "feed.created":
		a.timed.feeds[id] = endedTold{sum: practice.Digest(text(e, "sum"))}
	case "feed.revoked":
		a.timed.feeds[id] = endedTold{a.timed.feeds[id].sum, e.When}
	}
}

// compareTimed compares waivers and feeds.
func (a *audit) compareTimed() error {
	if err := matched(a, StoredWaiver, "waiver", a.timed.waivers,
		func(_ string, v Waiver) string { return v.ID },
		func(where string, v Waiver, told endedTold) { a.compareEnded(where, told, waiverSum(v), v.RevokedAt) }); err != nil {
		return err
	}
	return matched(a, StoredFeed, "feed", a.timed.feeds,
		func(_ string, f Feed) string { return f.ID },
		func(where string, f Feed, told endedTold) { a.compareEnded(where, told, feedSum(f), f.RevokedAt) })
}

func (a *audit) compareEnded(where string, told endedTold, sum practice.Digest, ended time.Time) {
	a.compareSum(where, sum, told.sum)
	if !ended.Equal(told.ended) {
		a.find(where, "was ended at %s, the record says %s", ended, told.ended)
	}
}
