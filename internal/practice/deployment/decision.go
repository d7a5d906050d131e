package deployment

import (
	"slices"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// Event is something that happened to a deployment. Exactly one implementation
// per kind of happening; table.go says which of them may move which state where.
//
//sumtype:decl
type Event interface{ event() }

// The events.
type (
	// PlanFrozen: the plan of the request exists under its digest.
	PlanFrozen struct{ By practice.Actor }
	// AuthorisationGiven: whoever may has authorised the plan's digest; By and Why say who.
	AuthorisationGiven struct {
		By  practice.Actor
		Why string
	}
	// AuthorisationHeld: the plan is not authorised, Verdict says what is missing. Where it
	// was authorised before, Voided says why that does not hold any more.
	AuthorisationHeld struct {
		Verdict practice.Verdict
		WakeAt  time.Time // when to ask again; zero: as soon as something changes
		Voided  string
		By      practice.Actor
	}
	// AskedAnew: the author has the deployment done otherwise, at another time, or by a
	// new plan, or asks once more after a rejection. Voids says that the authorisation
	// does not cover it any more.
	AskedAnew struct {
		Asked
		Voids bool
		By    practice.Actor
		Why   string
	}
	// StartJudged: every gate of the start was asked. What runs beyond MustEnd (zero: no
	// limit) meets the end of its window, and Overrun says what follows.
	StartJudged struct {
		Verdict practice.Verdict
		WakeAt  time.Time // when to ask again; zero: as soon as something changes
		MustEnd time.Time
		Overrun Overrun
		Found   []Finding // of the criteria of the start that evidence judges
	}
	// EndMoved: the calendar changed while it runs.
	EndMoved struct {
		MustEnd time.Time
		Overrun Overrun
		Why     string
	}
	// Reconsidered: something changed that a gate looks at.
	Reconsidered struct{}
	// ComponentsJudged: the library was asked about every item.
	ComponentsJudged struct{ Verdict practice.Verdict }
	// OrdersIssued: a page of the stage's orders was stored, each row changed by Issue;
	// Last says that no target is left. Conflict when the deployment is not Issuing that
	// stage (any more): then neither orders nor rows may be stored.
	OrdersIssued struct {
		Stage, Count int
		Last         bool
	}
	// Reported: an executor said something about its order; Target is the row before the report.
	Reported struct {
		Report Report
		Target Target
	}
	// OrderWithdrawn: the row's order was taken back before it began.
	OrderWithdrawn struct{ Target Target }
	// TargetSilent: the row's deadline passed without an outcome.
	TargetSilent struct{ Target Target }
	// TimeCame: a timer fired; what is due follows from now.
	TimeCame struct{}
	// GuidanceGiven: a person answered.
	GuidanceGiven struct {
		Advice  Advice
		Targets []string // for any but GoOn: exactly these; for retry and skip empty means all that are failed, unknown or stopped
		Rows    []Target // the rows of Targets; a name without a row is refused
		By      practice.Actor
		Why     string
	}
	// CancelAsked: a person wants it to end; with Now, what runs is interrupted.
	CancelAsked struct {
		By  practice.Actor
		Why string
		Now bool
	}
	// OrderInterrupted: the executor of the row's order is told to end it at once.
	OrderInterrupted struct{ Target Target }
	// CriterionAnswered: a person confirms or refuses a criterion that is judged by hand.
	CriterionAnswered struct {
		Criterion string
		Met       bool
		By        practice.Actor
		Why       string
	}
	// CriteriaJudged: the evidence was looked at for the criteria of a checkpoint.
	CriteriaJudged struct {
		At    Checkpoint
		Found []Finding // one for each that evidence judges
	}
	// PauseAsked: a person wants nothing further to begin.
	PauseAsked struct {
		By  practice.Actor
		Why string
	}
	// ResumeAsked: a person has a paused deployment go on.
	ResumeAsked struct {
		By  practice.Actor
		Why string
	}
)

// Advice is a person's answer to a deployment that awaits guidance.
type Advice string

// The answers.
const (
	RetryTargets  Advice = "retry"     // do the failed targets again, from the failed step
	SkipStep      Advice = "skip"      // do the failed targets again, from the step after the failed one
	GoOn          Advice = "continue"  // go on in spite of the failures, or after a pause
	RemediateNow  Advice = "remediate" // bring back what was before on every touched target, or on the named ones only
	CloseAsFailed Advice = "fail"      // leave everything as it is; of the named targets only: give them up, and ask about the others
)

// Effect is something that must be done about a decision; control does it.
//
//sumtype:decl
type Effect interface{ effect() }

// The effects.
type (
	// JudgeComponents: ask the library about every item, answer with ComponentsJudged.
	JudgeComponents struct{}
	// JudgeAuthorisation: ask whether the plan is authorised; answer with
	// AuthorisationGiven or AuthorisationHeld.
	JudgeAuthorisation struct{}
	// JudgeStart: ask every gate of the start, the authorisation first; answer with
	// StartJudged, or with AuthorisationHeld where that does not hold any more.
	JudgeStart struct{}
	// JudgeEnd: look until when it may run; answer with EndMoved. The moment of an end
	// must not move by itself: of a freeze that has begun it is when it began.
	JudgeEnd struct{}
	// JudgeCriteria: look at the evidence for the criteria of a checkpoint; answer with CriteriaJudged.
	JudgeCriteria struct{ At Checkpoint }
	// ReplaceTargets: the plan is another one; its targets take the place of the rows.
	ReplaceTargets struct{}
	// IssueOrders: store signed orders for the targets of the stage, page by page,
	// answer each page with OrdersIssued.
	IssueOrders struct{ Stage Stage }
	// WithdrawOrders: orders of the stage that have not begun are taken back;
	// each is answered with OrderWithdrawn.
	WithdrawOrders struct{ Stage int }
	// InterruptOrders: the executors of orders of the deployment that have begun are told
	// to end them at once; each that runs is answered with OrderInterrupted.
	InterruptOrders struct{}
	// WakeUp: send TimeCame at that moment.
	WakeUp struct{ At time.Time }
)

// Landing is a change of what is present on a target.
type Landing struct {
	Target    string
	Component string
	Version   string // empty: taken off
	Digest    practice.Digest
	Slot      string // where it is on the target; empty: in none
	Uncertain bool   // the change failed half-way, or nobody knows
}

// Change is what follows from a decision.
type Change struct {
	Deployment Deployment
	Targets    []Target  // rows that moved
	Landings   []Landing // changes of the inventory
	Entries    []practice.Entry
	Effects    []Effect
}

// Store keeps deployments, their targets, orders, reports and output.
type Store interface {
	// AddDeployment stores a new one under a new id, "D-" and a number, with one
	// target row (NewTarget) for each target of the plan, and gives it back.
	AddDeployment(d Deployment) (Deployment, error)
	// Deployment gives one, or NotFound.
	Deployment(id string) (Deployment, error)
	// Deployments lists them newest first; page.After is an id.
	Deployments(f Filter, page practice.Page) ([]Deployment, error)
	// PutDeployment stores d where the stored revision is d.Revision, and raises it; Conflict otherwise.
	PutDeployment(d Deployment) error
	// ReplaceDeploymentTargets puts the targets of d.Plan in the place of d's rows: before it
	// starts, when it got another plan of the same components into the same environment.
	ReplaceDeploymentTargets(d Deployment) error
	// DueDeployments lists ids of deployments that are not closed and whose Timer is not after now.
	DueDeployments(now time.Time, limit int) ([]string, error)
	// LastSucceeded gives the newest succeeded deployment of a release's components into an environment, or NotFound.
	LastSucceeded(environment string, components []string) (Deployment, error)

	// DeploymentTargets lists rows by name.
	DeploymentTargets(id string, f TargetFilter, page practice.Page) ([]Target, error)
	// DeploymentTargetsNamed gives at most 1,000 rows by name.
	DeploymentTargetsNamed(id string, names []string) ([]Target, error)
	// TargetsToOrder gives the next rows for which Belongs(s, row) holds, by name.
	TargetsToOrder(id string, s Stage, limit int) ([]Target, error)
	// SilentTargets gives rows that are ordered or running with a deadline not after now.
	SilentTargets(id string, now time.Time, limit int) ([]Target, error)
	// NextDeadline gives the earliest deadline of rows that are ordered or running; zero when there is none.
	NextDeadline(id string) (time.Time, error)
	// PutDeploymentTargets stores rows.
	PutDeploymentTargets(rows []Target) error

	// AddOrders stores orders.
	AddOrders(rows []OrderRow) error
	// OpenOrders gives an agent's open orders by counter.
	OpenOrders(agent string, limit int) ([]OrderRow, error)
	// OrdersNamed gives orders by id.
	OrdersNamed(ids []string) ([]OrderRow, error)
	// BeginOrders and EndOrders mark orders.
	BeginOrders(ids []string) error
	EndOrders(ids []string) error
	// WithdrawOrders ends the orders of a stage that have not begun and gives their targets' names.
	WithdrawOrders(deployment string, stage int) ([]string, error)

	// AddReports stores reports and gives those that were new, in their order.
	AddReports(reports []Report) ([]Report, error)
	// Reports lists what was reported of a deployment, or of one target of it, in order of arrival; page.After is a Place in decimals.
	Reports(deployment, target string, page practice.Page) ([]Report, error)
	// AddOutput stores pieces of output; the same (order, seq) twice is stored once, until it is sealed.
	AddOutput(pieces []Output) error
	// OutputOf lists output that is not sealed of a deployment, or of one target of it, in order of arrival; page.After is a Place in decimals.
	OutputOf(deployment, target string, page practice.Page) ([]Output, error)
	LogStore
}

// Filter chooses deployments; empty parts choose all.
type Filter struct {
	Environment string
	Component   string
	Release     string
	States      []State  // in one of these, or with one of Results; both empty: all
	Results     []Result // closed with one of these
	Open        bool     // only those that are not closed
}

// Outcomes tells words for how deployments are apart: the results that closed
// ones have, and states.
func Outcomes(words []string) (states []State, results []Result) {
	for _, word := range words {
		if slices.Contains(Results(), Result(word)) {
			results = append(results, Result(word))
			continue
		}
		states = append(states, State(word))
	}
	return states, results
}

// TargetFilter chooses target rows; empty parts choose all.
type TargetFilter struct {
	State TargetState
	Look  Look
	Wave  int
}

func (PlanFrozen) event()         {}
func (AuthorisationGiven) event() {}
func (AuthorisationHeld) event()  {}
func (AskedAnew) event()          {}
func (StartJudged) event()        {}
func (EndMoved) event()           {}
func (Reconsidered) event()       {}
func (ComponentsJudged) event()   {}
func (OrdersIssued) event()       {}
func (Reported) event()           {}
func (OrderWithdrawn) event()     {}
func (TargetSilent) event()       {}
func (TimeCame) event()           {}
func (GuidanceGiven) event()      {}
func (CancelAsked) event()        {}
func (OrderInterrupted) event()   {}
func (CriterionAnswered) event()  {}
func (CriteriaJudged) event()     {}
func (PauseAsked) event()         {}
func (ResumeAsked) event()        {}

func (JudgeComponents) effect()    {}
func (JudgeAuthorisation) effect() {}
func (JudgeStart) effect()         {}
func (JudgeEnd) effect()           {}
func (JudgeCriteria) effect()      {}
func (ReplaceTargets) effect()     {}
func (IssueOrders) effect()        {}
func (WithdrawOrders) effect()     {}
func (InterruptOrders) effect()    {}
func (WakeUp) effect()             {}
