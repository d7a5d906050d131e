package control

// Inspection reads tables as they are stored, for the audit.
type Inspection interface {
	// EachStored gives every row of a kind, in the order that the kind says. each
	// may not use the transaction. A row that cannot be read is given with its Defect.
	EachStored(kind StoredKind, each func(Stored) error) error
}

// StoredKind names a table of the present state.
type StoredKind string

// The kinds of row, and the type of their Value.
const (
	StoredDocument   StoredKind = "document"          // practice.Document, by kind, name and revision
	StoredVersion    StoredKind = "version"           // library.Version, by number: as they were added
	StoredToken      StoredKind = "token"             // party.Token, by id
	StoredEnrolment  StoredKind = "enrolment"         // party.Enrolment, by id
	StoredAgent      StoredKind = "agent"             // environment.Agent, by name
	StoredPlan       StoredKind = "plan"              // plan.Record, by number
	StoredPlanTarget StoredKind = "plan target"       // plan.Target, by the plan's number and name
	StoredDeployment StoredKind = "deployment"        // deployment.Deployment, by number
	StoredComponent  StoredKind = "component"         // string: a component of a deployment
	StoredTarget     StoredKind = "deployment target" // deployment.Target, by the deployment's number and name
	StoredPresence   StoredKind = "presence"          // environment.Presence, past ones too, by target and component
	StoredReport     StoredKind = "report"            // deployment.Report, by number
	StoredOrder      StoredKind = "order"             // deployment.Order, by id
	StoredSegment    StoredKind = "log segment"       // deployment.Segment, by the deployment's number and its own
	StoredVote       StoredKind = "vote"              // approval.Vote, by number
	StoredSubject    StoredKind = "subject"           // approval.Asked, by the deployment's number and digest
	StoredChange     StoredKind = "change"            // approval.Confirmation, by the deployment's number and change
	StoredNotice     StoredKind = "notice"            // string: the key of a notice, by the deployment's number
	StoredReview     StoredKind = "review"            // approval.Review, by number
	StoredJourney    StoredKind = "journey"           // journey.Journey, by number
	StoredEvidence   StoredKind = "evidence"          // library.Evidence, by number
	StoredPin        StoredKind = "pin"               // journey.Pin, by component, environment and version
	StoredPost       StoredKind = "trigger"           // journey.Post, by trigger
	StoredWaiver     StoredKind = "waiver"            // Waiver, by number
	StoredFeed       StoredKind = "feed"              // Feed, by id
	StoredDrift      StoredKind = "drift"             // drift.Drift, by number
	StoredAcceptance StoredKind = "acceptance"        // drift.Acceptance, by target and component
	StoredReference  StoredKind = "reference"         // drift.Reference, by target and what it is of
	StoredSpell      StoredKind = "health"            // health.Spell, by number
	StoredAccount    StoredKind = "account"           // party.Account, by person
	StoredSession    StoredKind = "session"           // party.Session, by id
	StoredCount      StoredKind = "count"             // StandingCount, by environment, state and result
)

// Stored is one row.
type Stored struct {
	Where  string // what the row's key says: "version web@1.0.0"
	Under  string // what it is a part of: a plan's id, a deployment's id
	Value  any    // nil when it cannot be read
	Last   bool   // of a document: marked as the last revision
	Defect string // what the row contradicts itself in; "" for nothing
}
