package record

import (
	"time"

	"tranship.dev/tranship/internal/practice"
)

// The names of the statement's formats.
const (
	StatementType = "https://in-toto.io/Statement/v1"
	PredicateType = "https://tranship.dev/deployment/v0.1"
	PayloadType   = "application/vnd.in-toto+json"
)

// Statement is an in-toto statement that a deployment of its subjects took place.
type Statement struct {
	Type          string     `json:"_type"`
	Subject       []Resource `json:"subject"` // the artifacts; without any: the plan, or the first entry
	PredicateType string     `json:"predicateType"`
	Predicate     Deployment `json:"predicate"`
}

// Resource is an in-toto resource descriptor.
type Resource struct {
	Name      string            `json:"name,omitempty"`
	URI       string            `json:"uri,omitempty"`
	Digest    map[string]string `json:"digest,omitempty"` // {"sha256": hexadecimal digits}
	MediaType string            `json:"mediaType,omitempty"`
}

// Deployment is the predicate of PredicateType. Times are RFC 3339 in UTC.
// What version 0.1 says of given entries never changes: bundles are verified by
// stating their entries anew.
type Deployment struct {
	DeploymentID  string          `json:"deploymentId"`
	Environment   string          `json:"environment,omitempty"`
	Release       string          `json:"release,omitempty"`
	Direction     string          `json:"direction,omitempty"`
	Plan          string          `json:"plan,omitempty"`
	PlanDigest    practice.Digest `json:"planDigest,omitempty"`
	Targets       []string        `json:"targets"` // by name
	Model         *Pinned         `json:"model,omitempty"`
	Authorisation []Authorisation `json:"authorisation"`
	Gates         []Judgement     `json:"gates"`
	Steps         []StepDone      `json:"steps"`
	PlannedStart  string          `json:"plannedStart,omitempty"`
	PlannedEnd    string          `json:"plannedEnd,omitempty"`
	StartedOn     time.Time       `json:"startedOn,omitzero"`
	FinishedOn    time.Time       `json:"finishedOn,omitzero"`
	Result        string          `json:"result,omitempty"` // empty: it was not closed
	Acceptance    *Judgement      `json:"acceptance,omitempty"`
	Supersedes    string          `json:"supersedes,omitempty"`
	Remediates    string          `json:"remediates,omitempty"`
	Executors     []string        `json:"executors"` // "machine:web-01", by name
	Evidence      []Resource      `json:"evidence"`
	Record        Extent          `json:"record"`
}

// Pinned is the revision of the model that was followed.
type Pinned struct {
	Name     string          `json:"name"`
	Revision int64           `json:"revision,omitempty"`
	Digest   practice.Digest `json:"digest,omitempty"`
}

// Authorisation is who allowed the deployment.
type Authorisation struct {
	Who        practice.Actor  `json:"who"`
	When       time.Time       `json:"when"`
	Why        string          `json:"why,omitempty"`
	PlanDigest practice.Digest `json:"planDigest,omitempty"`
}

// Judgement is one verdict of a gate.
type Judgement struct {
	Gate    string         `json:"gate"`
	Target  string         `json:"target,omitempty"`
	Open    bool           `json:"open"`
	Reasons []string       `json:"reasons,omitempty"`
	Who     practice.Actor `json:"who"`
	When    time.Time      `json:"when"`
}

// StepDone is one step as its executor reported it.
type StepDone struct {
	Target   string         `json:"target,omitempty"`
	Phase    string         `json:"phase,omitempty"`
	Step     string         `json:"step"`
	Outcome  string         `json:"outcome"`
	Message  string         `json:"message,omitempty"`
	Executor practice.Actor `json:"executor"`
	Started  string         `json:"started,omitempty"` // by the executor's clock
	Reported time.Time      `json:"reported"`
}

// Extent says which entries the statement speaks of: all that the subject had
// in the log of that size and root. The server signs with it that none followed.
type Extent struct {
	Origin  string `json:"origin"`
	Size    int64  `json:"size"`
	Root    Hash   `json:"root"`
	Entries int64  `json:"entries"`
	Last    Hash   `json:"last"` // leaf hash of the last one
}
