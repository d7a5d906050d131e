package communication

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Channel is a way in which something is told.
type Channel string

// The channels.
const (
	ByWebhook Channel = "webhook"
	ByMail    Channel = "mail"
	ByChat    Channel = "chat"
)

// Delivery says how far telling has come.
type Delivery string

// The states of an announcement.
const (
	Pending   Delivery = "pending"   // it is tried, now or again later
	Delivered Delivery = "delivered" // the receiver has taken it
	GivenUp   Delivery = "given-up"  // it is not tried any more
)

// Announcement is one thing that one receiver is told. Where it goes is read
// when it is sent: a corrected subscription gets what was kept for it.
type Announcement struct {
	ID           string    `json:"id"` // "A-12"
	Revision     int64     `json:"revision"`
	Event        Event     `json:"event"`
	Deployment   string    `json:"deployment,omitempty"`
	Subscription string    `json:"subscription,omitempty"` // empty: it goes to the person who asked for the deployment
	Channel      Channel   `json:"channel"`
	To           string    `json:"to"`              // a person, a mail address, or the host of a URL
	Type         string    `json:"type"`            // of the CloudEvent; empty for people
	Gates        []string  `json:"gates,omitempty"` // of one that waits, as people are told: what for
	Message      Message   `json:"message"`
	Content      Content   `json:"content,omitempty"` // JSON that a system gets
	State        Delivery  `json:"state"`
	Attempts     int       `json:"attempts"`        // made in all
	Tries        []Attempt `json:"tries,omitempty"` // the last MaxTries of them, oldest first
	Next         time.Time `json:"next,omitzero"`   // when it is tried next; zero: not any more
	At           time.Time `json:"at"`              // when it was made
	Since        time.Time `json:"since"`           // when trying began, or began again
}

// Content is JSON that is sent as it is.
type Content = json.RawMessage

// Attempt is one try to deliver.
type Attempt struct {
	At     time.Time         `json:"at"`
	Took   practice.Duration `json:"took"`
	OK     bool              `json:"ok"`
	Answer string            `json:"answer"` // what the receiver said, or why there was none; at most MaxAnswer bytes, no secrets
}

// The bounds that keep an announcement small.
const (
	MaxTries  = 20
	MaxAnswer = 300
)

// Backoff says when to try again.
type Backoff struct {
	Waits  []time.Duration // after the first attempt, the second...; the last is repeated
	GiveUp time.Duration   // after so long it is not tried any more
}

// DefaultBackoff tries again after 1 and 5 and 30 minutes, 2 hours, then every 6
// hours, and gives up a day after the beginning.
func DefaultBackoff() Backoff {
	return Backoff{Waits: []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour}, GiveUp: 24 * time.Hour}
}

// Told gives the announcement after an attempt: delivered, to be tried again, or
// given up. final says that trying again cannot help.
func (a Announcement) Told(try Attempt, final bool, b Backoff) Announcement {
	if len(try.Answer) > MaxAnswer {
		try.Answer = try.Answer[:MaxAnswer]
	}
	tries := append([]Attempt(nil), a.Tries...)
	tries = append(tries, try)
	a.Tries = tries[max(0, len(tries)-MaxTries):]
	a.Attempts++
	a.Next = time.Time{}
	next := try.At.Add(b.Waits[min(a.round(), len(b.Waits))-1])
	switch {
	case try.OK:
		a.State = Delivered
	case final || next.After(a.Since.Add(b.GiveUp)):
		a.State = GivenUp
	default:
		a.State, a.Next = Pending, next
	}
	return a
}

// round gives how often it was tried since trying began again.
func (a Announcement) round() int {
	n := 0
	for _, try := range a.Tries {
		if !try.At.Before(a.Since) {
			n++
		}
	}
	return max(n, 1)
}

// Again gives the announcement as it is when somebody wants it sent again.
func (a Announcement) Again(now time.Time) Announcement {
	a.State, a.Since, a.Next = Pending, now, now
	return a
}

// Last says how the last attempt went.
func (a Announcement) Last() string {
	if len(a.Tries) == 0 {
		return "not tried yet"
	}
	return a.Tries[len(a.Tries)-1].Answer
}

// String names it for people.
func (a Announcement) String() string {
	return fmt.Sprintf("%s by %s to %s", a.ID, a.Channel, a.To)
}

// Filter chooses announcements; empty parts choose all.
type Filter struct {
	Deployment   string
	Subscription string
	State        Delivery
}

// Store keeps announcements.
type Store interface {
	// AddAnnouncement stores one under a new id, "A-" and a number, and gives it back.
	AddAnnouncement(a Announcement) (Announcement, error)
	// Announcement gives one, or NotFound.
	Announcement(id string) (Announcement, error)
	// Announcements lists them newest first; page.After is an id.
	Announcements(f Filter, page practice.Page) ([]Announcement, error)
	// PutAnnouncement stores a where the stored revision is a.Revision, and raises it; Conflict otherwise.
	PutAnnouncement(a Announcement) error
}

// ForPeople makes the announcement of what happened to one deployment, as people
// read it; for a system, its content is added.
func ForPeople(told []Happening, subscription string, by Channel, to string) Announcement {
	chief := chiefOf(told)
	a := Announcement{Event: chief.Event(), Deployment: chief.Deployment, Subscription: subscription, Channel: by, To: to, Message: Words(told)}
	if by != ByWebhook && chief.stays() {
		for _, r := range chief.Matter.Waiting.Reasons {
			if !slices.Contains(a.Gates, r.Gate) {
				a.Gates = append(a.Gates, r.Gate)
			}
		}
		slices.Sort(a.Gates)
	}
	if chief.Event() == Trial {
		a.Deployment = "" // it is about none
	}
	return a
}

// stays says whether a happening only says what a deployment waits for.
func (h Happening) stays() bool {
	return (h.Event() == Waiting || h.Event() == Held) && !h.First
}

// News says whether people are to be told again: told holds something new, or it
// waits for something else than they were told last. earlier are announcements
// about the deployment, newest first.
func News(a Announcement, told []Happening, earlier []Announcement) bool {
	for _, h := range told {
		if !h.stays() {
			return true
		}
	}
	for _, e := range earlier {
		if e.Subscription == a.Subscription && e.Channel == a.Channel && e.To == a.To {
			return e.Event != a.Event || !slices.Equal(e.Gates, a.Gates)
		}
	}
	return true
}

// NewTrial makes the happening that tries a subscription.
func NewTrial(by practice.Actor, now time.Time) Happening {
	return Happening{
		Events: []Event{Trial}, Deployment: "D-0", Who: by, When: now,
		Matter: Matter{Deployment: "D-0", Release: "example@1.0", Environment: "example", RequestedBy: by, Waiting: practice.Pass()},
	}
}
