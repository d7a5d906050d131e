package control

import (
	"fmt"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/calendar"
	"tranship.dev/tranship/internal/practice/deployment"
)

// Zones gives a time zone by its IANA name.
type Zones func(name string) (*time.Location, error)

// Timetable keeps what the calendar is compiled from, waivers and feeds.
type Timetable interface {
	deployment.Queue

	// DocumentChange gives the number of the last change that was noted; 0: none was.
	DocumentChange() (int64, error)
	// NextDocumentChange raises it.
	NextDocumentChange() (int64, error)
	// NoteDocumentChange notes that a document had that change.
	NoteDocumentChange(kind practice.Kind, name string, change int64) error
	// DocumentsChanged lists the present revisions, removed ones too, of the documents
	// that had a change after that number, in the order of Key; page.After is a Key.
	DocumentsChanged(after int64, page practice.Page) ([]ChangedDocument, error)
	// PlanTargetNames lists the names of a plan's targets.
	PlanTargetNames(plan string, page practice.Page) ([]string, error)

	// AddWaiver stores a waiver under a new id, "W-" and a number, and gives it back.
	AddWaiver(w Waiver) (Waiver, error)
	// Waiver gives one, revoked or not, or NotFound.
	Waiver(id string) (Waiver, error)
	// Waivers lists those of a deployment, the oldest first, revoked ones too.
	Waivers(deployment string) ([]Waiver, error)
	// PutWaiver stores RevokedAt, RevokedBy and RevokedWhy.
	PutWaiver(w Waiver) error

	// AddFeed stores a feed.
	AddFeed(f Feed) error
	// Feed gives one, revoked or not, or NotFound.
	Feed(id string) (Feed, error)
	// Feeds lists feeds by id.
	Feeds(page practice.Page) ([]Feed, error)
	// PutFeed stores RevokedAt and UsedAt.
	PutFeed(f Feed) error
}

// ChangedDocument is a document with the number of its last change.
type ChangedDocument struct {
	practice.Document
	Change int64
}

// Key is what the page after the document begins after.
func (c ChangedDocument) Key() string {
	return fmt.Sprintf("%d/%s/%s", c.Change, c.Kind, c.Name)
}

// Waiver lets one deployment pass in spite of one entry of the calendar, as
// that entry and the deployment were when it was given.
type Waiver struct {
	ID string `json:"id"` // "W-3"
	calendar.Waiver
	Subject    practice.Digest `json:"subject"` // what was asked for then
	RevokedAt  time.Time       `json:"revokedAt,omitzero"`
	RevokedBy  practice.Actor  `json:"revokedBy,omitzero"`
	RevokedWhy string          `json:"revokedWhy,omitempty"`
}

// FeedKind says what a feed is about.
type FeedKind string

// The kinds of feed.
const (
	FeedOfAll         FeedKind = "all"
	FeedOfEnvironment FeedKind = "environment"
	FeedOfService     FeedKind = "service"
	FeedOfTeam        FeedKind = "team"
	FeedOfPerson      FeedKind = "person"
)

// Feed is a subscription to a part of the calendar. Its secret is shown once
// and stored only as a hash; whoever knows it may read.
type Feed struct {
	ID        string         `json:"id"`
	Kind      FeedKind       `json:"kind"`
	Of        string         `json:"of,omitempty"` // the environment, service, team or person; empty for all
	Hash      []byte         `json:"-"`
	CreatedAt time.Time      `json:"createdAt"`
	CreatedBy practice.Actor `json:"createdBy"`
	RevokedAt time.Time      `json:"revokedAt,omitzero"`
	UsedAt    time.Time      `json:"usedAt,omitzero"` // to the hour
}
