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
	err := a.each(StoredWaiver, func(s Stored) {
		w, readable := s.Value.(Waiver)
		a.compareEnded(s, a.timed.waivers, w.ID, readable, waiverSum(w), w.RevokedAt)
	})
	if err != nil {
		return err
	}
	missed(a, "waiver", a.timed.waivers)
	err = a.each(StoredFeed, func(s Stored) {
		f, readable := s.Value.(Feed)
		a.compareEnded(s, a.timed.feeds, f.ID, readable, feedSum(f), f.RevokedAt)
	})
	missed(a, "feed", a.timed.feeds)
	return err
}

func (a *audit) compareEnded(s Stored, all map[string]endedTold, id string, readable bool, sum practice.Digest, ended time.Time) {
	told, known := all[id]
	delete(all, id)
	if !a.known(s, known && readable) {
		return
	}
	a.compareSum(s.Where, sum, told.sum)
	if !ended.Equal(told.ended) {
		a.find(s.Where, "was ended at %s, the record says %s", ended, told.ended)
	}
}
