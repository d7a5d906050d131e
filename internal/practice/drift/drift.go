package drift

import (
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/environment"
)

// Drift is one component on one target that is other than recorded, or what a
// host is watched for, from its first sighting until its end.
type Drift struct {
	ID          string            `json:"id"` // "DR-12"
	Environment string            `json:"environment"`
	Target      string            `json:"target"`
	Component   string            `json:"component"`                                      // "host:packages" where it is the host itself, see Watch
	Watch       environment.Watch `json:"watch,omitempty" enum:"packages,services,users"` // what of the host itself; empty: it is of a component
	State       State             `json:"state"`
	Recorded    Recorded          `json:"recorded"` // what the record says
	Found       Found             `json:"found"`    // what was found instead
	Like        string            `json:"like"`     // the deployment whose steps were looked at
	Since       time.Time         `json:"since"`    // first sighting
	ChangedAt   time.Time         `json:"changedAt"`
	Repair      string            `json:"repair,omitempty"`  // the deployment that was asked for to repair it
	End         End               `json:"end,omitempty"`     // empty: it stands
	EndedAt     time.Time         `json:"endedAt,omitzero"`  // zero: it stands
	EndedBy     *practice.Actor   `json:"endedBy,omitempty"` // who accepted it
	Why         string            `json:"why,omitempty"`     // why it was accepted
	Told        End               `json:"told,omitempty"`    // what people were told last: Begun, or how it ended; empty: nothing yet
	ToldAt      time.Time         `json:"toldAt,omitzero"`
}

// Recorded is what the record says of a component on a target.
type Recorded struct {
	Version    string          `json:"version,omitempty"` // empty: nothing
	Digest     practice.Digest `json:"digest,omitempty"`
	Deployment string          `json:"deployment,omitempty"` // that put it there
	Mark       string          `json:"mark,omitempty"`
	Things     int             `json:"things,omitempty"` // of a host: how many there are in its reference
}

// RecordedOf gives what a presence says.
func RecordedOf(p environment.Presence) Recorded {
	return Recorded{Version: p.Version, Digest: p.Digest, Deployment: p.Deployment, Mark: MarkOf(p)}
}

// Stands says whether the drift has not ended.
func (d Drift) Stands() bool { return d.EndedAt.IsZero() }

// End says how a drift ended.
type End string

// The ends.
const (
	Righted   End = "righted"   // it was found as recorded again
	Repaired  End = "repaired"  // a deployment that was asked for put it right
	Replaced  End = "replaced"  // another deployment has changed what is recorded
	Taken     End = "accepted"  // somebody made what was found the record
	Gone      End = "gone"      // its target was taken away
	Unwatched End = "unwatched" // its host is not watched for it any more
	Begun     End = "begun"     // it has not ended: of what people were told
)

// Untold says whether there is something that people were not told yet.
func (d Drift) Untold() bool { return d.Told == "" || !d.Stands() && d.Told == Begun }

// Acceptance is a finding that somebody made the record where no version says
// it: exactly this, as long as the record says the same otherwise.
type Acceptance struct {
	Target    string          `json:"target"`
	Component string          `json:"component"`
	Mark      string          `json:"mark,omitempty"`
	Sum       practice.Digest `json:"sum"`
	Drift     string          `json:"drift"` // the drift that was accepted
}

// Looked is when a target was last looked at.
type Looked struct {
	Target      string            `json:"target"`
	Environment string            `json:"environment"`
	At          time.Time         `json:"at"`               // the server's clock
	Told        time.Time         `json:"told,omitzero"`    // when its agent was told to look: what was changed later may not have been seen
	Blind       []string          `json:"blind,omitempty"`  // what could not be looked at, with why
	Values      map[string]string `json:"values,omitempty"` // of the parameters that were read
	Unread      map[string]string `json:"unread,omitempty"`
	After       map[string]string `json:"after,omitempty"` // by what the host is watched for, the last order before it was seen last
}

// Count is how many drifts of a state stand in an environment.
type Count struct {
	Environment string `json:"environment"`
	State       State  `json:"state"`
	Number      int    `json:"number"`
}

// Filter limits a list of drifts; an empty field allows any value.
type Filter struct {
	Environment string
	Target      string
	Component   string
	Ended       bool // those that have ended too
}

// Store keeps drifts.
type Store interface {
	// AddDrifts stores new ones under new ids, "DR-" and a number, and gives them back.
	AddDrifts(drifts []Drift) ([]Drift, error)
	// PutDrifts stores changed ones.
	PutDrifts(drifts []Drift) error
	// Drift gives one, or NotFound.
	Drift(id string) (Drift, error)
	// Drifts lists them newest first; page.After is an id.
	Drifts(f Filter, page practice.Page) ([]Drift, error)
	// StandingDrifts gives those that stand on any of at most 1,000 targets, by target and component.
	StandingDrifts(targets []string) ([]Drift, error)
	// CountDrifts counts those that stand, by environment and state. Environment "" means all.
	CountDrifts(environment string) ([]Count, error)
	// AddAcceptances stores acceptances; a later one of the same target and component replaces it.
	AddAcceptances(list []Acceptance) error
	// Acceptances gives those of at most 1,000 targets.
	Acceptances(targets []string) ([]Acceptance, error)
	// PutReferences stores what counts as right on hosts; a later one of the same target and kind replaces it.
	PutReferences(list []Reference) error
	// ForgetReferences removes some, by target and what they are of.
	ForgetReferences(list []Reference) error
	// References gives those of at most 1,000 targets, without their things, by target and what they are of.
	References(targets []string) ([]Reference, error)
	// Reference gives one with its things, or NotFound.
	Reference(target string, of environment.Watch) (Reference, error)
	// LastOrders gives the last order that was given to each of at most 1,000 targets, by target; one without any is absent.
	LastOrders(targets []string) ([]LastOrder, error)
	// DeploymentsSince gives the deployments of the orders that were given to a target after one of
	// them, the latest first, as far as the last 200 orders; order "" means all.
	DeploymentsSince(target, order string) ([]string, error)
	// PutLooked stores when targets were last looked at.
	PutLooked(list []Looked) error
	// Looked gives when targets were last looked at, of at most 1,000; one that never was is absent.
	Looked(targets []string) ([]Looked, error)
	// CountLooked counts the targets that were looked at since, by environment.
	CountLooked(environment string, since time.Time) (int, error)
	// UntoldDrifts gives drifts of an environment whose beginning or end nobody was told of.
	UntoldDrifts(environment string, limit int) ([]Drift, error)
	// LastTold gives when something was last told of an environment; zero: never.
	LastTold(environment string) (time.Time, error)
	// Busy gives those of at most 1,000 targets for which an order is open.
	Busy(targets []string) ([]string, error)
}
