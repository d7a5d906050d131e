package agent

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/signature"
)

// Standing is what the agent must never forget: the highest it has seen.
type Standing struct {
	Epoch   int64                 `json:"epoch"`
	Counter int64                 `json:"counter"` // within the epoch
	Serial  int64                 `json:"serial"`  // of the trust document
	Keys    []signature.PublicKey `json:"keys"`
}

// Mark says how far an order has come.
type Mark string

// The marks.
const (
	Accepted Mark = "accepted" // judged, nothing done; the server is asked whether to begin
	Begun    Mark = "begun"    // the server said proceed
	Ended    Mark = "ended"    // nothing more will be done
)

// Progress is how far an order has come. It is on disk before anything that it
// tells of happens, or before anybody is told.
type Progress struct {
	Mark     Mark               `json:"mark"`
	Next     int                `json:"next"`            // the step to do, or being done
	Told     int                `json:"told"`            // steps before this index were reported as begun
	Tries    int                `json:"tries"`           // attempts of step Next that ended
	Doing    *Intent            `json:"doing,omitempty"` // an attempt that has begun and not ended
	Seq      int                `json:"seq"`             // of the last report
	Outcome  deployment.Outcome `json:"outcome,omitempty"`
	Declined bool               `json:"declined,omitempty"` // the server said not to begin
	EndedAt  time.Time          `json:"endedAt,omitzero"`
	Boot     string             `json:"boot,omitempty"` // the host's boot in which this was written
	At       time.Time          `json:"at,omitzero"`    // when, by the host's clock
}

// Intent is an attempt about to be made.
type Intent struct {
	Boot string    `json:"boot"` // the boot that it was made in: after another, no process of it lives
	At   time.Time `json:"at"`
}

// Held is an order in the journal.
type Held struct {
	Order     deployment.Order
	Progress  Progress
	Interrupt *deployment.Interrupt // nil: nobody interrupted it

	stop context.CancelCauseFunc // interrupts it while it is carried out; nil otherwise
}

// Journal keeps orders, their progress and their reports. What a method wrote
// survives kill -9 and loss of power when it returns nil; after an error the
// journal must not be used any more. Safe for concurrent use.
type Journal interface {
	Standing() (Standing, error)
	PutStanding(s Standing) error
	// Accept stores an order with its first progress and reports, and the
	// standing that it raised, in one go.
	Accept(h Held, s Standing, reports ...deployment.Report) error
	// Advance stores progress and the reports that tell of it, in one go.
	Advance(order string, p Progress, reports ...deployment.Report) error
	// Interrupt stores that an order is to be ended at once: it is never gone on with again.
	Interrupt(i deployment.Interrupt) error
	// Answered notes that the server has stored reports. The note may be lost
	// with the process: the reports are sent again then.
	Answered(reports []deployment.Report) error
	// Unsent lists the reports that were not answered, by order and number.
	Unsent() ([]deployment.Report, error)
	// Reports lists all reports of an order by number.
	Reports(order string) ([]deployment.Report, error)
	// Orders lists everything that is held.
	Orders() ([]Held, error)
	// Forget deletes orders with their reports.
	Forget(orders []string) error
	Close() error
}

// sorted lists orders as they were issued.
func sorted(held map[string]*Held) []*Held {
	list := slices.Collect(maps.Values(held))
	slices.SortFunc(list, func(a, b *Held) int {
		return cmp.Or(cmp.Compare(a.Order.Epoch, b.Order.Epoch), cmp.Compare(a.Order.Counter, b.Order.Counter))
	})
	return list
}

// How long ended orders are kept, so that one that comes again is recognised.
const (
	keepAfterExpiry = 24 * time.Hour
	keepAtLeast     = 100 // the newest ended ones, however old
)

// forgettable lists ended orders that need not be recognised any more: one
// that came again now would be refused by its counter and its expiry.
func forgettable(held map[string]*Held, unsent func(order string) bool, now time.Time) []string {
	ended := slices.DeleteFunc(sorted(held), func(h *Held) bool { return h.Progress.Mark != Ended })
	var ids []string
	for _, h := range ended[:max(0, len(ended)-keepAtLeast)] {
		if now.After(h.Order.Expires.Add(keepAfterExpiry)) && !unsent(h.Order.ID) {
			ids = append(ids, h.Order.ID)
		}
	}
	return ids
}
